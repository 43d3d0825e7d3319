// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/peertable.h"

#include <array>

namespace portlight {

// What a request brings to the choice of a peer.
struct PeerQuery {
    QByteArrayView hashKey;                // of `hash`; empty: the peers are taken in turn
    const SocketAddress *client = nullptr; // of `ip_hash`
    // Of the sticky methods: what the cookie or the route's variable says; with `sticky learn` the session's name.
    QByteArrayView sticky;
};

// How the use of a peer ended. Next: the answer itself asks for another peer (403, 404), which nginx does not hold
// against this one.
enum class PeerRelease : quint8 { Ok, Next, Failed };

// What decided for the peer that was chosen.
enum class PeerReason : quint8 {
    None,
    OnlyPeer,
    Turn, // weighted round robin
    LeastConnections,
    LeastTime,
    ClientAddress,
    Key,
    KeyOnRing,
    Random,
    RandomTwo,
    Session, // the client is bound to it
};

struct SkippedPeer {
    PeerPtr peer;
    PeerObstacle obstacle = PeerObstacle::None;
};

// One request's choices among the peers of a group (ngx_peer_connection_t and ngx_http_upstream_rr_peer_data_t). Engine
// thread; a part of its upstream run, which uses it for one request after another: its memory is kept.
class PeerSelection
{
public:
    static constexpr int FruitlessMax = 20; // hashed or random picks that met an obstacle; then peers go in turn

    // Tries that are left, as nginx counts them: not the choice fails when there is none, but another one after it.
    int triesLeft() const { return m_tries; }
    // proxy_next_upstream_tries
    void limitTries(int max) { m_tries = max > 0 ? qMin(m_tries, max) : m_tries; }
    // An idle connection that turned out to be closed costs no try.
    void addTry() { ++m_tries; }

    // The peer picked last, while it is in use; null before and after.
    const PeerPtr &current() const { return m_current; }
    PeerReason reason() const { return m_reason; }
    bool isFromBackups() const { return m_onBackups; }
    // Keeps the peers that each pick passes over, and why; off by default.
    void setExplaining(bool on) { m_explaining = on; }
    const std::vector<SkippedPeer> &skipped() const { return m_skipped; }
    // Lets go of the group's peers; nothing may be in use.
    void clear();

private:
    friend class UpstreamGroup;
    friend class Balancer;
    friend class LeastTime;

    // The primaries; the backups once those are exhausted.
    const PeerTable::Level &level() const { return m_onBackups ? m_table->backups : m_table->primaries; }
    void reset(PeerTablePtr table);
    void setClient(const SocketAddress *client);

    PeerTablePtr m_table;
    std::vector<quint64> m_tried; // a bit for each of the table's peers
    std::vector<SkippedPeer> m_skipped;
    PeerPtr m_current;
    QByteArray m_key;
    QByteArray m_sticky;  // the route id of the peer that the client is bound to; empty: to none
    QByteArray m_session; // of sticky learn
    std::array<quint8, 16> m_client{};
    quint8 m_clientBytes = 0;
    int m_tries = 0;
    int m_fruitless = 0;
    quint32 m_hash = 0;
    quint32 m_rehash = 0;
    SteadyTime m_pickedAt{};
    qint64 m_headMs = -1; // from the pick to the response's head
    PeerReason m_reason = PeerReason::None;
    bool m_onBackups = false;
    bool m_inflight = false; // counted in PeerTimes
    bool m_explaining = false;
};

} // namespace portlight
