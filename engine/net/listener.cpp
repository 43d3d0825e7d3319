// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// A descriptor that is closed unless it is taken.
class OwnedDescriptor
{
public:
    explicit OwnedDescriptor(int descriptor)
        : m_descriptor(descriptor)
    {}
    ~OwnedDescriptor()
    {
        if (m_descriptor >= 0)
            close(m_descriptor);
    }
    OwnedDescriptor(const OwnedDescriptor &) = delete;
    OwnedDescriptor &operator=(const OwnedDescriptor &) = delete;
    int get() const { return m_descriptor; }
    int take() { return std::exchange(m_descriptor, -1); }

private:
    int m_descriptor;
};

// nginx's words: "bind() to 127.0.0.1:80 failed (13: Permission denied)".
Error callFailed(const QString &call, int error)
{
    const ErrorCode code = error == EADDRINUSE                 ? ErrorCode::AddressInUse
                           : error == EACCES || error == EPERM ? ErrorCode::PermissionDenied
                                                               : ErrorCode::SocketFailed;
    return Error{code, u"%1 failed (%2: %3)"_s.arg(call).arg(error).arg(QString::fromLocal8Bit(strerror(error)))};
}

bool setFlag(int descriptor, int level, int option, bool on)
{
    const int value = on;
    return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

Result<void> setOptions(int descriptor, const ListenAddress &address, const ListenerOptions &options)
{
    const QString name = QString::fromUtf8(SocketAddress::fromListen(address)->toString());
    if (address.kind == ListenAddress::Kind::Unix)
        return {};
    if (!setFlag(descriptor, SOL_SOCKET, SO_REUSEADDR, true))
        return callFailed(u"setsockopt(SO_REUSEADDR) %1"_s.arg(name), errno);
    if (options.reusePort && !setFlag(descriptor, SOL_SOCKET, SO_REUSEPORT, true))
        return callFailed(u"setsockopt(SO_REUSEPORT) %1"_s.arg(name), errno);
    if (address.kind == ListenAddress::Kind::Inet6 && !setFlag(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, address.ipv6Only))
        return callFailed(u"setsockopt(IPV6_V6ONLY) %1"_s.arg(name), errno);
    return {};
}

bool setNumber(int descriptor, int level, int option, int value)
{
    return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

// What a listen directive tunes. The connections inherit it; where the kernel refuses, the defaults stay, as in nginx,
// which logs and goes on.
void tune(int descriptor, const ListenerOptions &options)
{
    if (options.receiveBufferBytes)
        setNumber(descriptor, SOL_SOCKET, SO_RCVBUF, *options.receiveBufferBytes);
    if (options.sendBufferBytes)
        setNumber(descriptor, SOL_SOCKET, SO_SNDBUF, *options.sendBufferBytes);
    if (options.fastOpen)
        setNumber(descriptor, IPPROTO_TCP, TCP_FASTOPEN, *options.fastOpen);
    if (options.deferAccept)
        setNumber(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
    if (!options.keepalive)
        return;
    setNumber(descriptor, SOL_SOCKET, SO_KEEPALIVE, options.keepalive->on);
    if (options.keepalive->idleSeconds)
        setNumber(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, *options.keepalive->idleSeconds);
    if (options.keepalive->intervalSeconds)
        setNumber(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, *options.keepalive->intervalSeconds);
    if (options.keepalive->probes)
        setNumber(descriptor, IPPROTO_TCP, TCP_KEEPCNT, *options.keepalive->probes);
}

// A socket file on which nobody listens is left behind by a process that was killed: nginx then fails to bind, we take
// it away. Anything else stays, and bind() says that the address is in use.
void removeStaleSocketFile(const SocketAddress &address, const QByteArray &path)
{
    struct stat status {
    };
    if (lstat(path.constData(), &status) != 0 || !S_ISSOCK(status.st_mode))
        return;
    const OwnedDescriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (probe.get() >= 0 && connect(probe.get(), address.raw(), address.length()) != 0 && errno == ECONNREFUSED)
        unlink(path.constData());
}

Result<void> bindAndListen(int descriptor, const ListenAddress &listen, const SocketAddress &address,
                           const ListenerOptions &options)
{
    const QString name = QString::fromUtf8(address.toString());
    if (bind(descriptor, address.raw(), address.length()) != 0)
        return callFailed(u"bind() to %1"_s.arg(name), errno);
    // As nginx: anybody may connect, whatever the umask is.
    if (address.isUnix() && chmod(listen.path.constData(), 0666) != 0)
        return callFailed(u"chmod() \"%1\""_s.arg(QString::fromUtf8(listen.path)), errno);
    if (::listen(descriptor, options.backlog) != 0)
        return callFailed(u"listen() to %1, backlog %2"_s.arg(name).arg(options.backlog), errno);
    return {};
}

// accept(2): errors of the new connection, not of the listening socket.
bool isOfTheConnection(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENOPROTOOPT:
    case ENONET:
    case EPERM: // a firewall rule
        return true;
    default: return false;
    }
}

} // namespace

Result<std::unique_ptr<Listener>> Listener::open(EngineLoop &loop, const ListenAddress &listen,
                                                 const ListenerOptions &options, ListenerObserver *observer)
{
    const Result<SocketAddress> address = SocketAddress::fromListen(listen);
    if (!address)
        return address.error();
    const QString name = QString::fromUtf8(address->toString());
    OwnedDescriptor descriptor(socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (descriptor.get() < 0)
        return callFailed(u"socket() %1"_s.arg(name), errno);
    if (const Result<void> set = setOptions(descriptor.get(), listen, options); !set)
        return set.error();
    tune(descriptor.get(), options);
    if (address->isUnix())
        removeStaleSocketFile(*address, listen.path);
    if (const Result<void> bound = bindAndListen(descriptor.get(), listen, *address, options); !bound)
        return bound.error();
    std::unique_ptr<Listener> listener(new Listener(loop, listen, descriptor.take(), observer));
    if (!listener->m_watch)
        return callFailed(u"watching %1"_s.arg(name), errno);
    return listener;
}

Listener::Listener(EngineLoop &loop, const ListenAddress &address, int descriptor, ListenerObserver *observer)
    : m_address(address)
    , m_descriptor(descriptor)
    , m_observer(observer)
    , m_retry(
          loop.timers(), [](void *listener) { static_cast<Listener *>(listener)->retry(); }, this)
{
    struct stat status {
    };
    if (m_address.kind == ListenAddress::Kind::Unix && lstat(m_address.path.constData(), &status) == 0)
        m_socketFile = {quint64(status.st_dev), quint64(status.st_ino)};
    m_watch = loop.io().watch(descriptor, this);
}

Listener::~Listener()
{
    if (m_destroyed)
        *m_destroyed = true;
    closeDescriptor();
}

void Listener::closeDescriptor()
{
    if (m_descriptor < 0)
        return;
    m_retry.stop();
    m_watch.reset();
    close(std::exchange(m_descriptor, -1));
    // Only the file that we made: its name may be another listener's by now.
    struct stat status {
    };
    if (m_address.kind == ListenAddress::Kind::Unix && lstat(m_address.path.constData(), &status) == 0
        && m_socketFile == SocketFile{quint64(status.st_dev), quint64(status.st_ino)})
        unlink(m_address.path.constData());
}

void Listener::drainAndClose()
{
    if (m_descriptor < 0)
        return;
    bool destroyed = false;
    bool *const outer = std::exchange(m_destroyed, &destroyed);
    acceptSome(DrainedAcceptsMax);
    if (destroyed) {
        if (outer)
            *outer = true;
        return;
    }
    m_destroyed = outer;
    closeDescriptor();
}

void Listener::ioReady(IoReadiness)
{
    if (!isPaused())
        acceptSome(AcceptsPerTurnMax);
}

void Listener::retry()
{
    acceptSome(AcceptsPerTurnMax);
}

void Listener::acceptSome(int max)
{
    bool destroyed = false;
    bool *const outer = std::exchange(m_destroyed, &destroyed);
    Step step = Step::Again;
    for (int accepted = 0; accepted < max && step == Step::Again; ++accepted) {
        step = acceptOne();
        if (destroyed) {
            if (outer)
                *outer = true;
            return;
        }
    }
    m_destroyed = outer;
    if (m_watch && step == Step::Again)
        m_watch->rearm({.readable = true});
}

// Called by acceptSome() only: its flag tells whether an observer destroyed the listener.
Listener::Step Listener::acceptOne()
{
    sockaddr_storage raw;
    socklen_t length = sizeof raw;
    const int descriptor =
        accept4(m_descriptor, reinterpret_cast<sockaddr *>(&raw), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const int error = descriptor < 0 ? errno : 0;
    if (isOfTheConnection(error))
        return Step::Again;
    if (error != 0 && error != EAGAIN && error != EWOULDBLOCK) {
        pause(error);
        return Step::Stop;
    }
    if (m_pausedFor != 0 && !resume()) {
        if (descriptor >= 0)
            close(descriptor);
        return Step::Stop;
    }
    if (error != 0) {
        m_watch->drained({.readable = true});
        return Step::Stop;
    }
    bool *const destroyed = m_destroyed;
    m_observer->connectionAccepted(*this, descriptor,
                                   SocketAddress::fromRaw(reinterpret_cast<sockaddr *>(&raw), length));
    return *destroyed || m_descriptor < 0 ? Step::Stop : Step::Again;
}

// EMFILE, ENFILE, ENOBUFS, ENOMEM; and whatever else accept() may say, so that listening never stops for good. nginx
// turns its accept event off for as long.
void Listener::pause(int error)
{
    m_retry.start(AcceptRetryDelay);
    if (std::exchange(m_pausedFor, error) == 0)
        m_observer->acceptingPaused(*this, error);
}

// False when the observer destroyed or closed the listener.
bool Listener::resume()
{
    m_pausedFor = 0;
    bool *const destroyed = m_destroyed;
    m_observer->acceptingPaused(*this, 0);
    return !*destroyed && m_descriptor >= 0;
}

qint64 raiseDescriptorLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return -1;
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{limit.rlim_max, limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    return qint64(limit.rlim_cur);
}

} // namespace portlight
