// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/upstreamstatus.h"
#include "base/diagnostic.h"

#include <QHash>
#include <QList>
#include <QMetaType>

namespace portlight {

// One listener as it stands.
struct ListenerStatus {
    QByteArray address; // "127.0.0.1:8080"
    bool open = false;
    QString error;                // why it is not open: "port 8080 is taken by node (pid 4711)"
    bool acceptingPaused = false; // out of descriptors
    friend bool operator==(const ListenerStatus &, const ListenerStatus &) = default;
};

// Counters of one domain since the engine started.
struct DomainCounters {
    quint64 requests = 0;
    quint64 failures = 0; // 5xx
    int lastStatus = 0;
    friend bool operator==(const DomainCounters &, const DomainCounters &) = default;
};

// A snapshot of the engine, once a second. The seven counters are those of ngx_http_stub_status_module.
struct EngineStatus {
    bool running = false;
    qint64 takenAtMs = 0;
    quint64 accepted = 0;
    quint64 handled = 0;
    quint64 requests = 0;
    int active = 0;
    int reading = 0;
    int writing = 0;
    int waiting = 0;
    double requestsPerSecond = 0; // since the snapshot before
    QList<ListenerStatus> listeners;
    QHash<QByteArray, DomainCounters> domains; // by first name
    QList<UpstreamSnapshot> upstreams;         // as the configuration orders them
    qsizetype peersLeftOut = 0;                // more than a snapshot holds
    bool capturing = false;
    qsizetype captureCount = 0;
    quint64 captureDropped = 0;
};

// What came of applying a configuration.
struct ApplyOutcome {
    quint64 request = 0;
    bool applied = false; // false: the configuration before goes on
    bool byFiles = false; // nobody asked for it: certificates or keys have changed on disk
    Diagnostics diagnostics;
    QList<ListenerStatus> listeners;
};

// What came of setPeerState or setPeerWeight.
struct PeerCommandOutcome {
    quint64 request = 0;
    bool done = false;
    Error error; // why not
};

} // namespace portlight

Q_DECLARE_METATYPE(portlight::EngineStatus)
Q_DECLARE_METATYPE(portlight::ApplyOutcome)
Q_DECLARE_METATYPE(portlight::PeerCommandOutcome)
