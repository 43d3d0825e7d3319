// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/trafficfilter.h"
#include "ui/exchanges.h"

#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

class TestTrafficFilter : public QObject
{
    Q_OBJECT

    static QList<ExchangeSummary> traffic()
    {
        QList<ExchangeSummary> all{exchange(1),
                                   exchange(2, 201, "POST", "/cart"),
                                   exchange(3, 404, "GET", "/missing"),
                                   exchange(4, 502, "GET", "/health"),
                                   running(5),
                                   exchange(6, 101, "GET", "/ws")};
        all[1].domain = all[1].host = "api.shop.localhost";
        all[1].contentType = "application/json";
        all[3].domain = all[3].host = "legacy.localhost";
        all[3].failure = u"nothing listens on 127.0.0.1:8081"_s;
        all[3].durationUs = 640'000;
        all[3].retries = 1;
        all[5].upgraded = true;
        all[5].responseBytes = 100;
        return all;
    }

    static QString accepted(const QString &text)
    {
        const TrafficFilter filter = TrafficFilter::parse(text);
        QStringList ids;
        for (const ExchangeSummary &each : traffic()) {
            if (filter.accepts(each))
                ids.append(QString::number(each.id));
        }
        return ids.join(u' ');
    }

private Q_SLOTS:
    void termsChoose_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("ids");
        const auto row = [](const char *text, const char *ids) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(ids);
        };
        row("", "1 2 3 4 5 6");
        row("cart", "2");
        row("-cart", "1 3 4 5 6");
        row("method:POST", "2");
        row("method:post", "2");
        row("method:GET,POST status:2xx", "1 2");
        row("status:404", "3");
        row("status:4xx", "3");
        row("status:>=404", "3 4");
        row("status:>404", "4");
        row("status:<200", "6");
        row("status:<=201", "1 2 6");
        row("status:200-299", "1 2");
        row("-status:2xx", "3 4 5 6");
        row("domain:legacy", "4");
        row("domain:*.shop.localhost", "2");
        row("domain:*.localhost -domain:shop.localhost", "4");
        row("-domain:shop", "4");
        row("path:/h", "4");
        row("type:json", "2");
        row("peer:3000", "1 2 3 4 5 6");
        row("is:running", "5");
        row("is:failed", "4");
        row("-is:failed is:running", "5");
        row("is:upgraded", "6");
        row("is:retried", "4");
        row("larger-than:14k", "1 2 3 4");
        row("larger-than:14.3k", "");
        row("slower-than:500ms", "4");
        row("slower-than:0.6s", "4");
        row("\"nothing listens\"", "4");
        row("status:", "1 2 3 4 5 6");
        row("-", "");
        row("502", "4");
        row("http://x", "");
    }
    void termsChoose()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, ids);
        QCOMPARE(accepted(text), ids);
    }

    void problemsAreSaidAndLeftOut()
    {
        const TrafficFilter filter = TrafficFilter::parse(u"status:abc is:purple larger-than:x cart"_s);
        QCOMPARE(filter.problems().size(), 3);
        QVERIFY(filter.problems().first().contains(u"abc"_s));
        QVERIFY(filter.accepts(traffic().at(1)));
        QVERIFY(!filter.accepts(traffic().at(0)));
    }

    void aTermIsReplacedAndTheRestStays()
    {
        QCOMPARE(TrafficFilter::withTerm(u"cart status:2xx -domain:x"_s, u"status"_s, u"5xx"_s),
                 u"cart -domain:x status:5xx"_s);
        QCOMPARE(TrafficFilter::withTerm(u"status:2xx \"a b\""_s, u"status"_s, QString()), u"\"a b\""_s);
        QCOMPARE(TrafficFilter::withTerm(QString(), u"method"_s, u"GET"_s), u"method:GET"_s);
        QCOMPARE(TrafficFilter::withTerm(u"-status:2xx"_s, u"status"_s, u"5xx"_s), u"-status:2xx status:5xx"_s);
    }

    void theOnlyValueOfAKeyIsFound()
    {
        QCOMPARE(TrafficFilter::valueOf(u"cart method:GET"_s, u"method"_s), u"GET"_s);
        QCOMPARE(TrafficFilter::valueOf(u"method:GET method:POST"_s, u"method"_s), QString());
        QCOMPARE(TrafficFilter::valueOf(u"-method:GET"_s, u"method"_s), QString());
    }
};

QTEST_MAIN(TestTrafficFilter)
#include "tst_trafficfilter.moc"
