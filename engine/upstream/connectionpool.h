// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/stream.h"

#include <list>
#include <memory>

namespace portlight {

// A connection to a backend, and what reuse has to know of it.
struct BackendConnection {
    std::unique_ptr<Stream> stream;
    SocketAddress address;
    qint64 requests = 0; // sent over it so far
    std::chrono::steady_clock::time_point openedAt;
    const void *tag = nullptr; // the location it belongs to, with `keepalive … local`
    bool reused = false;
    bool noDelay = false;
    quint64 loopKey = 0; // not 0: it leads back to one of our own listeners
};

struct PoolLimits {
    int idleMax = 0;
    qint64 requestsMax = 1000;
    std::chrono::milliseconds idleTimeout{60'000};
    std::chrono::milliseconds lifetimeMax{3'600'000};
};

// The idle connections of one upstream group, newest first, as ngx_http_upstream_keepalive_module keeps them: when it
// is full the oldest goes. A connection on which anything happens while it is idle is closed. Engine thread; owned by
// the group's state.
class ConnectionPool
{
public:
    ConnectionPool(EngineLoop &loop, const PoolLimits &limits);
    ~ConnectionPool();

    // The newest idle connection to one of those addresses, secured for that peer (null: plain), or one with a null
    // stream. nginx looks at the address alone, and so mixes names and settings within a group.
    BackendConnection take(const std::vector<SocketAddress> &addresses, const void *tag, const TlsPeer *tls = nullptr);
    // Keeps a connection whose last exchange ended cleanly, or closes it when a limit says so.
    void giveBack(BackendConnection connection);
    void closeAll();
    size_t idleCount() const { return m_idle.size(); }
    // To one of those addresses.
    size_t idleCount(const std::vector<SocketAddress> &addresses) const;

private:
    struct Idle;
    using Places = std::list<std::unique_ptr<Idle>>;
    // Takes the connection out of its place, which becomes spare.
    BackendConnection vacate(Places::iterator place);
    void remove(Idle *idle);

    EngineLoop &m_loop;
    PoolLimits m_limits;
    Places m_idle;  // newest first
    Places m_spare; // at most idleMax together with the others
};

} // namespace portlight
