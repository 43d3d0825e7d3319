// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/upstreamstate.h"

#include <QTest>

using namespace portlight;

class UpstreamStateTest : public QObject
{
    Q_OBJECT

    struct Peer {
        int weight = 1;
        bool down = false;
        bool backup = false;
    };
    static UpstreamConfig group(const std::vector<Peer> &peers)
    {
        UpstreamConfig config;
        for (const Peer &peer : peers) {
            PeerConfig made;
            made.weight = peer.weight;
            made.down = peer.down;
            made.backup = peer.backup;
            config.peers.push_back(made);
        }
        return config;
    }
    static QByteArray sequence(UpstreamState &state, int picks)
    {
        QByteArray letters;
        for (int i = 0; i < picks; ++i) {
            const int peer = state.pick(std::vector<bool>(state.config().peers.size(), false));
            letters += peer < 0 ? '-' : char('a' + peer);
        }
        return letters;
    }

private Q_SLOTS:
    void turnsAreSmoothlyWeighted()
    {
        EngineLoop loop(nullptr);
        const UpstreamConfig weighted = group({{5}, {1}, {1}});
        UpstreamState state(loop, weighted);
        QCOMPARE(sequence(state, 14), QByteArray("aabacaaaabacaa")); // the example in nginx's source
        const UpstreamConfig equal = group({{1}, {1}, {1}});
        UpstreamState turns(loop, equal);
        QCOMPARE(sequence(turns, 7), QByteArray("abcabca"));
    }

    void peersThatAreDownGetNothing()
    {
        EngineLoop loop(nullptr);
        const UpstreamConfig config = group({{1, true}, {1}, {2}});
        UpstreamState state(loop, config);
        QCOMPARE(sequence(state, 6), QByteArray("cbccbc"));
    }

    void backupsCountOnlyWhenNobodyElseIsLeft()
    {
        EngineLoop loop(nullptr);
        const UpstreamConfig config = group({{1}, {1, false, true}, {1}});
        UpstreamState state(loop, config);
        QCOMPARE(sequence(state, 4), QByteArray("acac"));
        QCOMPARE(state.pick({true, false, true}), 1);
        QVERIFY(state.hasUntried({true, false, true}));
        QCOMPARE(state.pick({true, true, true}), -1);
        QVERIFY(!state.hasUntried({true, true, true}));
    }

    void triedPeersAreLeftOut()
    {
        EngineLoop loop(nullptr);
        const UpstreamConfig config = group({{1}, {1}});
        UpstreamState state(loop, config);
        QCOMPARE(state.pick({true, false}), 1);
        QCOMPARE(state.pick({false, true}), 0);
    }

    void aSinglePeerIsAskedEvenWhenItIsMarkedDown()
    {
        EngineLoop loop(nullptr);
        const UpstreamConfig config = group({{1, false}});
        UpstreamState state(loop, config);
        QCOMPARE(sequence(state, 2), QByteArray("aa"));
        QCOMPARE(state.pick({true}), -1);
    }

    void aGroupThatIsAllDownGivesNobody()
    {
        EngineLoop loop(nullptr);
        const UpstreamConfig config = group({{1, true}, {1, true}});
        UpstreamState state(loop, config);
        QCOMPARE(sequence(state, 2), QByteArray("--"));
        QVERIFY(!state.hasUntried({false, false}));
    }
};

QTEST_GUILESS_MAIN(UpstreamStateTest)
#include "tst_upstreamstate.moc"
