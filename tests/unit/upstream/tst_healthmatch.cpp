// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "http/responseparser.h"
#include "upstream/healthmatch.h"

#include <QTest>

using namespace portlight;

namespace {

// The inside of a `match` block.
HealthMatch matchOf(const QByteArray &lines)
{
    HealthMatch match{.name = "welcome", .tests = {}};
    const ConfigTree tree = parseConfig("match welcome { " + lines + " }", QStringLiteral("test.conf")).tree;
    for (const ConfigNode &line : tree.nodes.front().children) {
        const auto test = parseHealthTest(line);
        if (!test)
            qFatal("%s", qPrintable(test.error().toString()));
        match.tests.push_back(*test);
    }
    return match;
}

// The reason why that head does not pass, behind its step; "passed" and the last step when it does.
QByteArray headVerdict(const HealthMatch *match, const QByteArray &bytes, const HealthVariables &variables = {})
{
    ResponseParser parser;
    if (parser.parse(bytes.constData(), bytes.size()) != ParseStatus::Complete)
        qFatal("no head: %s", bytes.constData());
    const HealthVerdict verdict = HealthMatcher(match).checkHead(parser.head(), bytes.constData(), variables);
    return QByteArray(healthStepWords(verdict.step)) + ": " + (verdict.passed ? QByteArray("passed") : verdict.reason);
}

QByteArray head(const QByteArray &status, const QByteArray &fields = {})
{
    return "HTTP/1.1 " + status + " X\r\n" + fields + "\r\n";
}

} // namespace

class HealthMatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutAMatchStatuses2xxAnd3xxPass()
    {
        QCOMPARE(headVerdict(nullptr, head("200")), "while checking status code: passed");
        QCOMPARE(headVerdict(nullptr, head("399")), "while checking status code: passed");
        QCOMPARE(headVerdict(nullptr, head("400")), "while checking status code: status 400 is not 200-399");
        QCOMPARE(headVerdict(nullptr, head("101")), "while checking status code: status 101 is not 200-399");
    }

    void statuses_data()
    {
        QTest::addColumn<QByteArray>("test");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("reason"); // empty: it passes
        const auto row = [](const char *test, const char *status, const char *reason) {
            QTest::addRow("%s / %s", test, status) << QByteArray(test) << QByteArray(status) << QByteArray(reason);
        };
        row("status 200;", "200", "");
        row("status 200;", "201", "status 201 is not 200");
        row("status ! 500;", "200", "");
        row("status ! 500;", "500", "status 500 is 500");
        row("status 200 204;", "204", "");
        row("status 200 204;", "203", "status 203 is not 200 204");
        row("status ! 301 302;", "302", "status 302 is 301 302");
        row("status 200-399;", "200", "");
        row("status 200-399;", "399", "");
        row("status 200-399;", "400", "status 400 is not 200-399");
        row("status ! 400-599;", "399", "");
        row("status ! 400-599;", "599", "status 599 is 400-599");
        row("status 301-303 307;", "307", "");
        row("status 301-303 307;", "304", "status 304 is not 301-303 307");
    }
    void statuses()
    {
        QFETCH(QByteArray, test);
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, reason);
        const HealthMatch match = matchOf(test);
        QCOMPARE(headVerdict(&match, head(status)),
                 "while checking status code: " + (reason.isEmpty() ? QByteArray("passed") : reason));
    }

    void headers_data()
    {
        QTest::addColumn<QByteArray>("test");
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<QByteArray>("reason");
        const auto row = [](const char *test, const char *fields, const char *reason) {
            QTest::addRow("%s / %s", test, fields) << QByteArray(test) << QByteArray(fields) << QByteArray(reason);
        };
        const char *const html = "Content-Type: text/html\r\n";
        row("header Content-Type = text/html;", html, "");
        row("header content-type = text/html;", html, "");
        row("header Content-Type = text/html;", "Content-Type: text/html;charset=x\r\n",
            "header Content-Type = text/html does not hold, it is text/html;charset=x");
        row("header Content-Type = text/html;", "", "header Content-Type is missing");
        row("header Content-Type != text/html;", "Content-Type: a/b\r\n", "");
        row("header Content-Type != text/html;", html,
            "header Content-Type != text/html does not hold, it is text/html");
        row("header Content-Type != text/html;", "", "header Content-Type is missing");
        row("header Connection ~ close;", "Connection: x, close\r\n", "");
        row("header Connection ~ close;", "Connection: x\r\n", "header Connection ~ close does not hold, it is x");
        row("header Connection !~ close;", "Connection: x\r\n", "");
        row("header Connection !~ close;", "Connection: close\r\n",
            "header Connection !~ close does not hold, it is close");
        row("header Host;", "Host: a\r\n", "");
        row("header Host;", "", "header Host is missing");
        row("header ! X-Accel-Redirect;", "", "");
        row("header ! X-Accel-Redirect;", "X-Accel-Redirect: /a\r\n", "header X-Accel-Redirect is there");
        row("header A = 2;", "A: 1\r\nA: 2\r\n", "");
        row("header A != 2;", "A: 2\r\nA: 1\r\n", "header A != 2 does not hold, it is 1");
    }
    void headers()
    {
        QFETCH(QByteArray, test);
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, reason);
        const HealthMatch match = matchOf(test);
        QCOMPARE(headVerdict(&match, head("200", fields)),
                 "while checking header: " + (reason.isEmpty() ? QByteArray("passed") : reason));
    }

    void aLongValueIsCutInTheReason()
    {
        const HealthMatch match = matchOf("header A = x;");
        const auto shown = [&](qsizetype length) {
            return headVerdict(&match, head("200", "A: " + QByteArray(length, 'y') + "\r\n"));
        };
        QVERIFY(shown(HealthMatcher::ReasonValueBytesMax).endsWith("yy"));
        QVERIFY(shown(HealthMatcher::ReasonValueBytesMax + 1).endsWith("yy..."));
    }

    void requiredVariablesMustBeNeitherEmptyNorZero()
    {
        const HealthMatch match = matchOf("require $a $b;");
        const auto verdict = [&](const QByteArray &b) {
            return headVerdict(&match, head("500"), [&](QByteArrayView name) { return name == "a" ? "x" : b; });
        };
        QCOMPARE(verdict("1"), "while checking variables: passed");
        QCOMPARE(verdict("00"), "while checking variables: passed");
        QCOMPARE(verdict("0"), "while checking variables: variable $b is 0");
        QCOMPARE(verdict(""), "while checking variables: variable $b is empty");
    }

    void allTestsMustHold()
    {
        const HealthMatch match = matchOf("status 200; header A = 1; header ! B; body ~ hello;");
        QCOMPARE(headVerdict(&match, head("200", "A: 1\r\n")), "while checking header: passed");
        QCOMPARE(headVerdict(&match, head("404", "A: 1\r\n")), "while checking status code: status 404 is not 200");
        QCOMPARE(headVerdict(&match, head("200", "A: 1\r\nB: 2\r\n")), "while checking header: header B is there");
        QVERIFY(HealthMatcher(&match).needsBody());
        QVERIFY(!HealthMatcher(nullptr).needsBody());
        const HealthMatch bodiless = matchOf("status 200;");
        QVERIFY(!HealthMatcher(&bodiless).needsBody());
    }

    void bodies()
    {
        const HealthMatch wanted = matchOf("body ~ \"Welcome to nginx!\";");
        const HealthMatcher matcher(&wanted);
        QVERIFY(matcher.checkBody("<h1>Welcome to nginx!</h1>").passed);
        const HealthVerdict failed = matcher.checkBody("welcome to nginx!");
        QVERIFY(!failed.passed);
        QCOMPARE(failed.step, HealthStep::Body);
        QCOMPARE(failed.reason, "body ~ \"Welcome to nginx!\" does not hold");
        const HealthMatch unwanted = matchOf("body !~ maintenance;");
        QVERIFY(HealthMatcher(&unwanted).checkBody("").passed);
        QVERIFY(!HealthMatcher(&unwanted).checkBody("in maintenance mode").passed);
    }

    void onlyTheFirst256KilobytesAreLookedAt()
    {
        const HealthMatch match = matchOf("body ~ end$;");
        const HealthMatcher matcher(&match);
        const QByteArray fits = QByteArray(HealthMatcher::BodyBytesMax - 3, ' ') + "end";
        QVERIFY(matcher.checkBody(fits).passed);
        QVERIFY(!matcher.checkBody(' ' + fits).passed);
        QVERIFY(matcher.checkBody(fits + "more").passed);
    }

    // An expression that gives no answer is no reason to send requests to a peer.
    void anExpressionThatGivesUpFails()
    {
        const HealthMatch match = matchOf("body !~ ^(a+)+$;");
        QVERIFY(!HealthMatcher(&match).checkBody(QByteArray(5000, 'a') + 'b').passed);
    }
};

QTEST_APPLESS_MAIN(HealthMatchTest)
#include "tst_healthmatch.moc"
