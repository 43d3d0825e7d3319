// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/localpages.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace portlight;

class LocalPagesTest : public QObject
{
    Q_OBJECT

    static LocalPageContent content()
    {
        LocalPageContent page;
        page.status = 502;
        page.title = QStringLiteral("The backend of <shop> gave no answer");
        page.cause = QStringLiteral("nothing listens on 127.0.0.1:3000 (connection refused)");
        page.advice = QStringLiteral("Start it & look again.");
        return page;
    }

private Q_SLOTS:
    void theFormIsWhatAcceptPrefers_data()
    {
        QTest::addColumn<QByteArray>("accept");
        QTest::addColumn<QByteArray>("type");
        const QByteArray html = "text/html; charset=utf-8";
        const QByteArray json = "application/json";
        const QByteArray text = "text/plain; charset=utf-8";
        QTest::newRow("nothing") << QByteArray() << text;
        QTest::newRow("curl") << QByteArray("*/*") << text;
        QTest::newRow("browser") << QByteArray("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
                                 << html;
        QTest::newRow("xhtml alone") << QByteArray("application/xhtml+xml") << html;
        QTest::newRow("fetch") << QByteArray("application/json") << json;
        QTest::newRow("axios") << QByteArray("application/json, text/plain, */*") << json;
        QTest::newRow("json before html") << QByteArray("text/html;q=0.5, application/json") << json;
        QTest::newRow("html before json") << QByteArray("application/json;q=0.4, text/html;q=0.5") << html;
        QTest::newRow("text before json") << QByteArray("application/json;q=0.4, text/plain") << text;
        QTest::newRow("html refused") << QByteArray("text/html;q=0") << text;
        QTest::newRow("case and space") << QByteArray(" TEXT/HTML ; q=1.0") << html;
        QTest::newRow("something else") << QByteArray("image/png") << text;
    }
    void theFormIsWhatAcceptPrefers()
    {
        QFETCH(QByteArray, accept);
        QFETCH(QByteArray, type);
        QCOMPARE(renderLocalPage(content(), accept).contentType.toByteArray(), type);
    }

    void textsAreEscapedInHtml()
    {
        const QByteArray page = renderLocalPage(content(), "text/html").body;
        QVERIFY(page.contains("502 Bad Gateway"));
        QVERIFY(page.contains("&lt;shop&gt;"));
        QVERIFY(!page.contains("<shop>"));
        QVERIFY(page.contains("Start it &amp; look again."));
    }

    void aTitleWithAPercentSignIsNotAPlace()
    {
        LocalPageContent page = content();
        page.title = QStringLiteral("no %2 here");
        QVERIFY(renderLocalPage(page, "text/html").body.contains("<h1>no %2 here</h1>"));
        QVERIFY(renderLocalPage(page, "text/plain").body.contains("no %2 here\n"));
    }

    void jsonHoldsEverything()
    {
        LocalPageContent page = content();
        page.domains = {QStringLiteral("shop.localhost")};
        page.domainAddresses = {QStringLiteral("http://shop.localhost:8080/")};
        const QJsonObject object = QJsonDocument::fromJson(renderLocalPage(page, "application/json").body).object();
        QCOMPARE(object.value(QStringLiteral("status")).toInt(), 502);
        QCOMPARE(object.value(QStringLiteral("error")).toString(), page.title);
        QCOMPARE(object.value(QStringLiteral("cause")).toString(), page.cause);
        QCOMPARE(object.value(QStringLiteral("advice")).toString(), page.advice);
        QCOMPARE(object.value(QStringLiteral("domains")).toArray(),
                 QJsonArray{QStringLiteral("http://shop.localhost:8080/")});
    }

    void textIsForATerminal()
    {
        const QByteArray page = renderLocalPage(content(), "*/*").body;
        QCOMPARE(page, QByteArray(
                           "502 Bad Gateway\n\nThe backend of <shop> gave no answer\nnothing listens on 127.0.0.1:3000 "
                           "(connection refused)\nStart it & look again.\n"));
    }

    void theStatusTextIsNginxs()
    {
        ProxyCounters counters;
        counters.active = 5;
        counters.accepted = 16;
        counters.handled = 16;
        counters.requests = 31;
        counters.reading = 1;
        counters.writing = 2;
        counters.waiting = 2;
        QCOMPARE(stubStatusText(counters), QByteArray("Active connections: 5 \nserver accepts handled requests\n 16 16 "
                                                      "31 \nReading: 1 Writing: 2 Waiting: 2 \n"));
    }
};

QTEST_GUILESS_MAIN(LocalPagesTest)
#include "tst_localpages.moc"
