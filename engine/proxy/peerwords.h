// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/upstreamgroup.h"

#include <QString>

namespace portlight {

inline constexpr int ObstaclesMax = 16;

// Why a peer was chosen, for the decision trace: "next in turn of 3 peers".
QString choiceWords(const PeerSelection &selection, const UpstreamConfig &group);
// Why a peer was passed over: "it has failed lately (max_fails)".
QString obstacleWords(const Peer &peer, PeerObstacle obstacle);

// The addresses of a group, at most ObstaclesMax of them: "10.0.0.1:80, 10.0.0.2:80".
QString addressWords(const UpstreamConfig &group);

// What is in the way of each peer of a group now, with the last error of those that failed; at most ObstaclesMax.
QList<std::pair<QString, QString>> obstaclesOf(const UpstreamGroup &group, SteadyTime now);

} // namespace portlight
