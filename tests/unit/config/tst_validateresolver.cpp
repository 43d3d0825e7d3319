// SPDX-License-Identifier: GPL-3.0-or-later
// What newer versions of nginx say of names that an upstream block looks up while running: Debian's nginx, which the
// parity tests ask, knows no such.
#include "config/parser.h"
#include "config/validate.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class ValidateResolverTest : public QObject
{
    Q_OBJECT

    static Diagnostics findings(const QByteArray &http)
    {
        const ParseOutcome outcome = parseConfig("http {\n" + http + "\n}", u"t.conf"_s);
        return validateConfig(outcome.tree, {});
    }

private Q_SLOTS:
    void namesInUpstreamsNeedWhatNginxAsksFor_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("all there") << "resolver 127.0.0.1; upstream u { zone u 64k; server shop.test resolve; }"_ba
                                   << QString();
        QTest::newRow("resolver inside")
            << "upstream u { zone u 64k; resolver 127.0.0.1; server shop.test resolve; }"_ba << QString();
        QTest::newRow("resolver behind")
            << "upstream u { zone u 64k; server shop.test resolve; } resolver 127.0.0.1;"_ba << QString();
        QTest::newRow("service")
            << "resolver 127.0.0.1; upstream u { zone u 64k; server shop.test service=http resolve; }"_ba << QString();
        QTest::newRow("an address") << "upstream u { server 127.0.0.1 resolve; }"_ba << QString();
        QTest::newRow("no zone") << "resolver 127.0.0.1; upstream u { server shop.test resolve; }"_ba
                                 << u"resolving names at run time requires upstream \"u\" to be in shared memory"_s;
        QTest::newRow("no resolver") << "upstream u { zone u 64k; server shop.test resolve; }"_ba
                                     << u"no resolver defined to resolve names at run time in upstream \"u\""_s;
        QTest::newRow("service alone") << "upstream u { server shop.test service=http; }"_ba
                                       << u"service upstream \"shop.test\" requires \"resolve\" parameter"_s;
        QTest::newRow("service and port")
            << "resolver 127.0.0.1; upstream u { zone u 64k; server shop.test:80 service=http resolve; }"_ba
            << u"service upstream \"shop.test:80\" may not have port"_s;
        QTest::newRow("service of an address")
            << "resolver 127.0.0.1; upstream u { zone u 64k; server 127.0.0.1 service=http resolve; }"_ba
            << u"service upstream \"127.0.0.1\" requires domain name"_s;
        QTest::newRow("service without a name")
            << "resolver 127.0.0.1; upstream u { zone u 64k; server shop.test service= resolve; }"_ba
            << u"invalid parameter \"service=\""_s;
    }
    void namesInUpstreamsNeedWhatNginxAsksFor()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        const Diagnostics found = findings(text);
        if (expected.isEmpty()) {
            QVERIFY2(found.isEmpty(), found.isEmpty() ? "" : qPrintable(found.first().toString()));
            return;
        }
        QVERIFY(!found.isEmpty());
        QCOMPARE(found.first().message, expected);
        QCOMPARE(found.first().severity, Severity::Error);
        QCOMPARE(found.first().where.line, 2);
    }

    void aServerAndATwiceDefinedResolverAreToldWithTheirPlaces()
    {
        const Diagnostics port = findings("resolver 127.0.0.1\n127.0.0.1:x;");
        QCOMPARE(port.size(), 1);
        QCOMPARE(port.first().message, u"invalid port in resolver \"127.0.0.1:x\""_s);
        QCOMPARE(port.first().where.line, 3);
        QCOMPARE(port.first().where.column, 1);
        const Diagnostics none = findings("resolver 127.0.0.1 ipv4=off ipv6=off;");
        QCOMPARE(none.size(), 1);
        QCOMPARE(none.first().message, u"\"ipv4\" and \"ipv6\" cannot both be \"off\""_s);
    }

    void whatAnOlderNginxDoesNotKnowIsTold()
    {
        const ParseOutcome outcome = parseConfig(
            "http { upstream u { zone u 64k; resolver 127.0.0.1; server shop.test resolve; } }", u"t.conf"_s);
        ValidationOptions options;
        options.version = {1, 27, 2};
        const Diagnostics older = validateConfig(outcome.tree, options);
        QCOMPARE(older.size(), 2);
        QCOMPARE(older[0].message, u"\"resolver\" in an upstream block is not known to nginx 1.27.2"_s);
        QCOMPARE(older[1].message, u"\"resolve\" of a server is not known to nginx 1.27.2"_s);
        QCOMPARE(older[1].severity, Severity::Warning);
        options.version = {1, 27, 3};
        QVERIFY(validateConfig(outcome.tree, options).isEmpty());
    }

    void theCommercialCountersAreAcceptedWithAWord()
    {
        const Diagnostics found = findings("resolver 127.0.0.1 status_zone=names;");
        QCOMPARE(found.size(), 1);
        QCOMPARE(found.first().severity, Severity::Warning);
        QVERIFY(found.first().message.contains(u"status_zone=names"_s));
    }
};

QTEST_APPLESS_MAIN(ValidateResolverTest)
#include "tst_validateresolver.moc"
