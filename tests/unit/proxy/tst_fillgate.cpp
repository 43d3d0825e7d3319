// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/fillgate.h"

#include <QTest>

using namespace portlight;

// The figures are those of nginx 1.22 with proxy_buffer_size 4k.
class FillGateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatEndsWithTheConnectionComesInClumps()
    {
        FillGate gate;
        gate.begin(4051, 4096, FillGate::Unknown);
        QCOMPARE(gate.arrived(3000, FillGate::Unknown), 0);
        QCOMPARE(gate.heldBytes(), 3000);
        QCOMPARE(gate.arrived(3000, FillGate::Unknown), 4051);
        QCOMPARE(gate.arrived(3000, FillGate::Unknown), 4096);
        QCOMPARE(gate.heldBytes(), 9000 - 4051 - 4096);
    }

    void severalFullBuffersPassTogether()
    {
        FillGate gate;
        gate.begin(4000, 4096, FillGate::Unknown);
        QCOMPARE(gate.arrived(20'000, FillGate::Unknown), 4000 + 3 * 4096);
        QCOMPARE(gate.heldBytes(), 20'000 - 4000 - 3 * 4096);
    }

    void aLargeBurstPassesWhole_data()
    {
        QTest::addColumn<qint64>("bytes");
        QTest::addColumn<qint64>("passed");
        QTest::newRow("below") << FillGate::WholeBytes - 1 << 4000 + (FillGate::WholeBytes - 4001) / 4096 * 4096;
        QTest::newRow("at it") << FillGate::WholeBytes << FillGate::WholeBytes;
        QTest::newRow("above") << FillGate::WholeBytes + 1 << FillGate::WholeBytes + 1;
    }
    void aLargeBurstPassesWhole()
    {
        QFETCH(qint64, bytes);
        QFETCH(qint64, passed);
        FillGate gate;
        gate.begin(4000, 4096, FillGate::Unknown);
        QCOMPARE(gate.arrived(bytes, FillGate::Unknown), passed);
        QCOMPARE(gate.heldBytes(), bytes - passed);
    }

    void largeBuffersWaitForTheirOwnSize()
    {
        FillGate gate;
        gate.begin(1 << 20, 1 << 20, FillGate::Unknown);
        QCOMPARE(gate.arrived((1 << 20) - 1, FillGate::Unknown), 0);
        QCOMPARE(gate.arrived(1, FillGate::Unknown), 1 << 20);
    }

    void aBodyOfKnownLengthPassesWhenItIsWhole()
    {
        FillGate gate;
        gate.begin(4054, 4096, 15'000);
        QCOMPARE(gate.arrived(3000, 12'000), 0);
        QCOMPARE(gate.arrived(3000, 9000), 4054);
        QCOMPARE(gate.arrived(3000, 6000), 4096);
        QCOMPARE(gate.arrived(3000, 3000), 0);
        QCOMPARE(gate.arrived(3000, 0), 15'000 - 4054 - 4096);
        QCOMPARE(gate.heldBytes(), 0);
    }

    void aSmallWholeBodyPassesAtOnce()
    {
        FillGate gate;
        gate.begin(4000, 4096, 32);
        QCOMPARE(gate.arrived(32, 0), 32);
    }

    void wholeChunksPassAtOnce()
    {
        FillGate gate;
        gate.begin(4000, 4096, 1);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(gate.arrived(18, 1), 18);
    }

    void ofALargeChunkFullBuffersPass()
    {
        FillGate gate;
        gate.begin(4043, 4096, 1);
        QCOMPARE(gate.arrived(0, 15'000), 0); // its size came with the head
        QCOMPARE(gate.arrived(3000, 12'000), 0);
        QCOMPARE(gate.arrived(3000, 9000), 4096);
        QCOMPARE(gate.arrived(3000, 6000), 4096);
        QCOMPARE(gate.arrived(6000, 1), 15'000 - 2 * 4096);
        QCOMPARE(gate.arrived(10, 1), 10);
    }

    void theStartOfAChunkPassesWithItsSize()
    {
        FillGate gate;
        gate.begin(4043, 4096, 1);
        QCOMPARE(gate.arrived(100, 14'900), 100); // nginx looks at the framing, and passes what it finds
        QCOMPARE(gate.arrived(100, 14'800), 0);
    }

    void aHeadThatFillsItsBufferLeavesRoomForNothing()
    {
        FillGate gate;
        gate.begin(0, 4096, FillGate::Unknown);
        QCOMPARE(gate.arrived(1, FillGate::Unknown), 1);
        QCOMPARE(gate.arrived(4095, FillGate::Unknown), 0);
        QCOMPARE(gate.arrived(1, FillGate::Unknown), 4096);
    }
};

QTEST_APPLESS_MAIN(FillGateTest)
#include "tst_fillgate.moc"
