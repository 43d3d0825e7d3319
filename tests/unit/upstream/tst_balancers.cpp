// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/grouplab.h"
#include "upstream/consistenthash.h"
#include "upstream/crc32.h"

#include <QTest>

using namespace portlight;
using namespace portlight::test;
using namespace std::chrono_literals;

// The letters that are expected of hashes were computed by another program from nginx's description of them; the parity
// tests ask nginx itself.
class BalancersTest : public QObject
{
    Q_OBJECT

    static UpstreamConfig threePeers(BalanceMethod method)
    {
        UpstreamConfig config;
        config.method = method;
        config.peers = {labPeer('a'), labPeer('b', 2), labPeer('c')};
        config.peers[2].server = "backend.test";
        return config;
    }
    static QByteArray askForKeys(GroupLab &lab, int count)
    {
        QByteArray letters;
        for (int i = 0; i < count; ++i) {
            const QByteArray key = "key" + QByteArray::number(i);
            letters += lab.ask({.hashKey = key});
        }
        return letters;
    }
    static char askFrom(GroupLab &lab, const QByteArray &host)
    {
        const SocketAddress client = *SocketAddress::fromNumeric(host, 40'000);
        return lab.ask({.client = &client});
    }

private Q_SLOTS:
    void theCrcIsTheOneOfZlib()
    {
        QCOMPARE(Crc32().add("123456789").value(), 0xcbf43926U);
        QCOMPARE(Crc32().add("1234").add("").add("56789").value(), 0xcbf43926U);
        QCOMPARE(Crc32().value(), 0U);
    }

    void hashTakesTheSamePeerForAKey()
    {
        GroupLab lab(threePeers(BalanceMethod::Hash));
        QCOMPARE(askForKeys(lab, 24), QByteArray("cabbbbacacacbbbbcacabbca"));
        QCOMPARE(askForKeys(lab, 24), QByteArray("cabbbbacacacbbbbcacabbca"));
    }

    void hashGoesOnToAnotherPeerWhenOneFails()
    {
        GroupLab lab(threePeers(BalanceMethod::Hash));
        const QByteArray tried = lab.fail({.hashKey = "key0"});
        QCOMPARE(tried.size(), 3);
        QCOMPARE(tried.at(0), 'c');
        QCOMPARE(QSet<char>(tried.begin(), tried.end()).size(), 3);
    }

    void anEmptyKeyMeansTurns()
    {
        GroupLab lab(threePeers(BalanceMethod::Hash));
        QCOMPARE(lab.ask(8), GroupLab(threePeers(BalanceMethod::RoundRobin)).ask(8));
        GroupLab ring(threePeers(BalanceMethod::HashConsistent));
        QCOMPARE(ring.ask(8), GroupLab(threePeers(BalanceMethod::RoundRobin)).ask(8));
    }

    void hashGivesUpAfterTwentyFruitlessPicks()
    {
        UpstreamConfig config = threePeers(BalanceMethod::Hash);
        config.peers[0].down = config.peers[1].down = true;
        config.peers[1].weight = 60'000; // nearly every key leads to it
        GroupLab lab(config);
        QCOMPARE(askForKeys(lab, 8), QByteArray("cccccccc"));
    }

    void consistentHashFollowsTheRing()
    {
        GroupLab lab(threePeers(BalanceMethod::HashConsistent));
        QCOMPARE(askForKeys(lab, 24), QByteArray("bcacbcbbacbbaaaabcabaaba"));
    }

    void consistentHashMovesOnlyTheKeysOfThePeerThatWent()
    {
        GroupLab lab(threePeers(BalanceMethod::HashConsistent));
        const QByteArray before = askForKeys(lab, 200);
        lab.group->setAdmin(lab.peer('a'), PeerAdmin::Down, lab.now);
        const QByteArray after = askForKeys(lab, 200);
        for (qsizetype i = 0; i < before.size(); ++i)
            QVERIFY(before.at(i) == 'a' ? after.at(i) != 'a' : before.at(i) == after.at(i));
    }

    void theAddressesOfOneNameShareItsPlaceOnTheRing()
    {
        UpstreamConfig config = threePeers(BalanceMethod::HashConsistent);
        config.peers[1].server = config.peers[0].server;
        config.peers[1].weight = 1;
        GroupLab lab(config);
        QByteArray letters;
        for (int i = 0; i < 6; ++i)
            letters += lab.ask({.hashKey = "key2"}); // belongs to the first server
        QCOMPARE(letters, QByteArray("ababab"));
    }

    void theRingHasABound()
    {
        UpstreamConfig config = threePeers(BalanceMethod::HashConsistent);
        GroupLab lab(config);
        const int others = 3; // the weights of the two others
        const int most = int(ConsistentHash::TotalWeightMax) - others;
        QVERIFY(lab.group->setWeight(lab.peer('a'), most));
        QVERIFY(!lab.group->setWeight(lab.peer('a'), most + 1));
    }

    void ipHashTakesThreeOctetsOfAnAddress()
    {
        GroupLab lab(threePeers(BalanceMethod::IpHash));
        QByteArray letters;
        for (int i = 0; i < 24; ++i)
            letters += askFrom(lab, "10.0." + QByteArray::number(i) + ".7");
        QCOMPARE(letters, QByteArray("bbcabbcabbcabbcabbcabbca"));
        QCOMPARE(askFrom(lab, "10.0.3.1"), askFrom(lab, "10.0.3.250"));
    }

    void ipHashTakesAWholeIpv6Address()
    {
        GroupLab lab(threePeers(BalanceMethod::IpHash));
        QByteArray letters;
        for (int i = 0; i < 12; ++i)
            letters += askFrom(lab, "2001:db8::" + QByteArray::number(i, 16));
        QCOMPARE(letters, QByteArray("cabbcabbcabb"));
    }

    void ipHashTakesAllUnixClientsForOne()
    {
        GroupLab lab(threePeers(BalanceMethod::IpHash));
        const SocketAddress client = *SocketAddress::fromUnixPath("/run/client.sock");
        QCOMPARE(lab.ask(3, {.client = &client}), QByteArray("ccc"));
        QCOMPARE(lab.ask(2), QByteArray("cc"));
    }

    void leastConnTakesTheLeastLoadedForItsWeight()
    {
        GroupLab lab(threePeers(BalanceMethod::LeastConn));
        QByteArray held;
        for (int i = 0; i < 8; ++i)
            held += lab.hold();
        QCOMPARE(held, QByteArray("bacbcabb"));
        lab.end(1);
        QCOMPARE(lab.hold(), 'a');
    }

    void leastConnTakesTurnsAmongEqualsAndThenBackups()
    {
        UpstreamConfig config = threePeers(BalanceMethod::LeastConn);
        config.peers[2].backup = true;
        GroupLab lab(config);
        QCOMPARE(lab.ask(6), QByteArray("babbab"));
        QCOMPARE(lab.fail(), QByteArray("bac"));
    }

    void leastConnSparesAPeerThatStartsSlowly()
    {
        UpstreamConfig config = threePeers(BalanceMethod::LeastConn);
        config.peers.pop_back();
        config.peers[1].weight = 1;
        config.peers[0].slowStart = 10s;
        GroupLab lab(config);
        lab.peer('a').setHealth(PeerHealth::Unhealthy, lab.now);
        QCOMPARE(lab.hold(), 'b');
        QCOMPARE(lab.hold(), 'b');
        lab.peer('a').setHealth(PeerHealth::Healthy, lab.now);
        QCOMPARE(lab.hold(), 'b'); // though the other one is idle
        lab.pass(5s);
        QCOMPARE(lab.hold(), 'a');
    }

    void randomFollowsTheWeights()
    {
        GroupLab lab(threePeers(BalanceMethod::Random), 42);
        const QByteArray letters = lab.ask(4000);
        QVERIFY(qAbs(letters.count('b') - 2000) < 150);
        QVERIFY(qAbs(letters.count('a') - 1000) < 150);
        QCOMPARE(letters, GroupLab(threePeers(BalanceMethod::Random), 42).ask(4000));
    }

    void randomFindsTheOnlyPeerLeft()
    {
        for (const BalanceMethod method : {BalanceMethod::Random, BalanceMethod::RandomTwo}) {
            UpstreamConfig config = threePeers(method);
            config.peers[0].down = config.peers[1].down = true;
            config.peers[1].weight = 10'000;
            QCOMPARE(GroupLab(config).ask(5), QByteArray("ccccc"));
        }
    }

    void randomTwoTakesTheLessLoaded()
    {
        UpstreamConfig config = threePeers(BalanceMethod::RandomTwo);
        config.peers.pop_back();
        config.peers[1].weight = 1;
        GroupLab lab(config);
        QByteArray held;
        for (int i = 0; i < 10; ++i)
            held += lab.hold();
        QCOMPARE(held.count('a'), 5); // both are always looked at
    }

    void leastTimePrefersTheFasterPeer()
    {
        UpstreamConfig config = threePeers(BalanceMethod::LeastTimeHeader);
        config.peers.pop_back();
        config.peers[1].weight = 1;
        GroupLab lab(config);
        for (const milliseconds head : {300ms, 40ms}) {
            PeerSelection selection;
            lab.group->begin(selection, {}, lab.now);
            QVERIFY(lab.group->pick(selection, lab.now));
            lab.pass(head);
            lab.group->headReceived(selection, lab.now);
            lab.group->release(selection, PeerRelease::Ok, lab.now);
        }
        QCOMPARE(lab.peer('a').times.head, 300);
        QCOMPARE(lab.peer('b').times.head, 40);
        QCOMPARE(lab.ask(3), QByteArray("bbb"));
        lab.pass(100s); // its time has been halved often enough
        QVERIFY(lab.ask(4).contains('a'));
    }

    void leastTimeForgetsFailures()
    {
        UpstreamConfig config = threePeers(BalanceMethod::LeastTimeLastByte);
        config.peers[0].maxFails = config.peers[1].maxFails = config.peers[2].maxFails = 0;
        GroupLab lab(config);
        lab.fail();
        for (const char letter : {'a', 'b', 'c'})
            QCOMPARE(lab.peer(letter).times.response, 0);
    }

    void leastTimeSeesRequestsThatHang()
    {
        UpstreamConfig config = threePeers(BalanceMethod::LeastTimeHeader);
        config.peers.pop_back();
        config.peers[1].weight = 1;
        config.countsInflight = true;
        GroupLab lab(config);
        QCOMPARE(lab.hold(), 'a');
        lab.pass(2s);
        QCOMPARE(lab.ask(3), QByteArray("bbb"));
        QCOMPARE(lab.peer('a').times.inflightRequests, 1);
        QVERIFY(lab.peer('a').times.inflight >= 2000);
        lab.end(0);
        QCOMPARE(lab.peer('a').times.inflightRequests, 0);
        QCOMPARE(lab.peer('b').times.inflightRequests, 0);
    }
};

QTEST_GUILESS_MAIN(BalancersTest)
#include "tst_balancers.moc"
