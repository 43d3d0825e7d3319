// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "config/validate.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

// "line: severity: message [hint]" of every finding, in order.
QString findings(const QByteArray &text)
{
    const ParseOutcome outcome = parseConfig(text, u"t.conf"_s);
    Q_ASSERT(outcome.ok());
    QStringList lines;
    for (const Diagnostic &found : validateConfig(outcome.tree, {}))
        lines += u"%1: %2: %3"_s.arg(found.where.line).arg(severityName(found.severity), found.message);
    return lines.join(u'\n');
}

QByteArray inHttp(const QByteArray &text)
{
    return "http {\nupstream app { zone app 64k; server 127.0.0.1:3000; }\n" + text + "\n}";
}

QByteArray inLocation(const QByteArray &text)
{
    return inHttp("match ok { status 200; }\nserver { location / {\n" + text + "\n} }");
}

} // namespace

class HealthValidateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void soundOnesHaveNoFindings_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("plain") << inLocation("proxy_pass http://app; health_check;");
        QTest::newRow("before its group") << inLocation("health_check; proxy_pass http://app;");
        QTest::newRow("with a path") << inLocation("proxy_pass http://app/x; health_check match=ok;");
        QTest::newRow("several") << inLocation("proxy_pass http://app; health_check uri=/a; health_check uri=/b;");
        QTest::newRow("match behind its use")
            << inHttp("server { location / { proxy_pass http://app; health_check match=late; } }\nmatch late { }");
        QTest::newRow("every test") << inHttp(
            "match all { # comment\n status ! 500; status 200-399; header Content-Type = text/html;\n"
            "header ! Refresh; header Host; body ~ \"Welcome to nginx!\"; body !~ x; require $good; }\n"
            "map $upstream_status $good { 200 1; }");
    }
    void soundOnesHaveNoFindings()
    {
        QFETCH(QByteArray, text);
        QCOMPARE(findings(text), QString());
    }

    void problemsAreNamed_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const QByteArray &text, const QString &expected) {
            QTest::newRow(name) << text << expected;
        };
        row("a bad parameter", inLocation("proxy_pass http://app;\nhealth_check every=5s;"),
            u"6: error: invalid parameter \"every=5s\""_s);
        row("an unknown match", inLocation("proxy_pass http://app;\nhealth_check match=no;"),
            u"6: error: unknown match \"no\""_s);
        row("no group", inLocation("health_check;"), u"5: error: \"health_check\" has no group to check"_s);
        row("an address", inLocation("proxy_pass http://127.0.0.1:3000; health_check;"),
            u"5: warning: nginx checks the servers of an upstream block only, and \"127.0.0.1:3000\" is an address"_s);
        row("no zone",
            "http {\nupstream app { server a; }\nserver { location / {\nproxy_pass http://app; health_check;\n} } }",
            u"4: warning: upstream \"app\" has no \"zone\", which nginx needs for health checks"_s);
        row("variables", inLocation("proxy_pass http://$host; health_check;"),
            u"5: warning: \"health_check\" is known to nginx but not run yet: proxy_pass holds variables, so that its group is not known"_s);
        row("gRPC", inLocation("proxy_pass http://app;\nhealth_check type=grpc;"),
            u"6: warning: \"health_check … type=grpc\" is known to nginx but not run yet: backends that speak gRPC are not checked"_s);
        row("the wrong place", inHttp("server {\nhealth_check; }"),
            u"4: error: \"health_check\" directive is not allowed here"_s);
        row("a match twice", inHttp("match a { }\nmatch a { }"), u"4: error: duplicate match \"a\""_s);
        row("a bad status", inHttp("match a {\nstatus 20;\nstatus 300-200;\n}"),
            u"4: error: invalid status \"20\"\n5: error: invalid status \"300-200\""_s);
        row("an unknown test", inHttp("match a {\nlatency 5;\n}"), u"4: error: unknown test \"latency\""_s);
        row("an unknown variable", inHttp("match a {\nrequire $nobody_knows;\n}"),
            u"4: error: unknown \"nobody_knows\" variable"_s);
        row("no name", inHttp("match { }"), u"3: error: invalid number of arguments in \"match\" directive"_s);
    }
    void problemsAreNamed()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        QCOMPARE(findings(text), expected);
    }
};

QTEST_APPLESS_MAIN(HealthValidateTest)
#include "tst_healthvalidate.moc"
