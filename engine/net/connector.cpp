// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/connector.h"

#include <unistd.h>

#include <cerrno>

namespace portlight {

namespace {

// The kernel chooses source ports from here on by default (ip_local_port_range).
constexpr quint16 EphemeralPortsFrom = 32768;

// A dial to a port of our own host on which nobody listens may be given that very port as its source: TCP's
// simultaneous open then connects the socket to itself.
bool isConnectedToItself(int descriptor, const SocketAddress &peer)
{
    return peer.port() >= EphemeralPortsFrom && peer.isLoopback() && SocketAddress::localOf(descriptor) == peer;
}

int socketError(int descriptor)
{
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

} // namespace

// One socket under way. Its stream is the one that is handed over, so that the descriptor is watched only once.
struct Connector::Dial final : StreamObserver {
    Dial(Connector &owner, size_t attempt, int descriptor)
        : connector(owner)
        , attemptIndex(attempt)
        , stream(std::make_unique<PlainStream>(owner.m_loop, descriptor))
    {
        stream->setObserver(this);
    }
    // The backend spoke first, or the dial failed: streamWritable() tells which.
    void streamReadable() override { readable = true; }
    void streamWritable() override { connector.dialReady(this); }

    Connector &connector;
    size_t attemptIndex;
    std::unique_ptr<PlainStream> stream;
    bool readable = false;
};

Connector::Connector(EngineLoop &loop, ConnectorObserver *observer)
    : m_loop(loop)
    , m_observer(observer)
    , m_timeout(
          loop.timers(), [](void *connector) { static_cast<Connector *>(connector)->timedOut(); }, this)
    , m_nextFamily(
          loop.timers(), [](void *connector) { static_cast<Connector *>(connector)->dialNext(); }, this)
{}

Connector::~Connector() = default;

void Connector::connectTo(const std::vector<SocketAddress> &addresses, std::chrono::milliseconds timeout,
                          const DialOptions &options)
{
    Q_ASSERT(m_dials.empty());
    m_options = options;
    m_addresses.assign(addresses.begin(), addresses.begin() + qsizetype(std::min(addresses.size(), AddressesMax)));
    m_next = 0;
    m_attempts.clear();
    m_timeout.start(timeout);
    dialNext();
}

// Any return may be without the connector: the observer destroys it.
void Connector::dialNext()
{
    m_nextFamily.stop();
    while (m_next < m_addresses.size()) {
        const SocketAddress &address = m_addresses[m_next++];
        m_attempts.push_back({address, EINPROGRESS, {}});
        const int error = startDial(address);
        if (error == 0) {
            std::unique_ptr<Dial> dial = std::move(m_dials.back());
            m_dials.pop_back();
            return succeed(std::move(dial));
        }
        if (error == EINPROGRESS) {
            if (m_next < m_addresses.size())
                m_nextFamily.start(NextFamilyDelay);
            return;
        }
        m_attempts.back().error = error;
    }
    if (m_dials.empty()) {
        m_timeout.stop();
        m_observer->connectFailed();
    }
}

// 0: connected, EINPROGRESS: under way, both with a dial at the end of the list; else why it failed at once.
int Connector::startDial(const SocketAddress &address)
{
    const int descriptor = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return errno;
    if (DialStep step = applyDialOptions(descriptor, m_options); step.error != 0) {
        close(descriptor);
        m_attempts.back().call = std::move(step.call);
        return step.error;
    }
    int error = connect(descriptor, address.raw(), address.length()) == 0 ? 0 : errno;
    if (error == EINTR)
        error = EINPROGRESS; // connect(2): it goes on in the background
    if (error == 0 && isConnectedToItself(descriptor, address))
        error = ECONNREFUSED;
    if (error != 0 && error != EINPROGRESS) {
        close(descriptor);
        return error;
    }
    m_dials.push_back(std::make_unique<Dial>(*this, m_attempts.size() - 1, descriptor));
    if (error == EINPROGRESS)
        m_dials.back()->stream->awaitConnection();
    return error;
}

void Connector::dialReady(Dial *dial)
{
    ConnectAttempt &attempt = m_attempts[dial->attemptIndex];
    int error = socketError(dial->stream->descriptor());
    if (error == 0 && isConnectedToItself(dial->stream->descriptor(), attempt.address))
        error = ECONNREFUSED;
    const auto place =
        std::find_if(m_dials.begin(), m_dials.end(), [dial](const auto &each) { return each.get() == dial; });
    Q_ASSERT(place != m_dials.end());
    std::unique_ptr<Dial> owned = std::move(*place);
    m_dials.erase(place);
    if (error == 0)
        return succeed(std::move(owned));
    attempt.error = error;
    owned.reset();
    dialNext();
}

void Connector::succeed(std::unique_ptr<Dial> dial)
{
    m_attempts[dial->attemptIndex].error = 0;
    const SocketAddress address = m_attempts[dial->attemptIndex].address;
    endDials(ECANCELED);
    std::unique_ptr<PlainStream> stream = std::move(dial->stream);
    stream->setObserver(nullptr);
    if (dial->readable) // where edges are emulated it may come before the writable one
        stream->readAgainLater();
    dial.reset();
    m_observer->connected(std::move(stream), address);
}

void Connector::endDials(int error)
{
    for (const std::unique_ptr<Dial> &dial : m_dials)
        m_attempts[dial->attemptIndex].error = error;
    m_dials.clear();
    m_timeout.stop();
    m_nextFamily.stop();
}

void Connector::timedOut()
{
    endDials(ETIMEDOUT);
    m_observer->connectFailed();
}

} // namespace portlight
