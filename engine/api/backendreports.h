// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/upstreamstatus.h"

#include <QJsonArray>
#include <QJsonObject>

namespace portlight {

// "up", "draining", "down", "unavailable", "unhealthy", "checking"
QString peerStateName(PeerState state);

// What `portlightctl backends --json` prints and the control socket tells: the groups, with their peers.
QJsonArray backendsReport(const QList<UpstreamSnapshot> &groups);

// The same as a table with a line for each peer, from a backendsReport; times of day are local.
QByteArray backendsText(const QJsonArray &backends);

} // namespace portlight
