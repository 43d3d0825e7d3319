// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/peerstatistics.h"

#include <QTest>

using namespace portlight;
using namespace std::chrono_literals;

class PeerStatisticsTest : public QObject
{
    Q_OBJECT
    using SteadyTime = PeerStatistics::SteadyTime;
    static constexpr SteadyTime Start{1h};

    static void answer(PeerStatistics &statistics, std::chrono::microseconds latency, int times = 1,
                       SteadyTime now = Start)
    {
        for (int i = 0; i < times; ++i) {
            statistics.begin(now);
            statistics.end({.status = 200, .latency = latency});
        }
    }
    static bool near(std::chrono::microseconds told, std::chrono::microseconds real)
    {
        return std::abs((told - real).count()) * 20 <= real.count();
    }

private Q_SLOTS:
    void requestsAreCountedFromBeginToEnd()
    {
        PeerStatistics statistics;
        QCOMPARE(statistics.selectedAt(), SteadyTime{});
        statistics.begin(Start);
        statistics.begin(Start + 1s);
        QCOMPARE(statistics.requests(), 2U);
        QCOMPARE(statistics.active(), 2);
        QCOMPARE(statistics.selectedAt(), Start + 1s);
        statistics.end({.status = 204, .latency = 1ms, .bytesSent = 100, .bytesReceived = 20});
        statistics.end({.status = 503, .latency = 2ms, .bytesSent = 10, .bytesReceived = 3});
        QCOMPARE(statistics.active(), 0);
        QCOMPARE(statistics.requests(), 2U);
        QCOMPARE(statistics.responses(2), 1U);
        QCOMPARE(statistics.responses(5), 1U);
        QCOMPARE(statistics.responses(4), 0U);
        QCOMPARE(statistics.bytesSent(), 110U);
        QCOMPARE(statistics.bytesReceived(), 23U);
        QCOMPARE(statistics.failures(), 0U);
    }

    void failuresAreCountedByKind()
    {
        PeerStatistics statistics;
        for (const PeerFailure kind : {PeerFailure::Connect, PeerFailure::Timeout, PeerFailure::Connect}) {
            statistics.begin(Start);
            statistics.end({.status = 502, .failure = kind}); // no response, but what stands for one
        }
        statistics.begin(Start);
        statistics.end({.status = 502, .latency = 3ms, .failure = PeerFailure::Status});
        QCOMPARE(statistics.failures(), 4U);
        QCOMPARE(statistics.failures(PeerFailure::Connect), 2U);
        QCOMPARE(statistics.failures(PeerFailure::Timeout), 1U);
        QCOMPARE(statistics.failures(PeerFailure::Status), 1U);
        QCOMPARE(statistics.failures(PeerFailure::None), 0U);
        QCOMPARE(statistics.responses(5), 1U);
        // A try without a response says nothing of how fast the peer answers.
        QCOMPARE(statistics.latencies(Start).count, 1U);
    }

    void whatIsGivenUpIsNoFailure()
    {
        PeerStatistics statistics;
        statistics.begin(Start);
        statistics.abandon(70, 7);
        QCOMPARE(statistics.active(), 0);
        QCOMPARE(statistics.failures(), 0U);
        QCOMPARE(statistics.bytesSent(), 70U);
        QCOMPARE(statistics.bytesReceived(), 7U);
        QCOMPARE(statistics.latencies(Start).count, 0U);
    }

    void theLastErrorIsKeptAndCut()
    {
        PeerStatistics statistics;
        QVERIFY(statistics.lastError().text.isEmpty());
        const QByteArray whole(PeerStatistics::ErrorBytesMax, 'x');
        statistics.noteError(whole, Start);
        QCOMPARE(statistics.lastError().text, whole);
        statistics.noteError(whole + 'y', Start + 5s);
        QCOMPARE(statistics.lastError().text, whole);
        QCOMPARE(statistics.lastError().at, Start + 5s);
    }

    void percentilesAreThoseOfTheResponses()
    {
        PeerStatistics statistics;
        answer(statistics, 2ms, 90);
        answer(statistics, 40ms, 8);
        answer(statistics, 3s, 2);
        const auto told = statistics.latencies(Start);
        QCOMPARE(told.count, 100U);
        QVERIFY(near(told.p50, 2ms));
        QVERIFY(near(told.p95, 40ms));
        QVERIFY(near(told.p99, 3s));
    }

    void whatIsLongAgoFadesOnceEnoughIsNew()
    {
        PeerStatistics statistics;
        answer(statistics, 3s, 200);
        SteadyTime now = Start + PeerStatistics::LatencySpan;
        QVERIFY(near(statistics.latencies(now).p50, 3s)); // now of the span before
        answer(statistics, 1ms, int(PeerStatistics::LatencyCountMin), now);
        QCOMPARE(statistics.latencies(now).count, 300U);
        now += PeerStatistics::LatencySpan;
        const auto told = statistics.latencies(now);
        QCOMPARE(told.count, PeerStatistics::LatencyCountMin);
        QVERIFY(near(told.p99, 1ms));
    }

    void aQuietPeerKeepsItsLatencies()
    {
        PeerStatistics statistics;
        answer(statistics, 3s, int(PeerStatistics::LatencyCountMin) - 1);
        for (int hour = 1; hour < 5; ++hour)
            QCOMPARE(statistics.latencies(Start + std::chrono::hours(hour)).count, PeerStatistics::LatencyCountMin - 1);
    }
};

QTEST_GUILESS_MAIN(PeerStatisticsTest)
#include "tst_peerstatistics.moc"
