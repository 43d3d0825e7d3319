// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/pausedtraffic.h"
#include "traffic/trafficmodel.h"
#include "traffic/trafficproxy.h"
#include "ui/exchanges.h"
#include "ui/modeltext.h"
#include "widgets/cells.h"

#include <QAbstractItemModelTester>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

class TestTrafficModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void rowsReadAsTheyShould()
    {
        TrafficModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        ExchangeSummary failed = exchange(3, 502, "GET", "/health");
        failed.failure = u"nothing listens on 127.0.0.1:3000 (connection refused)"_s;
        ExchangeSummary retried = exchange(4, 200, "POST", "/orders/991");
        retried.retries = 1;
        retried.contentType = "application/json";
        retried.durationUs = 640'000;
        model.apply({exchange(1), running(2), failed, retried});
        QCOMPARE(
            modelText(model),
            (QStringList{
                u"1 | GET | shop.localhost | / | 200 | html | 14.2 kB | 12 ms | 127.0.0.1:3000"_s,
                u"2 | GET | shop.localhost | / | … | running | 127.0.0.1:3000"_s,
                u"3 | GET | shop.localhost | /health | 502 | html | 14.2 kB | 12 ms | 127.0.0.1:3000 | failed"_s,
                u"4 | POST | shop.localhost | /orders/991 | 200 | json | 14.2 kB | 640 ms | 127.0.0.1:3000 | retry 1"_s}));
        QCOMPARE(model.index(2, TrafficModel::StatusColumn).data(CellToneRole).value<Tone>(), Tone::Error);
        QCOMPARE(model.index(2, TrafficModel::StatusColumn).data(Qt::ToolTipRole).toString(), failed.failure);
        QCOMPARE(model.index(3, TrafficModel::BarColumn).data(CellToneRole).value<Tone>(), Tone::Warning);
    }

    void aRunningRowTurnsDoneInItsPlace()
    {
        TrafficModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.apply({running(1), exchange(2)});
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.apply({exchange(1, 204)});
        QCOMPARE(inserted.count(), 0);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(model.index(0, TrafficModel::StatusColumn).data().toString(), u"204"_s);
        QCOMPARE(model.rowOf(1), 0);
    }

    void aBatchIsOneInsertionAndNeighboursOneChange()
    {
        TrafficModel model;
        model.apply({running(1), running(2), running(3), running(4), running(5)});
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.apply({exchange(3), exchange(7), exchange(1), exchange(2), exchange(6), exchange(5)});
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(changed.count(), 2); // 1–3 together, 5 alone
        QCOMPARE(model.rowCount(), 7);
        QCOMPARE(model.rowOf(7), 5);
    }

    void anIdTwiceInOneBatchIsOneRow()
    {
        TrafficModel model;
        model.apply({running(1), exchange(1)});
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(!model.at(0)->isRunning());
    }

    void theOldestGoWhenItIsFullAndDoNotComeBack()
    {
        TrafficModel model(nullptr, 3);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.apply({running(1), exchange(2), exchange(3)});
        QCOMPARE(model.rowCount(), 3);
        model.apply({exchange(4)});
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.at(0)->id, ExchangeId(2));
        QCOMPARE(model.rowOf(1), -1);
        QCOMPARE(model.rowOf(4), 2);
        model.apply({exchange(1)});
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.rowOf(1), -1);
    }

    void aBatchLargerThanTheModelKeepsTheNewest()
    {
        TrafficModel model(nullptr, 2);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.apply({exchange(1)});
        model.apply({exchange(2), exchange(3), exchange(4)});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.at(0)->id, ExchangeId(3));
        QCOMPARE(model.rowOf(4), 1);
    }

    void clearingForgetsRowsButNotNewOnes()
    {
        TrafficModel model;
        model.apply({exchange(1), exchange(2)});
        model.clear();
        QCOMPARE(model.rowCount(), 0);
        model.apply({exchange(3)});
        QCOMPARE(model.rowOf(3), 0);
    }

    void theProxyShowsWhatTheFilterAccepts()
    {
        TrafficModel model;
        TrafficProxy proxy;
        proxy.setSourceModel(&model);
        QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
        proxy.setFilter(TrafficFilter::parse(u"is:running"_s));
        model.apply({exchange(1), running(2), running(3)});
        QCOMPARE(proxy.rowCount(), 2);
        QCOMPARE(proxy.at(0)->id, ExchangeId(2));
        model.apply({exchange(2)});
        QCOMPARE(proxy.rowCount(), 1);
        proxy.setFilter({});
        QCOMPARE(proxy.rowCount(), 3);
    }

    void whatIsHeldBackIsBoundedAndKeepsTheNewestValue()
    {
        PausedTraffic held(2);
        held.hold({running(1), running(2)});
        QCOMPARE(held.count(), 2);
        held.hold({exchange(1)});
        QCOMPARE(held.count(), 2);
        held.hold({exchange(3)});
        QCOMPARE(held.count(), 2);
        held.hold({exchange(2, 204)});
        const QList<ExchangeSummary> taken = held.take();
        QCOMPARE(taken.size(), 2);
        QCOMPARE(taken.at(0).id, ExchangeId(2));
        QCOMPARE(taken.at(0).status, 204);
        QCOMPARE(taken.at(1).id, ExchangeId(3));
        QCOMPARE(held.count(), 0);
    }
};

QTEST_MAIN(TestTrafficModel)
#include "tst_trafficmodel.moc"
