// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/workspace.h"
#include "domains/domainlock.h"
#include "theme/colors.h"

namespace portlight {

// One row of the Domains table: a domain, and what is known about how it does.
struct DomainRow {
    DomainView view;
    QString what;  // who answers at the target
    QString state; // "HTTP", "502", "off", "problem"
    Tone tone = Tone::Good;
    QString detail; // the state in a sentence, for the tooltip
    DomainLock lock;
    double rate = 0;
    QList<double> lastMinute;
    friend bool operator==(const DomainRow &, const DomainRow &) = default;
};

// What listens on this machine, once it has been looked at.
struct KnownPorts {
    bool known = false;
    QList<ListeningPort> ports;

    const ListeningPort *find(quint16 port) const;
};

// The loopback port that a domain's target names, or 0: another machine, a unix socket, or no proxy_pass.
quint16 localTargetPort(const DomainView &view);
// A row from what is known; the rate and its history are the caller's.
DomainRow describeDomain(const DomainView &view, const EngineStatus &status, const KnownPorts &ports);

} // namespace portlight
