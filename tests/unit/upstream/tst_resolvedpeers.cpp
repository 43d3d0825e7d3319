// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/resolvedpeers.h"
#include "upstream/upstreamgroup.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class ResolvedPeersTest : public QObject
{
    Q_OBJECT

    static PeerConfig written(const QByteArray &service = {})
    {
        PeerConfig peer;
        peer.address.host = "shop.test";
        peer.address.port = 8080;
        peer.server = "shop.test:8080";
        peer.lookedUp = "shop.test";
        peer.resolve = true;
        peer.service = service;
        peer.maxFails = 7;
        return peer;
    }
    static ResolvedAddress address(const QByteArray &host) { return {*SocketAddress::fromNumeric(host, 0), {}, 0, 1}; }
    static ResolvedAddress instance(const QByteArray &host, quint16 port, const QByteArray &target, quint16 priority,
                                    quint16 weight)
    {
        return {*SocketAddress::fromNumeric(host, port), target, priority, weight};
    }
    // "10.0.0.1:80 10.0.0.2:80*3 10.0.0.3:80 backup"
    static QByteArray text(const std::vector<PeerConfig> &peers)
    {
        QByteArrayList words;
        for (const PeerConfig &peer : peers) {
            words.append(peer.display);
            if (peer.weight != 1)
                words.last() += '*' + QByteArray::number(peer.weight);
            if (peer.backup)
                words.last() += " backup";
        }
        return words.join(", ");
    }

private Q_SLOTS:
    void eachAddressIsAPeerWithThePortAndTheParametersOfItsLine()
    {
        PeerConfig line = written();
        line.weight = 3;
        const auto peers = resolvedPeers(line, {}, {address("10.0.0.1"), address("fd00::1")});
        QCOMPARE(text(peers), "10.0.0.1:8080*3, [fd00::1]:8080*3"_ba);
        QCOMPARE(peers[0].maxFails, 7);
        QCOMPARE(peers[0].server, "shop.test:8080"_ba);
        QVERIFY(peers[0].isOf(line));
        QCOMPARE(peers[1].resolved, std::vector{*SocketAddress::fromNumeric("fd00::1", 8080)});
    }

    void whoWasThereStaysInItsPlaceAndNewOnesFollow()
    {
        const auto before =
            resolvedPeers(written(), {}, {address("10.0.0.1"), address("10.0.0.2"), address("10.0.0.3")});
        const auto now =
            resolvedPeers(written(), before, {address("10.0.0.9"), address("10.0.0.3"), address("10.0.0.1")});
        QCOMPARE(text(now), "10.0.0.1:8080, 10.0.0.3:8080, 10.0.0.9:8080"_ba);
    }

    void anAddressThatComesTwiceIsOnePeer()
    {
        QCOMPARE(text(resolvedPeers(written(), {}, {address("10.0.0.1"), address("10.0.0.1")})), "10.0.0.1:8080"_ba);
    }

    void noAddressIsNoPeer() { QVERIFY(resolvedPeers(written(), {}, {}).empty()); }

    void aServiceBringsPortsWeightsAndBackups()
    {
        const auto peers =
            resolvedPeers(written("http"), {},
                          {instance("10.0.0.1", 81, "one.test", 10, 5), instance("10.0.0.2", 82, "two.test", 10, 1),
                           instance("10.0.0.3", 83, "spare.test", 20, 2)});
        QCOMPARE(text(peers), "10.0.0.1:81*5, 10.0.0.2:82, 10.0.0.3:83*2 backup"_ba);
        QCOMPARE(peers[0].server, "one.test"_ba);
    }

    void aWeightThatIsWrittenCountsMoreThanTheRecords()
    {
        PeerConfig line = written("http");
        line.weight = 4;
        QCOMPARE(text(resolvedPeers(line, {}, {instance("10.0.0.1", 81, "one.test", 10, 5)})), "10.0.0.1:81*4"_ba);
    }

    void aBackupsSparesAreNone()
    {
        PeerConfig line = written("http");
        line.backup = true;
        const auto peers = resolvedPeers(
            line, {}, {instance("10.0.0.1", 81, "one.test", 10, 1), instance("10.0.0.3", 83, "spare.test", 20, 1)});
        QCOMPARE(text(peers), "10.0.0.1:81 backup"_ba);
    }

    void whatIsKnownCanBeHandedOver()
    {
        const auto peers =
            resolvedPeers(written("http"), {},
                          {instance("10.0.0.1", 81, "one.test", 10, 5), instance("10.0.0.3", 83, "spare.test", 20, 2)});
        const auto again = resolvedPeers(written("http"), {}, {asResolved(peers[0]), asResolved(peers[1])});
        QCOMPARE(text(again), text(peers));
        QCOMPARE(again[0].server, peers[0].server);
    }

    void aReloadKeepsWhatANameWasResolvedTo()
    {
        EngineLoop loop(nullptr);
        UpstreamConfig config;
        config.peers = {written()};
        UpstreamGroup group(loop, config);
        QVERIFY(group.peers().empty());
        group.setPeers(resolvedPeers(written(), {}, {address("10.0.0.1")}));
        UpstreamConfig reloaded = config;
        reloaded.peers[0].address.port = 9090;
        reloaded.peers[0].server = "shop.test:9090";
        UpstreamGroup next(loop, reloaded, &group);
        QCOMPARE(next.peers().size(), size_t(1));
        QCOMPARE(next.peers()[0]->display(), "10.0.0.1:9090"_ba);
        UpstreamGroup same(loop, config, &group);
        QCOMPARE(same.peers()[0].get(), group.peers()[0].get());
        reloaded.peers[0].lookedUp = "other.test";
        QVERIFY(UpstreamGroup(loop, reloaded, &group).peers().empty());
    }
};

QTEST_GUILESS_MAIN(ResolvedPeersTest)
#include "tst_resolvedpeers.moc"
