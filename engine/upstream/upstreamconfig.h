// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/values.h"
#include "net/resolverconfig.h"

#include <chrono>
#include <memory>
#include <vector>

namespace portlight {

using std::chrono::milliseconds;

// A peer of a group: an address as written and what it resolved to. A name with several addresses gives one peer for
// each, `localhost` alone stays one peer that is dialed on both families.
struct PeerConfig {
    PeerAddress address;
    std::vector<SocketAddress> resolved; // empty: a name that is looked up while running, not known yet
    QByteArray display;                  // "127.0.0.1:3000"
    QByteArray server;                   // as written: its place on the ring of `hash … consistent`
    QByteArray route;                    // what sticky sessions call it; empty: the MD5 of `display`
    QByteArray service;                  // of SRV records, with `resolve`
    bool isName = false;                 // was looked up: logs show the address that was reached
    int weight = 1;
    int maxConns = 0; // 0: no bound
    int maxFails = 1; // 0: failures are not counted
    std::chrono::seconds failTimeout{10};
    milliseconds slowStart{0}; // 0: at once with its whole weight
    bool down = false;
    bool drain = false; // serves only the sessions that are bound to it
    bool backup = false;
    bool resolve = false; // its name is looked up again while running
    QByteArray lookedUp;  // with `resolve`: that name; `resolved` and `address` are what it led to
    TextPosition position;

    // It came of the name that this `server … resolve` line has.
    bool isOf(const PeerConfig &written) const
    {
        return !lookedUp.isEmpty() && lookedUp == written.lookedUp && service == written.service;
    }
};

// How a group chooses, under nginx's names.
enum class BalanceMethod : quint8 {
    RoundRobin,
    LeastConn,
    LeastTimeHeader,
    LeastTimeLastByte,
    IpHash,
    Hash,
    HashConsistent,
    Random,
    RandomTwo,
};

// How clients stay with a peer (ngx_http_upstream_sticky_module).
enum class StickyMethod : quint8 { None, Cookie, Route, Learn };

// An `upstream` block, or the single peer of a proxy_pass that names an address.
struct UpstreamConfig {
    QByteArray name;
    std::vector<PeerConfig> peers;
    BalanceMethod method = BalanceMethod::RoundRobin;
    bool countsInflight = false; // least_time … inflight
    StickyMethod sticky = StickyMethod::None;
    bool learnsFromHead = false; // sticky learn … header: not only when the whole response is there
    int stickySessionsMax = 0;   // of sticky learn
    milliseconds stickyTimeout{600'000};
    QByteArray zone; // `zone`: several groups may share one
    std::shared_ptr<const ResolverConfig>
        resolver; // of the names that are looked up while running; null: there are none
    milliseconds resolverTimeout{30'000};
    int keepalive = 0; // idle connections kept; 0: none
    bool keepaliveLocal = false;
    qint64 keepaliveRequests = 1000;
    milliseconds keepaliveTimeout{60'000};
    milliseconds keepaliveTime{3'600'000};
    size_t index = 0; // in CompiledConfig::upstreams, and of its runtime state
    TextPosition position;
};

} // namespace portlight
