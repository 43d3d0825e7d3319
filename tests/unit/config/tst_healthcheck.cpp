// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/healthcheck.h"
#include "config/parser.h"

#include <QTest>

using namespace portlight;
using namespace std::chrono_literals;

namespace {

ConfigNode lineOf(const QByteArray &text)
{
    return parseConfig(text, QStringLiteral("test.conf")).tree.nodes.at(0);
}

HealthCheckParameters parametersOf(const QByteArray &words)
{
    const auto parameters = parseHealthCheck(lineOf("health_check " + words + ';'));
    if (!parameters)
        qFatal("%s", qPrintable(parameters.error().toString()));
    return *parameters;
}

} // namespace

class HealthCheckTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void defaultsAreThoseOfTheDocumentation()
    {
        const HealthCheckParameters parameters = parametersOf("");
        QVERIFY(parameters.interval == 5s);
        QVERIFY(parameters.jitter == 0ms);
        QCOMPARE(parameters.fails, 1);
        QCOMPARE(parameters.passes, 1);
        QCOMPARE(parameters.uri, "/");
        QVERIFY(!parameters.mandatory && !parameters.persistent && !parameters.grpc && !parameters.keepaliveTime);
        QCOMPARE(parameters.match, "");
        QCOMPARE(parameters.port, quint16(0));
    }

    void everyParameterIsTaken()
    {
        const HealthCheckParameters parameters =
            parametersOf("interval=250ms jitter=1s fails=3 passes=2 uri=/some/path?x=1 mandatory persistent match=ok "
                         "port=8080 keepalive_time=60s");
        QVERIFY(parameters.interval == 250ms);
        QVERIFY(parameters.jitter == 1s);
        QCOMPARE(parameters.fails, 3);
        QCOMPARE(parameters.passes, 2);
        QCOMPARE(parameters.uri, "/some/path?x=1");
        QVERIFY(parameters.mandatory && parameters.persistent);
        QCOMPARE(parameters.match, "ok");
        QCOMPARE(parameters.port, quint16(8080));
        QVERIFY(parameters.keepaliveTime == 60s);
        QVERIFY(parametersOf("mandatory type=grpc grpc_service=a.b grpc_status=12").grpc);
    }

    void invalidParametersAreNamed_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *words, const char *wrong) {
            QTest::newRow(words) << QByteArray(words)
                                 << QStringLiteral("invalid parameter \"%1\"").arg(QLatin1String(wrong));
        };
        row("interval=0", "interval=0");
        row("interval=x", "interval=x");
        row("jitter=", "jitter=");
        row("fails=0", "fails=0");
        row("fails=2147483648", "fails=2147483648");
        row("passes=-1", "passes=-1");
        row("uri=health", "uri=health");
        row("\"uri=/a b\"", "uri=/a b");
        row("match=", "match=");
        row("port=0", "port=0");
        row("port=65536", "port=65536");
        row("persistent", "persistent");
        row("type=tcp", "type=tcp");
        row("grpc_status=12", "grpc_status=12");
        row("timeout=1s", "timeout=1s");
        QTest::newRow("grpc with uri") << QByteArray("uri=/a type=grpc")
                                       << QStringLiteral("\"type=grpc\" is not compatible with \"uri\" and \"match\"");
    }
    void invalidParametersAreNamed()
    {
        QFETCH(QByteArray, words);
        QFETCH(QString, message);
        const auto parameters = parseHealthCheck(lineOf("health_check " + words + ';'));
        QVERIFY(!parameters.ok());
        QCOMPARE(parameters.error().message, message);
        QVERIFY(parameters.error().where.isKnown());
    }

    void theLargestValuesAreTaken()
    {
        QCOMPARE(parametersOf("fails=2147483647").fails, 2147483647);
        QCOMPARE(parametersOf("port=65535").port, quint16(65535));
    }

    void testsAreTakenApart()
    {
        const HealthTest status = *parseHealthTest(lineOf("status ! 301-303 307;"));
        QVERIFY(status.kind == HealthTest::Kind::Status && status.negated);
        QCOMPARE(status.statuses.size(), size_t(2));
        QCOMPARE(status.statuses[0].first, 301);
        QCOMPARE(status.statuses[0].last, 303);
        QCOMPARE(status.written, "! 301-303 307");
        const HealthTest header = *parseHealthTest(lineOf("header Content-Type != \"text/html; a\";"));
        QVERIFY(header.kind == HealthTest::Kind::Header && header.negated);
        QVERIFY(header.comparison == HealthTest::Comparison::Equality);
        QCOMPARE(header.header, "Content-Type");
        QCOMPARE(header.value, "text/html; a");
        const HealthTest absent = *parseHealthTest(lineOf("header ! Refresh;"));
        QVERIFY(absent.comparison == HealthTest::Comparison::Presence && absent.negated);
        const HealthTest body = *parseHealthTest(lineOf("body !~ \"maintenance mode\";"));
        QVERIFY(body.kind == HealthTest::Kind::Body && body.negated && !body.regex.isNull());
        QCOMPARE(body.written, "!~ \"maintenance mode\"");
        const HealthTest require = *parseHealthTest(lineOf("require $good_status $b;"));
        QCOMPARE(require.variables, (std::vector<QByteArray>{"good_status", "b"}));
    }

    void invalidTestsAreNamed_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *line, const char *message) {
            QTest::newRow(line) << QByteArray(line) << QString::fromLatin1(message);
        };
        row("status;", "no status is named");
        row("status !;", "no status is named");
        row("status 99;", "invalid status \"99\"");
        row("status 1000;", "invalid status \"1000\"");
        row("status 399-200;", "invalid status \"399-200\"");
        row("status 2xx;", "invalid status \"2xx\"");
        row("status 200 !500;", "invalid status \"!500\"");
        row("header;", "no header is named");
        row("header !;", "no header is named");
        row("header A =;", "invalid test in \"header\"");
        row("header A == b;", "invalid test in \"header\"");
        row("header A = b c;", "invalid test in \"header\"");
        row("header ! A b;", "invalid test in \"header\"");
        row("body;", "invalid test in \"body\"");
        row("body = x;", "invalid test in \"body\"");
        row("body ~ a b;", "invalid test in \"body\"");
        row("require;", "no variable is named");
        row("require good;", "invalid variable name \"good\"");
        row("statuses 200;", "unknown test \"statuses\"");
        row("body ~ x { }", "unexpected \"{\"");
    }
    void invalidTestsAreNamed()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, message);
        const auto test = parseHealthTest(lineOf(line));
        QVERIFY(!test.ok());
        QCOMPARE(test.error().message, message);
        QVERIFY(test.error().where.isKnown());
    }

    void aBrokenExpressionIsToldInNginxWords()
    {
        const auto test = parseHealthTest(lineOf("body ~ \"(\";"));
        QVERIFY(!test.ok());
        QVERIFY(test.error().message.startsWith(QStringLiteral("pcre2_compile() failed")));
    }

    void theFirstAndTheLastStatusAreTaken() { QVERIFY(parseHealthTest(lineOf("status 100-999;")).ok()); }
};

QTEST_APPLESS_MAIN(HealthCheckTest)
#include "tst_healthcheck.moc"
