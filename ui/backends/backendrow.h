// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/enginestatus.h"
#include "backends/backendlist.h"
#include "theme/colors.h"

namespace portlight {

// A row of the Backends table: the heading of a group, or one of its peers.
struct BackendRow {
    bool isHeading = false;
    QByteArray group;
    QString title; // of a heading
    QString note;  // of a heading: its method, who uses it. Of a peer: its name, "backup", who uses it alone
    QString end;   // of a heading: how many of its peers get requests
    Tone tone = Tone::Neutral;
    PeerSnapshot peer;  // of a peer
    QStringList usedBy; // names of domains
    TextPosition where; // of the group
    friend bool operator==(const BackendRow &, const BackendRow &) = default;
};

// "Up", "Draining", "Down", "Unavailable", "Unhealthy", "Checking"
QString stateWord(PeerState state);
// What that means, in a sentence.
QString stateSentence(PeerState state);
Tone toneOfState(PeerState state);
// "14:02:11", or with the date in front when it is not today's.
QString clockText(qint64 atMs, qint64 nowMs);
// "14:02:11  status 500" or "14:02:11  passed in 1.2 ms, status 200".
QString checkText(const PeerCheck &check, qint64 nowMs);

// The groups of a snapshot as rows, then under one heading the addresses that proxy_pass names; those alone that match
// `search` by group, address, state or domain.
QList<BackendRow> backendRows(const EngineStatus &status, const QList<Backend> &configured, const QString &search);

} // namespace portlight
