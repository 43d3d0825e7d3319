// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlreports.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class ControlReportsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void statusIsTheTextOfStubStatus() // ngx_http_stub_status_module.c
    {
        EngineStatus status;
        status.active = 4;
        status.accepted = 100;
        status.handled = 99;
        status.requests = 5'000'000'000;
        status.reading = 1;
        status.writing = 2;
        status.waiting = 3;
        QCOMPARE(stubStatusText(statusReport(status)), "Active connections: 4 \n"
                                                       "server accepts handled requests\n"
                                                       " 100 99 5000000000 \n"
                                                       "Reading: 1 Writing: 2 Waiting: 3 \n"_ba);
    }

    void listenersSayHowTheyStand()
    {
        EngineStatus status;
        status.listeners = {{"127.0.0.1:8080", true, {}, false},
                            {"[::1]:8080", false, u"port 8080 is taken by node (pid 1)"_s, false},
                            {"127.0.0.1:81", true, {}, true}};
        QCOMPARE(listenersText(statusReport(status)), "127.0.0.1:8080 open\n"
                                                      "[::1]:8080 closed: port 8080 is taken by node (pid 1)\n"
                                                      "127.0.0.1:81 open, accepting is paused\n"_ba);
    }

    void aDomainIsReportedWhole()
    {
        DomainView domain;
        domain.names = {u"shop.localhost"_s, u"www.shop.localhost"_s};
        domain.url = u"http://shop.localhost:8080"_s;
        domain.display = u"127.0.0.1:3000"_s;
        domain.position = {u"portlight.conf"_s, 7, 5};
        const QJsonObject report = domainReport(domain);
        QCOMPARE(report.value(u"name"_s).toString(), u"shop.localhost"_s);
        QCOMPARE(report.value(u"names"_s).toArray().size(), 2);
        QCOMPARE(report.value(u"line"_s).toInt(), 7);
        QVERIFY(report.value(u"enabled"_s).toBool());
    }
};

QTEST_GUILESS_MAIN(ControlReportsTest)
#include "tst_controlreports.moc"
