// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/latencyhistogram.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace portlight;
using std::chrono::microseconds;
using std::chrono::minutes;

class LatencyHistogramTest : public QObject
{
    Q_OBJECT

    static qint64 exact(const std::vector<qint64> &sorted, double share)
    {
        const auto rank = std::max<size_t>(1, size_t(std::ceil(share * double(sorted.size()))));
        return sorted[rank - 1];
    }
    static double wrongBy(microseconds answered, qint64 real)
    {
        return std::abs(double(answered.count() - real)) / double(real);
    }

private Q_SLOTS:
    void percentilesComeCloseToTheExactOnes_data()
    {
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("spread");
        QTest::addColumn<int>("count");
        QTest::newRow("a fast backend") << std::log(300.0) << 0.3 << 100'000;
        QTest::newRow("a slow one with a long tail") << std::log(250'000.0) << 1.2 << 100'000;
        QTest::newRow("few") << std::log(20'000.0) << 0.5 << 7;
    }
    void percentilesComeCloseToTheExactOnes()
    {
        QFETCH(const double, mean);
        QFETCH(const double, spread);
        QFETCH(const int, count);
        std::mt19937 random(4711);
        std::lognormal_distribution<double> latencies(mean, spread);
        LatencyHistogram histogram;
        std::vector<qint64> all;
        for (int i = 0; i < count; ++i) {
            const auto latency = std::clamp<qint64>(qint64(latencies(random)), 100, 600'000'000);
            all.push_back(latency);
            histogram.record(microseconds(latency));
        }
        std::sort(all.begin(), all.end());
        QCOMPARE(histogram.count(), quint64(count));
        for (const double share : {0.0, 0.5, 0.95, 0.99, 1.0})
            QVERIFY2(wrongBy(histogram.percentile(share), exact(all, share)) <= 0.032,
                     qPrintable(QString::number(share)));
    }

    void everyLengthIsToldWithinItsError()
    {
        for (qint64 latency = 64; latency < LatencyHistogram::LongestDistinct.count(); latency += 1 + latency / 97) {
            LatencyHistogram histogram;
            histogram.record(microseconds(latency));
            const microseconds told = histogram.percentile(0.5);
            QVERIFY2(wrongBy(told, latency) <= 0.032,
                     qPrintable(QStringLiteral("%1 became %2").arg(latency).arg(told.count())));
        }
    }

    void theEndsOfItsRangeTakeWhatLiesBeyond()
    {
        LatencyHistogram shortest;
        shortest.record(LatencyHistogram::ShortestDistinct - microseconds(1));
        shortest.record(microseconds(0));
        QCOMPARE(shortest.count(), 2U);
        QVERIFY(shortest.percentile(1) < LatencyHistogram::ShortestDistinct);
        LatencyHistogram first;
        first.record(LatencyHistogram::ShortestDistinct);
        QVERIFY(first.percentile(1) >= LatencyHistogram::ShortestDistinct);
        LatencyHistogram longest;
        longest.record(LatencyHistogram::LongestDistinct);
        LatencyHistogram beyond;
        beyond.record(LatencyHistogram::LongestDistinct + microseconds(1));
        beyond.record(std::chrono::hours(100));
        QCOMPARE(beyond.percentile(1), longest.percentile(1));
        QCOMPARE(beyond.percentile(0), longest.percentile(1));
        QVERIFY(longest.percentile(1) > minutes(10));
    }

    void addingGivesWhatOneWouldHaveSeen()
    {
        LatencyHistogram one;
        LatencyHistogram other;
        LatencyHistogram together;
        for (int i = 1; i <= 1'000; ++i) {
            const microseconds latency(i * 977);
            (i % 3 ? one : other).record(latency);
            together.record(latency);
        }
        one.add(other);
        QCOMPARE(one.count(), 1'000U);
        for (const double share : {0.01, 0.5, 0.95, 0.99})
            QCOMPARE(one.percentile(share), together.percentile(share));
    }

    void nothingRecordedTellsNothing()
    {
        LatencyHistogram histogram;
        QCOMPARE(histogram.count(), 0U);
        QCOMPARE(histogram.percentile(0.5), microseconds(0));
        histogram.record(minutes(1));
        histogram.clear();
        QCOMPARE(histogram.count(), 0U);
    }
};

QTEST_GUILESS_MAIN(LatencyHistogramTest)
#include "tst_latencyhistogram.moc"
