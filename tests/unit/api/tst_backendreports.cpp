// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/backendreports.h"

#include <QDateTime>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class BackendReportsTest : public QObject
{
    Q_OBJECT

    static QList<UpstreamSnapshot> groups()
    {
        PeerSnapshot busy;
        busy.name = "127.0.0.1:3001";
        busy.weight = 5;
        busy.effectiveWeight = 3;
        busy.active = 2;
        busy.requests = 1204;
        busy.responses = {0, 1200, 0, 1, 0};
        busy.failures.connect = 2;
        busy.failures.timeout = 1;
        busy.latencyCount = 1201;
        busy.p50Us = 400;
        busy.p95Us = 12'400;
        busy.p99Us = 2'340'000;
        busy.lastError = "connect() failed (111: Connection refused)";
        busy.lastErrorMs = QDateTime({2026, 1, 2}, {3, 4, 5}).toMSecsSinceEpoch();
        busy.checks = {{1000, 500, 200, true, {}}, {2000, 0, 0, false, "timed out"}};
        PeerSnapshot spare;
        spare.name = "unix:/run/b.sock";
        spare.backup = true;
        spare.state = PeerState::Down;
        UpstreamSnapshot group;
        group.name = "api";
        group.method = "least_conn";
        group.where = {u"portlight.conf"_s, 3, 5};
        group.peers = {busy, spare};
        UpstreamSnapshot direct;
        direct.name = "127.0.0.1:5000";
        direct.direct = true;
        direct.peers = {PeerSnapshot()};
        direct.peers.first().name = direct.name;
        return {group, direct};
    }

private Q_SLOTS:
    void peersAreLinesOfATable()
    {
        const QByteArray expected =
            "GROUP           PEER              STATE         WEIGHT  ACTIVE  REQUESTS  FAILURES     P50    P95    P99  "
            "LAST ERROR\n"
            "api             127.0.0.1:3001    up             5 (3)       2      1204         3  0.4 ms  12 ms  2.3 s  "
            "2026-01-02 03:04:05 connect() failed (111: Connection refused)\n"
            "api             unix:/run/b.sock  down, backup       1       0         0         0       -      -      -\n"
            "127.0.0.1:5000  127.0.0.1:5000    up                 1       0         0         0       -      -      "
            "-\n";
        QCOMPARE(backendsText(backendsReport(groups())), expected);
    }

    void everythingKnownIsReported()
    {
        const QJsonArray report = backendsReport(groups());
        QCOMPARE(report.size(), 2);
        QCOMPARE(report[0][u"method"_s].toString(), u"least_conn"_s);
        QCOMPARE(report[0][u"line"_s].toInt(), 3);
        QCOMPARE(report[1][u"method"_s].toString(), u"round robin"_s);
        QVERIFY(report[1][u"direct"_s].toBool());
        const QJsonValue peer = report[0][u"peers"_s][0];
        QCOMPARE(peer[u"failures"_s].toInt(), 3);
        QCOMPARE(peer[u"failuresByKind"_s][u"connect"_s].toInt(), 2);
        QCOMPARE(peer[u"responses"_s][u"2xx"_s].toInt(), 1200);
        QCOMPARE(peer[u"latencyMs"_s][u"p95"_s].toDouble(), 12.4);
        QCOMPARE(peer[u"checks"_s][1][u"reason"_s].toString(), u"timed out"_s);
        QVERIFY(peer[u"checks"_s][0][u"passed"_s].toBool());
        QVERIFY(report[0][u"peers"_s][1][u"latencyMs"_s].isUndefined());
        QVERIFY(report[0][u"peers"_s][1][u"lastError"_s].isUndefined());
    }

    void noBackendsAreTheTitlesAlone()
    {
        QCOMPARE(backendsText({}).count('\n'), 1);
        QVERIFY(backendsReport({}).isEmpty());
    }
};

QTEST_GUILESS_MAIN(BackendReportsTest)
#include "tst_backendreports.moc"
