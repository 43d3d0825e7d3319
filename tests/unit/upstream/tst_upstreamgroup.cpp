// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/grouplab.h"

#include <QTest>

using namespace portlight;
using namespace portlight::test;
using namespace std::chrono_literals;

class UpstreamGroupTest : public QObject
{
    Q_OBJECT

    static UpstreamConfig peersOfWeight(const std::vector<int> &weights)
    {
        UpstreamConfig config;
        for (size_t i = 0; i < weights.size(); ++i)
            config.peers.push_back(labPeer(char('a' + i), weights[i]));
        return config;
    }

private Q_SLOTS:
    void turnsAreSmoothlyWeighted()
    {
        QCOMPARE(GroupLab(peersOfWeight({5, 1, 1})).ask(14), QByteArray("aabacaaaabacaa")); // nginx's own example
        QCOMPARE(GroupLab(peersOfWeight({1, 1, 1})).ask(7), QByteArray("abcabca"));
    }

    void peersThatAreDownGetNothing()
    {
        UpstreamConfig config = peersOfWeight({1, 1, 2});
        config.peers[0].down = true;
        QCOMPARE(GroupLab(config).ask(6), QByteArray("cbccbc"));
    }

    void triesAreThePeersThatAreNotDown()
    {
        UpstreamConfig config = peersOfWeight({1, 1, 1, 1});
        config.peers[1].down = true;
        config.peers[2].drain = true;
        config.peers[3].backup = true;
        GroupLab lab(config);
        PeerSelection selection;
        lab.group->begin(selection, {}, lab.now);
        QCOMPARE(selection.triesLeft(), 2);
        selection.limitTries(0);
        QCOMPARE(selection.triesLeft(), 2);
        selection.limitTries(1);
        QCOMPARE(selection.triesLeft(), 1);
    }

    void backupsComeWhenThePrimariesAreExhausted()
    {
        UpstreamConfig config = peersOfWeight({1, 1, 1, 1});
        config.peers[1].backup = config.peers[3].backup = true;
        GroupLab lab(config);
        QCOMPARE(lab.ask(4), QByteArray("acac"));
        QCOMPARE(lab.fail(), QByteArray("acbd"));
        QCOMPARE(lab.fail(), QByteArray("-")); // all are set aside
    }

    void aPeerThatFailedIsSetAsideForFailTimeout()
    {
        GroupLab lab(peersOfWeight({1, 1}));
        QCOMPARE(lab.hold(), 'a');
        lab.end(0, PeerRelease::Failed);
        QCOMPARE(lab.ask(4), QByteArray("bbbb"));
        lab.pass(10s);
        QCOMPARE(lab.ask(2), QByteArray("bb")); // "now - checked <= fail_timeout"
        lab.pass(1s);
        QVERIFY(lab.ask(4).contains('a'));
        QCOMPARE(lab.peer('a').fails(), 0);
    }

    void aPeerThatComesBackIsTriedByOneRequest()
    {
        GroupLab lab(peersOfWeight({1, 1}));
        QCOMPARE(lab.hold(), 'a');
        lab.end(0, PeerRelease::Failed);
        lab.pass(11s);
        QByteArray held;
        for (int i = 0; i < 6; ++i)
            held += lab.hold();
        QCOMPARE(held.count('a'), 1);
    }

    void failuresCountUpToMaxFails()
    {
        UpstreamConfig config = peersOfWeight({1, 1});
        config.peers[0].maxFails = 2;
        config.peers[1].down = true;
        config.peers.push_back(labPeer('c'));
        config.peers[2].backup = true;
        GroupLab lab(config);
        QCOMPARE(lab.fail(), QByteArray("ac"));
        lab.peer('c').setHealth(PeerHealth::Unhealthy, lab.now);
        QCOMPARE(lab.ask(), 'a'); // once is not enough
        QCOMPARE(lab.fail().left(1), QByteArray("a"));
        QCOMPARE(lab.ask(), '-');
    }

    void withMaxFailsZeroNothingIsCounted()
    {
        UpstreamConfig config = peersOfWeight({1, 1});
        config.peers[0].maxFails = config.peers[1].maxFails = 0;
        GroupLab lab(config);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(lab.fail().size(), 2);
        QCOMPARE(lab.ask(2).size(), 2);
        QVERIFY(!lab.ask(2).contains('-'));
    }

    void aFailedPeerGetsItsWeightBackStepByStep()
    {
        UpstreamConfig config = peersOfWeight({4, 4});
        config.peers[0].maxFails = 2;
        GroupLab lab(config);
        QCOMPARE(lab.hold(), 'a'); // -4, 4
        lab.end(0, PeerRelease::Failed);
        // Its weight is 2, 3 and 4 in the next turns, and it owes a turn.
        QCOMPARE(lab.ask(6), QByteArray("bbabab"));
    }

    void theReleaseTellsThatAPeerIsSetAside()
    {
        UpstreamConfig config = peersOfWeight({1, 1});
        config.peers[0].maxFails = 2;
        GroupLab lab(config);
        PeerSelection selection;
        lab.group->begin(selection, {}, lab.now);
        QCOMPARE(GroupLab::letterOf(lab.group->pick(selection, lab.now)), 'a');
        QVERIFY(!lab.group->release(selection, PeerRelease::Failed, lab.now));
        QCOMPARE(GroupLab::letterOf(lab.group->pick(selection, lab.now)), 'b');
        QVERIFY(lab.group->release(selection, PeerRelease::Failed, lab.now));
        QCOMPARE(selection.triesLeft(), 0);
    }

    void anAnswerThatAsksForAnotherPeerIsNotHeldAgainstThisOne()
    {
        GroupLab lab(peersOfWeight({1, 1}));
        QCOMPARE(lab.hold(), 'a');
        lab.end(0, PeerRelease::Next);
        QCOMPARE(lab.ask(2), QByteArray("ba"));
    }

    void theOnlyPeerIsNeverSetAside()
    {
        GroupLab lab(peersOfWeight({1}));
        for (int i = 0; i < 3; ++i)
            QCOMPARE(lab.fail(), QByteArray("a"));
        QCOMPARE(lab.ask(), 'a');
        // A closed idle connection gives the try back.
        PeerSelection selection;
        lab.group->begin(selection, {}, lab.now);
        QVERIFY(lab.group->pick(selection, lab.now));
        lab.group->release(selection, PeerRelease::Failed, lab.now);
        QCOMPARE(selection.triesLeft(), 0);
        selection.addTry();
        QCOMPARE(selection.triesLeft(), 1);
        QVERIFY(lab.group->pick(selection, lab.now));
        lab.group->release(selection, PeerRelease::Ok, lab.now);
    }

    void theOnlyPeerCanBeDown()
    {
        UpstreamConfig config = peersOfWeight({1});
        config.peers[0].down = true;
        QCOMPARE(GroupLab(config).fail(), QByteArray("-"));
    }

    void maxConnsIsTheMostAPeerServes()
    {
        UpstreamConfig config = peersOfWeight({5, 1});
        config.peers[0].maxConns = 2;
        GroupLab lab(config);
        QByteArray held;
        for (int i = 0; i < 5; ++i)
            held += lab.hold();
        QCOMPARE(held, QByteArray("aabbb"));
        lab.end(1);
        QCOMPARE(lab.hold(), 'a');
        UpstreamConfig only = peersOfWeight({1});
        only.peers[0].maxConns = 1;
        GroupLab single(only);
        QCOMPARE(single.hold(), 'a');
        QCOMPARE(single.hold(), '-');
    }

    void anUnhealthyPeerGetsNothing()
    {
        GroupLab lab(peersOfWeight({1, 1}));
        lab.peer('a').setHealth(PeerHealth::Unhealthy, lab.now);
        lab.peer('b').setHealth(PeerHealth::Checking, lab.now);
        QCOMPARE(lab.ask(), '-');
        lab.peer('b').setHealth(PeerHealth::Healthy, lab.now);
        QCOMPARE(lab.ask(2), QByteArray("bb"));
        GroupLab only(peersOfWeight({1}));
        only.peer('a').setHealth(PeerHealth::Unhealthy, only.now);
        QCOMPARE(only.ask(), '-');
    }

    void aPeerThatStartsSlowlyGetsMoreAndMore()
    {
        UpstreamConfig config = peersOfWeight({1, 1});
        config.peers[1].slowStart = 10s;
        GroupLab lab(config);
        QCOMPARE(lab.ask(4), QByteArray("abab"));
        lab.peer('b').setHealth(PeerHealth::Unhealthy, lab.now);
        lab.peer('b').setHealth(PeerHealth::Healthy, lab.now);
        QCOMPARE(lab.ask(6).count('b'), 0);
        lab.pass(2500ms);
        QVERIFY(qAbs(lab.ask(100).count('b') - 20) <= 1); // a quarter of its weight: one in five
        lab.pass(2500ms);
        QVERIFY(qAbs(lab.ask(99).count('b') - 33) <= 1);
        lab.pass(5s);
        QVERIFY(qAbs(lab.ask(100).count('b') - 50) <= 1);
    }

    void aPeerThatFailedStartsSlowlyWhenItIsGoodAgain()
    {
        UpstreamConfig config = peersOfWeight({1, 1});
        config.peers[0].slowStart = 20s;
        GroupLab lab(config);
        QCOMPARE(lab.hold(), 'a');
        lab.end(0, PeerRelease::Failed);
        lab.pass(11s);
        QCOMPARE(lab.ask(4).count('a'), 1); // the request that finds it good
        lab.pass(1s);
        QVERIFY(lab.ask(100).count('a') <= 6);
        lab.pass(20s);
        QVERIFY(lab.ask(100).count('a') >= 49);
    }

    void aPeerThatStartsSlowlyServesWhenItIsTheOnlyOneLeft()
    {
        UpstreamConfig config = peersOfWeight({1, 1});
        config.peers[0].slowStart = 10s;
        GroupLab lab(config);
        lab.group->setAdmin(lab.peer('a'), PeerAdmin::Down, lab.now);
        lab.group->setAdmin(lab.peer('a'), PeerAdmin::Up, lab.now);
        lab.group->setAdmin(lab.peer('b'), PeerAdmin::Down, lab.now);
        QCOMPARE(lab.ask(3), QByteArray("aaa"));
    }

    void weightsAndStatesChangeByHand()
    {
        GroupLab lab(peersOfWeight({1, 1}));
        QVERIFY(lab.group->setWeight(lab.peer('a'), 3));
        QCOMPARE(lab.ask(8).count('a'), 6);
        QVERIFY(!lab.group->setWeight(lab.peer('a'), 0));
        QVERIFY(lab.group->setWeight(lab.peer('a'), UpstreamGroup::WeightByHandMax));
        QVERIFY(!lab.group->setWeight(lab.peer('a'), UpstreamGroup::WeightByHandMax + 1));
        lab.group->setAdmin(lab.peer('a'), PeerAdmin::Draining, lab.now);
        QCOMPARE(lab.ask(2), QByteArray("bb"));
        lab.group->setAdmin(lab.peer('a'), PeerAdmin::Up, lab.now);
        QVERIFY(lab.ask(3).contains('a'));
    }

    void whatIsSkippedIsToldOnRequest()
    {
        UpstreamConfig config = peersOfWeight({1, 1, 1});
        config.peers[0].down = true;
        GroupLab lab(config);
        lab.peer('b').setHealth(PeerHealth::Unhealthy, lab.now);
        PeerSelection selection;
        selection.setExplaining(true);
        lab.group->begin(selection, {}, lab.now);
        QCOMPARE(GroupLab::letterOf(lab.group->pick(selection, lab.now)), 'c');
        QCOMPARE(selection.reason(), PeerReason::Turn);
        QCOMPARE(selection.skipped().size(), size_t(2));
        QCOMPARE(selection.skipped()[0].obstacle, PeerObstacle::Down);
        QCOMPARE(selection.skipped()[1].obstacle, PeerObstacle::Unhealthy);
        lab.group->release(selection, PeerRelease::Failed, lab.now);
        QVERIFY(!lab.group->pick(selection, lab.now));
        QCOMPARE(selection.skipped().size(), size_t(3));
        QCOMPARE(selection.skipped()[2].obstacle, PeerObstacle::Tried);
    }

    void moreThanSixtyFourPeersAreTriedOnceEach()
    {
        UpstreamConfig config;
        for (int i = 0; i < 130; ++i) {
            PeerConfig peer = labPeer('a');
            peer.resolved = {*SocketAddress::fromNumeric("127.0.0.1", quint16(9000 + i))};
            config.peers.push_back(peer);
        }
        GroupLab lab(config);
        PeerSelection selection;
        lab.group->begin(selection, {}, lab.now);
        QSet<quint16> ports;
        while (const PeerPtr peer = lab.group->pick(selection, lab.now)) {
            ports.insert(peer->config().resolved.front().port());
            lab.group->release(selection, PeerRelease::Failed, lab.now);
        }
        QCOMPARE(ports.size(), 130);
        QCOMPARE(selection.triesLeft(), 0);
    }

    void aReloadKeepsWhatIsKnownOfAPeer()
    {
        GroupLab lab(peersOfWeight({1, 1, 1}));
        QCOMPARE(lab.hold(), 'a');
        lab.end(0, PeerRelease::Failed);
        QCOMPARE(lab.hold(), 'b');
        lab.group->setAdmin(lab.peer('c'), PeerAdmin::Down, lab.now);
        UpstreamConfig changed = peersOfWeight({1, 2, 1, 1});
        lab.reload(changed);
        QCOMPARE(lab.peer('a').fails(), 1);
        QCOMPARE(lab.peer('b').connections(), 1);
        QCOMPARE(lab.peer('b').weight(), 2);
        QCOMPARE(lab.peer('c').admin(), PeerAdmin::Down);
        QCOMPARE(lab.ask(6).count('d'), 2);
        lab.end(1);
        QCOMPARE(lab.peer('b').connections(), 0);
        changed.peers[2].drain = true; // the file says something else now
        lab.reload(changed);
        QCOMPARE(lab.peer('c').admin(), PeerAdmin::Draining);
    }

    void requestsUnderWayEndWithThePeersTheyBeganWith()
    {
        GroupLab lab(peersOfWeight({1, 1}));
        PeerSelection selection;
        lab.group->begin(selection, {}, lab.now);
        QCOMPARE(GroupLab::letterOf(lab.group->pick(selection, lab.now)), 'a');
        lab.group->setPeers({labPeer('c'), labPeer('d')});
        QCOMPARE(lab.ask(2), QByteArray("cd"));
        lab.group->release(selection, PeerRelease::Failed, lab.now);
        QCOMPARE(GroupLab::letterOf(lab.group->pick(selection, lab.now)), 'b');
        lab.group->release(selection, PeerRelease::Ok, lab.now);
    }

    void aGroupMayHaveNoPeerForAWhile()
    {
        UpstreamConfig config;
        PeerConfig unresolved = labPeer('a');
        unresolved.resolved.clear();
        config.peers = {unresolved};
        for (const BalanceMethod method : {BalanceMethod::RoundRobin, BalanceMethod::LeastConn, BalanceMethod::IpHash,
                                           BalanceMethod::Hash, BalanceMethod::HashConsistent, BalanceMethod::Random}) {
            config.method = method;
            GroupLab lab(config);
            QCOMPARE(lab.ask({.hashKey = "k"}), '-');
            lab.group->setPeers({labPeer('a'), labPeer('b')});
            QVERIFY(lab.ask({.hashKey = "k"}) != '-');
        }
    }
};

QTEST_GUILESS_MAIN(UpstreamGroupTest)
#include "tst_upstreamgroup.moc"
