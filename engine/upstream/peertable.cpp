// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/peertable.h"

#include <QHash>

namespace portlight {

namespace {

void addLevel(PeerTable &table, PeerTable::Level &level, const std::vector<PeerPtr> &peers, bool backups)
{
    level.begin = table.peers.size();
    for (const PeerPtr &peer : peers) {
        if (peer->config().backup != backups)
            continue;
        table.peers.push_back(peer);
        level.totalWeight += peer->weight();
        if (peer->admin() == PeerAdmin::Up)
            ++level.tries;
        if (peer->config().slowStart.count() > 0)
            table.scale = Peer::ShareFull;
    }
    level.end = table.peers.size();
}

} // namespace

std::shared_ptr<PeerTable> PeerTable::of(const std::vector<PeerPtr> &peers)
{
    auto table = std::make_shared<PeerTable>();
    addLevel(*table, table->primaries, peers, false);
    addLevel(*table, table->backups, peers, true);
    table->primaries.single = table->primaries.count() == 1 && table->backups.count() == 0;
    QHash<QByteArray, quint32> firstByServer;
    for (quint32 i = 0; i < table->peers.size(); ++i) {
        const QByteArray &server = table->peers[i]->config().server;
        const auto known = firstByServer.constFind(server);
        if (known == firstByServer.constEnd())
            firstByServer.insert(server, i);
        table->servers.push_back(known == firstByServer.constEnd() ? i : *known);
    }
    if (table->primaries.single)
        table->scale = 1;
    return table;
}

} // namespace portlight
