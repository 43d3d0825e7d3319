// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/rawclient.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

// What rewriting tells besides its answers, which the parity cases compare: the decision trace and the error log.
class ProxyRewriteTest : public QObject
{
    Q_OBJECT

    // "rewrite 3: /shown/a?b=1 ("^/a" matches "/a")" for each decision between the domain and the answer.
    static QStringList trace(EngineFixture &engine, const QByteArray &target)
    {
        RawClient client(engine.port());
        client.ask(request("GET " + target));
        const ExchangeDetailPtr detail = engine.fetch(engine.waitForFinishedRow().id);
        QStringList lines;
        if (!detail)
            return lines;
        for (const Decision &decision : detail->decisions) {
            if (decision.step != Decision::Step::Domain && decision.step != Decision::Step::Answer)
                lines += u"%1 %2: %3 (%4)"_s.arg(decisionStepName(decision.step), QString::number(decision.where.line),
                                                 decision.subject, decision.reason);
        }
        return lines;
    }
    // The messages of the first connection, less time and process.
    static QByteArrayList messagesOf(const QByteArray &log)
    {
        QByteArrayList messages;
        for (const QByteArray &line : log.split('\n')) {
            const qsizetype connection = line.indexOf(": *");
            const qsizetype level = line.indexOf('[');
            if (connection < 0 || level < 0)
                continue;
            const QByteArray text = line.mid(line.indexOf(' ', connection + 3) + 1);
            if (!text.startsWith("client ") && !text.startsWith("kevent"))
                messages.append(line.mid(level, line.indexOf(']') + 1 - level) + ' ' + text);
        }
        return messages;
    }

private Q_SLOTS:
    void everyStepThatHeldIsInTheTrace()
    {
        EngineFixture engine({.capture = true});
        QVERIFY(engine
                    .applyHttp("server {\nlisten 127.0.0.1:@port@;\n"
                               "rewrite ^/old/(.*)$ /new/$1;\n"
                               "location /new/ {\n"
                               "if ($arg_no) { return 400; }\n"
                               "if ($arg_x = 1) {\n"
                               "rewrite ^/new/(.*)$ /shown/$1?y=2 last;\n"
                               "}\n}\n"
                               "location /shown/ { set $a 1; return 200 ok; }\n}\n")
                    .applied);
        // error_log, events and http stand on four lines in front of this
        const QStringList lines = trace(engine, "/old/a?x=1");
        const int first = 4;
        const auto at = [&](int line) { return QString::number(first + line); };
        QCOMPARE(lines.size(), 6);
        QCOMPARE(lines[0], u"rewrite %1: /new/a?x=1 (\"^/old/(.*)$\" matches \"/old/a\")"_s.arg(at(2)));
        QVERIFY2(lines[1].startsWith(u"location %1: /new/ ("_s.arg(at(3))), qPrintable(lines[1]));
        QCOMPARE(lines[2], u"rewrite %1: if ($arg_x = 1) (true)"_s.arg(at(5)));
        QCOMPARE(lines[3], u"rewrite %1: /shown/a?y=2&x=1 (\"^/new/(.*)$\" matches \"/new/a\")"_s.arg(at(6)));
        QVERIFY2(lines[4].startsWith(u"location %1: /shown/ ("_s.arg(at(9))), qPrintable(lines[4]));
        QVERIFY2(lines[5].startsWith(u"return %1: 200"_s.arg(at(9))), qPrintable(lines[5]));
    }

    void aRedirectAndABreakAreInTheTrace()
    {
        EngineFixture engine({.capture = true});
        QVERIFY(engine
                    .applyHttp("server {\nlisten 127.0.0.1:@port@;\n"
                               "location /a { break; return 500; }\n"
                               "location /b { rewrite ^/b http://other.test/?; }\n}\n")
                    .applied);
        QCOMPARE(trace(engine, "/b").constLast(), u"rewrite 7: http://other.test/ (\"^/b\" matches: redirect 302)"_s);
    }

    void theErrorLogSaysWhatNginxSays_data()
    {
        QTest::addColumn<QByteArray>("target");
        for (const char *target : {"/logged/a?x=1", "/logged/miss", "/silent/a", "/redirect/a%20b", "/cycle", "/empty",
                                   "/unset", "/unsetquiet", "/captured", "/if/a", "/slow", "/badrate", "/nogroup"})
            QTest::newRow(target) << QByteArray(target);
    }
    void theErrorLogSaysWhatNginxSays()
    {
        QFETCH(QByteArray, target);
        const QByteArray http =
            "server {\nlisten 127.0.0.1:@port@; server_name log.test;\n"
            "location /logged/ { rewrite_log on; rewrite ^/none /x; rewrite ^/logged/a(.*)$ /done?y=$1 last; return "
            "200; }\n"
            "location /silent/ { rewrite ^/silent/(.*)$ /done last; }\n"
            "location /redirect/ { rewrite_log on; rewrite ^/redirect/(.*)$ /to/$1 permanent; }\n"
            "location /cycle { rewrite ^ /cycle last; }\n"
            "location /empty { rewrite ^ $arg_none last; }\n"
            "location /unset { return 200 \"[$never]\"; }\n"
            "location /unsetquiet { uninitialized_variable_warn off; return 200 \"[$never]\"; }\n"
            "location /never { set $never 1; }\n"
            "location /captured { return 200 \"[$group]\"; }\n"
            "location ~ ^/other/(?<group>.*)$ { return 200; }\n"
            "location /if/ { rewrite_log on; if ($uri ~ ^/if/(.*)$) { set $v $1; } if ($uri !~* B) { return 200; } }\n"
            "location /slow { if ($arg_v !~ ^(a+)+$) { return 200 $arg_v; } return 200; }\n"
            "location /badrate { set $limit_rate much; return 200; }\n"
            "location /nogroup { if ($uri ~ ^/(?<some>x)?) { return 200 \"[$some]\"; } }\n"
            "location /done { return 200 done; }\n}\n";
        NginxServer nginx(http);
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(http).applied);
        if (target == "/slow")
            target += "?v=" + QByteArray(60, 'a') + '!';
        const QByteArray asked = request("GET " + target);
        RawClient theirs(nginx.port());
        RawClient ours(engine.port());
        QCOMPARE(ours.ask(asked).status(), theirs.ask(asked).status());
        theirs.close();
        ours.close();
        QVERIFY(waitUntil([&] { return messagesOf(engine.errorLog()).size() >= messagesOf(nginx.errorLog()).size(); }));
        QCOMPARE(messagesOf(engine.errorLog()), messagesOf(nginx.errorLog()));
    }
};

QTEST_GUILESS_MAIN(ProxyRewriteTest)
#include "tst_proxy_rewrite.moc"
