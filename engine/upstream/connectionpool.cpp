// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/connectionpool.h"

#include "net/tlspeer.h"

#include <algorithm>

namespace portlight {

namespace {

bool isSecuredFor(const Stream &stream, const TlsPeer *wanted)
{
    const TlsPeer *const had = stream.tlsPeer();
    return wanted && had ? had->isSameAs(*wanted) : wanted == had;
}

} // namespace

// One connection in the pool: it is watched, so that a backend's close is noticed before the next request is lost on
// it.
struct ConnectionPool::Idle final : StreamObserver {
    Idle(ConnectionPool &pool, BackendConnection &&idleConnection)
        : owner(pool)
        , connection(std::move(idleConnection))
        , timeout(
              pool.m_loop.timers(), [](void *self) { static_cast<Idle *>(self)->expire(); }, this)
    {
        connection.stream->setObserver(this);
        timeout.start(pool.m_limits.idleTimeout);
    }
    void streamReadable() override { expire(); } // an end, or bytes that nobody asked for
    void streamWritable() override {}
    void expire() { owner.remove(this); } // destroys this

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
        BackendConnection connection = std::move(candidate);
        it = m_idle.erase(it);
        connection.stream->setObserver(nullptr);
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
        m_idle.pop_back();
    m_idle.push_front(std::make_unique<Idle>(*this, std::move(connection)));
}

void ConnectionPool::remove(Idle *idle)
{
    const auto it = std::find_if(m_idle.begin(), m_idle.end(), [&](const auto &entry) { return entry.get() == idle; });
    Q_ASSERT(it != m_idle.end());
    m_idle.erase(it);
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
}

} // namespace portlight
