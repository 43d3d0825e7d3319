// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/connectionpool.h"

#include "net/tlspeer.h"

#include <algorithm>
#include <utility>

namespace portlight {

namespace {

bool isSecuredFor(const Stream &stream, const TlsPeer *wanted)
{
    const TlsPeer *const had = stream.tlsPeer();
    return wanted && had ? had->isSameAs(*wanted) : wanted == had;
}

} // namespace

// A place for one connection in the pool: it is watched, so that a backend's close is noticed before the next request
// is lost on it. Places are used again, for a connection comes and goes with each request.
struct ConnectionPool::Idle final : StreamObserver {
    explicit Idle(ConnectionPool &pool)
        : owner(pool)
        , timeout(
              pool.m_loop.timers(), [](void *self) { static_cast<Idle *>(self)->expire(); }, this)
    {}
    void hold(BackendConnection &&idleConnection)
    {
        connection = std::move(idleConnection);
        connection.stream->setObserver(this);
        timeout.start(owner.m_limits.idleTimeout);
    }
    BackendConnection letGo()
    {
        timeout.stop();
        connection.stream->setObserver(nullptr);
        return std::exchange(connection, {});
    }
    // An end, or bytes that nobody asked for; or neither, where it was announced for bytes that have been read since.
    void streamReadable() override
    {
        if (connection.stream->isStale())
            expire();
    }
    void streamWritable() override {}
    void expire() { owner.remove(this); }

    ConnectionPool &owner;
    BackendConnection connection;
    Timer timeout;
};

ConnectionPool::ConnectionPool(EngineLoop &loop, const PoolLimits &limits)
    : m_loop(loop)
    , m_limits(limits)
{}

ConnectionPool::~ConnectionPool() = default;

BackendConnection ConnectionPool::take(const std::vector<SocketAddress> &addresses, const void *tag, const TlsPeer *tls)
{
    for (auto it = m_idle.begin(); it != m_idle.end();) {
        BackendConnection &candidate = (*it)->connection;
        const bool fits = candidate.tag == tag && isSecuredFor(*candidate.stream, tls)
                          && std::find(addresses.begin(), addresses.end(), candidate.address) != addresses.end();
        if (!fits) {
            ++it;
            continue;
        }
        BackendConnection connection = vacate(it++);
        if (connection.stream->isStale())
            continue; // closed by the backend: the next one may be good
        connection.reused = true;
        return connection;
    }
    return {};
}

void ConnectionPool::giveBack(BackendConnection connection)
{
    const auto age = m_loop.now() - connection.openedAt;
    if (m_limits.idleMax <= 0 || connection.requests >= m_limits.requestsMax || age > m_limits.lifetimeMax
        || connection.stream->isStale())
        return;
    if (m_idle.size() >= size_t(m_limits.idleMax))
        vacate(std::prev(m_idle.end())); // the oldest one closes
    if (m_spare.empty())
        m_spare.push_front(std::make_unique<Idle>(*this));
    m_spare.front()->hold(std::move(connection));
    m_idle.splice(m_idle.begin(), m_spare, m_spare.begin());
}

BackendConnection ConnectionPool::vacate(Places::iterator place)
{
    BackendConnection connection = (*place)->letGo();
    m_spare.splice(m_spare.begin(), m_idle, place);
    return connection;
}

void ConnectionPool::remove(Idle *idle)
{
    const auto it = std::find_if(m_idle.begin(), m_idle.end(), [&](const auto &entry) { return entry.get() == idle; });
    Q_ASSERT(it != m_idle.end());
    vacate(it);
}

size_t ConnectionPool::idleCount(const std::vector<SocketAddress> &addresses) const
{
    return size_t(std::count_if(m_idle.begin(), m_idle.end(), [&](const auto &idle) {
        return std::find(addresses.begin(), addresses.end(), idle->connection.address) != addresses.end();
    }));
}

void ConnectionPool::closeAll()
{
    m_idle.clear();
    m_spare.clear();
}

} // namespace portlight
