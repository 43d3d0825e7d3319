// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <QByteArray>
#include <QList>

#include <array>

namespace portlight {

// The weight that a command may give a peer, 1 at least.
inline constexpr int PeerWeightMax = 65'535;

// What a person wants of a peer while it runs. Draining: no new request but those of sessions bound to it.
enum class PeerOrder : quint8 { Up, Draining, Down };

// How a peer stands. Unavailable: it failed max_fails times and rests for fail_timeout. Unhealthy: its checks failed.
// Checking: it gets requests once its first check has passed.
enum class PeerState : quint8 { Up, Draining, Down, Unavailable, Unhealthy, Checking };

// One active check of a peer.
struct PeerCheck {
    qint64 atMs = 0; // since the epoch
    qint64 latencyUs = 0;
    int status = 0; // of the response; 0: none came
    bool passed = false;
    QByteArray reason; // why it failed
    friend bool operator==(const PeerCheck &, const PeerCheck &) = default;
};

// How often tries at a peer failed, by kind (PeerFailure).
struct PeerFailureCounts {
    quint64 connect = 0;
    quint64 tls = 0;
    quint64 timeout = 0;
    quint64 closed = 0;
    quint64 transfer = 0;
    quint64 invalid = 0;
    quint64 status = 0;

    quint64 total() const { return connect + tls + timeout + closed + transfer + invalid + status; }
    friend bool operator==(const PeerFailureCounts &, const PeerFailureCounts &) = default;
};

// One peer of a group. What it counts, it counts since the engine knows the peer, over reloads.
struct PeerSnapshot {
    QByteArray name;   // "127.0.0.1:3000": its name in commands
    QByteArray server; // as the configuration writes it, where that says more: "box.example:8080"
    PeerState state = PeerState::Up;
    bool backup = false;
    int weight = 1;
    int effectiveWeight = 1; // lower after failures and while it starts slowly
    int active = 0;          // requests on their way
    int activeMax = 0;       // max_conns; 0: no limit
    quint64 requests = 0;
    std::array<quint64, 5> responses{}; // 1xx to 5xx
    PeerFailureCounts failures;
    quint64 bytesSent = 0;
    quint64 bytesReceived = 0;
    quint64 latencyCount = 0; // responses that the percentiles are taken from; 0: there are none
    qint64 p50Us = 0;         // until the response's head was there
    qint64 p95Us = 0;
    qint64 p99Us = 0;
    QByteArray lastError; // in nginx's words; empty: there was none
    qint64 lastErrorMs = 0;
    qint64 lastChosenMs = 0; // 0: never
    int idle = 0;            // connections kept for the next request
    QList<PeerCheck> checks; // oldest first
    friend bool operator==(const PeerSnapshot &, const PeerSnapshot &) = default;
};

// A group of backends: an `upstream` block, or the one address that a proxy_pass names.
struct UpstreamSnapshot {
    QByteArray name;
    QByteArray method;   // "least_conn", "hash $uri consistent"; empty: round robin
    QByteArray sticky;   // "cookie srv_id"; empty: none
    bool direct = false; // made by a proxy_pass that names an address
    TextPosition where;
    QList<PeerSnapshot> peers;
    friend bool operator==(const UpstreamSnapshot &, const UpstreamSnapshot &) = default;
};

} // namespace portlight
