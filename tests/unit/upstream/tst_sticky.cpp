// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/grouplab.h"

#include <QTest>

using namespace portlight;
using namespace portlight::test;
using namespace std::chrono_literals;

class StickyTest : public QObject
{
    Q_OBJECT

    static UpstreamConfig threePeers(StickyMethod sticky)
    {
        UpstreamConfig config;
        config.sticky = sticky;
        config.stickySessionsMax = 2;
        config.peers = {labPeer('a'), labPeer('b'), labPeer('c')};
        config.peers[1].route = "second";
        return config;
    }

private Q_SLOTS:
    void aPeerIsCalledByItsRouteOrTheHashOfItsAddress()
    {
        GroupLab lab(threePeers(StickyMethod::Cookie));
        QCOMPARE(lab.peer('a').routeId(), QByteArray("c69a4fd523c3ca0ca67cda2f009f1ea6"));
        QCOMPARE(lab.peer('b').routeId(), QByteArray("second"));
    }

    void aBoundClientStaysWithItsPeer()
    {
        for (const BalanceMethod method :
             {BalanceMethod::RoundRobin, BalanceMethod::LeastConn, BalanceMethod::LeastTimeHeader,
              BalanceMethod::IpHash, BalanceMethod::Hash, BalanceMethod::HashConsistent, BalanceMethod::Random,
              BalanceMethod::RandomTwo}) {
            UpstreamConfig config = threePeers(StickyMethod::Cookie);
            config.method = method;
            GroupLab lab(config);
            QCOMPARE(lab.ask(5, {.hashKey = "key", .sticky = "second"}), QByteArray("bbbbb"));
            const QByteArray tried = lab.fail({.hashKey = "key", .sticky = "second"});
            QCOMPARE(tried.size(), 3);
            QCOMPARE(tried.at(0), 'b');
            QVERIFY(lab.ask({.hashKey = "key", .sticky = "second"}) != 'b');
        }
    }

    void anUnknownRouteIsNoRoute()
    {
        GroupLab lab(threePeers(StickyMethod::Cookie));
        QCOMPARE(lab.ask(3, {.sticky = "nobody"}), QByteArray("abc"));
    }

    void boundRequestsCountAsTurnsUpToOne()
    {
        GroupLab lab(threePeers(StickyMethod::Cookie));
        QCOMPARE(lab.ask(20, {.sticky = "second"}).count('b'), 20);
        QCOMPARE(lab.ask(6), QByteArray("acabca"));
    }

    void aDrainingPeerServesOnlyWhoIsBoundToIt()
    {
        GroupLab lab(threePeers(StickyMethod::Cookie));
        lab.group->setAdmin(lab.peer('b'), PeerAdmin::Draining, lab.now);
        QCOMPARE(lab.ask(4), QByteArray("acac"));
        QCOMPARE(lab.ask(2, {.sticky = "second"}), QByteArray("bb"));
        UpstreamConfig only = threePeers(StickyMethod::Cookie);
        only.peers = {only.peers[1]};
        only.peers[0].drain = true;
        GroupLab single(only);
        QCOMPARE(single.ask(), '-');
        QCOMPARE(single.ask({.sticky = "second"}), 'b');
    }

    void sessionsAreLearntFromResponses()
    {
        GroupLab lab(threePeers(StickyMethod::Learn));
        PeerSelection selection;
        lab.group->begin(selection, {}, lab.now);
        QCOMPARE(GroupLab::letterOf(lab.group->pick(selection, lab.now)), 'a');
        lab.group->learnSession(selection, "one", lab.now);
        lab.group->release(selection, PeerRelease::Ok, lab.now);
        QCOMPARE(lab.ask(3, {.sticky = "one"}), QByteArray("aaa"));
        QCOMPARE(lab.ask(3, {.sticky = "other"}).count('a'), 1);
    }

    void aReloadKeepsTheSessions()
    {
        GroupLab lab(threePeers(StickyMethod::Learn));
        PeerSelection selection;
        lab.group->begin(selection, {}, lab.now);
        QVERIFY(lab.group->pick(selection, lab.now));
        lab.group->learnSession(selection, "one", lab.now);
        lab.group->release(selection, PeerRelease::Ok, lab.now);
        lab.reload(threePeers(StickyMethod::Learn));
        QCOMPARE(lab.ask(3, {.sticky = "one"}), QByteArray("aaa"));
        lab.reload(threePeers(StickyMethod::None));
        lab.reload(threePeers(StickyMethod::Learn));
        QCOMPARE(lab.ask(3, {.sticky = "one"}).count('a'), 1);
    }

    void sessionsEndUnused()
    {
        StickySessions sessions(10, 60s);
        const SteadyTime start{};
        sessions.learn("s", "route", true, start);
        QCOMPARE(sessions.find("s", start + 59s), QByteArray("route"));
        sessions.learn("s", "route", false, start + 59s); // a request of it, answered
        QCOMPARE(sessions.find("s", start + 118s), QByteArray("route"));
        QCOMPARE(sessions.find("s", start + 119s), QByteArray());
        sessions.learn("s", "route", false, start + 120s); // unknown, and the response begins none
        QCOMPARE(sessions.count(), 0);
    }

    void theSessionUsedLongestAgoMakesRoom()
    {
        StickySessions sessions(2, 60s);
        const SteadyTime start{};
        sessions.learn("one", "a", true, start);
        sessions.learn("two", "b", true, start + 1s);
        sessions.learn("one", "c", true, start + 2s);
        QCOMPARE(sessions.count(), 2);
        sessions.learn("three", "b", true, start + 3s);
        QCOMPARE(sessions.count(), 2);
        QCOMPARE(sessions.find("one", start + 3s), QByteArray("c"));
        QCOMPARE(sessions.find("two", start + 3s), QByteArray());
        sessions.setLimits(1, 60s);
        QCOMPARE(sessions.count(), 1);
        QCOMPARE(sessions.find("three", start + 3s), QByteArray("b"));
    }
};

QTEST_GUILESS_MAIN(StickyTest)
#include "tst_sticky.moc"
