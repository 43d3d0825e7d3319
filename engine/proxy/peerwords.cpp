// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/peerwords.h"

using namespace Qt::StringLiterals;

namespace portlight {

QString choiceWords(const PeerSelection &selection, const UpstreamConfig &group)
{
    const auto words = [&]() -> QString {
        switch (selection.reason()) {
        case PeerReason::None:
        case PeerReason::OnlyPeer: return u"the only peer"_s;
        case PeerReason::Turn: return u"next in turn of %1 peers"_s.arg(group.peers.size());
        case PeerReason::LeastConnections: return u"it has the fewest requests for its weight (least_conn)"_s;
        case PeerReason::LeastTime: return u"it answers soonest (least_time)"_s;
        case PeerReason::ClientAddress: return u"the client's address leads to it (ip_hash)"_s;
        case PeerReason::Key: return u"the request's key leads to it (hash)"_s;
        case PeerReason::KeyOnRing: return u"the request's key leads to it (hash … consistent)"_s;
        case PeerReason::Random: return u"drawn at random"_s;
        case PeerReason::RandomTwo: return u"the less busy of two drawn at random"_s;
        case PeerReason::Session: return u"the client's session is bound to it (sticky)"_s;
        }
        Q_UNREACHABLE();
    }();
    return selection.isFromBackups() ? u"a backup, since no other peer is left; "_s + words : words;
}

QString obstacleWords(const Peer &peer, PeerObstacle obstacle)
{
    const PeerConfig &config = peer.config();
    switch (obstacle) {
    case PeerObstacle::None: break;
    case PeerObstacle::Tried: return u"this request has been there"_s;
    case PeerObstacle::Down: return u"it is marked down"_s;
    case PeerObstacle::Draining: return u"it is drained, and takes bound sessions only"_s;
    case PeerObstacle::Unhealthy: return u"its health checks fail"_s;
    case PeerObstacle::Failed:
        return u"it failed %1 of max_fails=%2 times within %3 s (fail_timeout)"_s.arg(peer.fails())
            .arg(config.maxFails)
            .arg(config.failTimeout.count());
    case PeerObstacle::Full: return u"it serves max_conns=%1 requests already"_s.arg(config.maxConns);
    }
    return {};
}

QString addressWords(const UpstreamConfig &group)
{
    QStringList words;
    for (const PeerConfig &peer : group.peers) {
        if (words.size() == ObstaclesMax) {
            words.append(u"…"_s);
            break;
        }
        words.append(QString::fromUtf8(peer.display));
    }
    return words.join(u", "_s);
}

QList<std::pair<QString, QString>> obstaclesOf(const UpstreamGroup &group, SteadyTime now)
{
    QList<std::pair<QString, QString>> list;
    for (const PeerPtr &peer : group.peers()) {
        if (list.size() == ObstaclesMax)
            break;
        QString words = obstacleWords(*peer, peer->obstacle(BalanceTime(now)));
        const QByteArray &lastError = peer->statistics.lastError().text;
        if (!lastError.isEmpty())
            words += (words.isEmpty() ? u"last error: "_s : u"; last error: "_s) + QString::fromUtf8(lastError);
        list.emplaceBack(QString::fromUtf8(peer->display()), words);
    }
    return list;
}

} // namespace portlight
