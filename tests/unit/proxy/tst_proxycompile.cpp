// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "proxy/compile.h"

#include <QTest>

using namespace portlight;
using namespace std::chrono_literals;

class ProxyCompileTest : public QObject
{
    Q_OBJECT

    static CompileOutcome compile(const QByteArray &http, const NginxVersion &version = NginxVersion::current())
    {
        CompileOptions options;
        options.version = version;
        options.prefix = QStringLiteral("/prefix");
        return compileConfig(parseConfig("http {\n" + http + "\n}", QStringLiteral("t.conf")).tree, options);
    }
    static QByteArray oneServer(const QByteArray &location, const QByteArray &server = {}, const QByteArray &http = {})
    {
        return http + " server { listen 127.0.0.1:8080; " + server + " location / { proxy_pass http://127.0.0.1:1; "
               + location + " } }";
    }
    static const LocationConfig &firstLocation(const CompileOutcome &outcome)
    {
        return *outcome.config->servers.front()->root->locations.front();
    }
    static QByteArrayList setNames(const CompileOutcome &outcome)
    {
        QByteArrayList names;
        for (const SetHeader &field : firstLocation(outcome).proxy().setHeaders)
            names += field.name;
        return names;
    }

private Q_SLOTS:
    void defaultsAreNginxs()
    {
        const CompileOutcome outcome = compile(oneServer({}));
        QVERIFY(outcome.config);
        const CoreSettings &core = firstLocation(outcome).core();
        QCOMPARE(core.clientMaxBodyBytes, qint64(1024) * 1024);
        QCOMPARE(core.clientBodyBufferBytes, qint64(8) * 1024);
        QVERIFY(core.clientHeaderTimeout == 60s);
        QVERIFY(core.clientBodyTimeout == 60s);
        QVERIFY(core.sendTimeout == 60s);
        QVERIFY(core.keepaliveTimeout == 75s);
        QCOMPARE(core.keepaliveRequests, 1000);
        QCOMPARE(core.requestLimits.firstBufferBytes, 1024u);
        QCOMPARE(core.requestLimits.largeBufferBytes, 8192u);
        QCOMPARE(core.requestLimits.largeBuffers, 4u);
        QVERIFY(core.lingeringClose == LingeringClose::On);
        QVERIFY(core.lingeringTime == 30s);
        QVERIFY(core.lingeringTimeout == 5s);
        QVERIFY(core.mergeSlashes);
        QCOMPARE(core.defaultType, QByteArray("text/plain"));
        const ProxySettings &proxy = firstLocation(outcome).proxy();
        QVERIFY(proxy.connectTimeout == 60s);
        QVERIFY(proxy.readTimeout == 60s);
        QVERIFY(proxy.sendTimeout == 60s);
        QCOMPARE(proxy.bufferBytes, 4096u);
        QVERIFY(proxy.buffering);
        QVERIFY(proxy.requestBuffering);
        QVERIFY(!proxy.passTrailers);
    }

    void theVersionOfNginxDecidesTheDefaults()
    {
        const QByteArray text = oneServer({})
                                + " upstream u { server 127.0.0.1:2; } server { listen 127.0.0.2:8080; location / { "
                                  "proxy_pass http://u; } }";
        const CompileOutcome now = compile(text);
        const CompileOutcome then = compile(text, {1, 22, 1});
        QVERIFY(firstLocation(now).proxy().version == HttpVersion({1, 1}));
        QVERIFY(firstLocation(then).proxy().version == HttpVersion({1, 0}));
        const auto group = [](const CompileOutcome &outcome, const char *name) {
            for (const auto &upstream : outcome.config->upstreams) {
                if (upstream->name == name)
                    return upstream.get();
            }
            return static_cast<UpstreamConfig *>(nullptr);
        };
        QCOMPARE(group(now, "u")->keepalive, 32);
        QVERIFY(group(now, "u")->keepaliveLocal);
        QCOMPARE(group(then, "u")->keepalive, 0);
        QCOMPARE(group(now, "127.0.0.1:1")->keepalive, 0); // an address in proxy_pass keeps none
        QCOMPARE(now.config->serverHeader, QByteArray("nginx/1.31.5"));
        QCOMPARE(then.config->serverHeader, QByteArray("nginx/1.22.1"));
    }

    void keepaliveOfAGroupIsTaken()
    {
        const CompileOutcome outcome =
            compile("upstream u { server 127.0.0.1:2 weight=3; server 127.0.0.1:3 down; server 127.0.0.1:4 backup;"
                    " keepalive 7; keepalive_requests 9; keepalive_timeout 5s; keepalive_time 6s; }");
        QVERIFY(outcome.config);
        const UpstreamConfig &group = *outcome.config->upstreams.front();
        QCOMPARE(group.keepalive, 7);
        QVERIFY(!group.keepaliveLocal);
        QCOMPARE(group.keepaliveRequests, 9);
        QVERIFY(group.keepaliveTimeout == 5s);
        QVERIFY(group.keepaliveTime == 6s);
        QCOMPARE(group.peers.size(), size_t(3));
        QCOMPARE(group.peers[0].weight, 3);
        QVERIFY(group.peers[1].down);
        QVERIFY(group.peers[2].backup);
    }

    void valuesAreInheritedAndReplaced()
    {
        const CompileOutcome outcome =
            compile(oneServer("proxy_read_timeout 3s;", "proxy_read_timeout 2s; proxy_send_timeout 2s;",
                              "proxy_read_timeout 1s; proxy_send_timeout 1s; proxy_connect_timeout 1s;"));
        const ProxySettings &proxy = firstLocation(outcome).proxy();
        QVERIFY(proxy.readTimeout == 3s);
        QVERIFY(proxy.sendTimeout == 2s);
        QVERIFY(proxy.connectTimeout == 1s);
        QCOMPARE(proxy.readTimeoutPosition.line, 2);
    }

    void setHeadersOfAHigherLevelAreInheritedWhole()
    {
        QCOMPARE(setNames(compile(oneServer({}, {}, "proxy_set_header A 1; proxy_set_header B 2;"))),
                 QByteArrayList({"A", "B"}));
        QCOMPARE(
            setNames(compile(oneServer({}, "proxy_set_header C 3;", "proxy_set_header A 1; proxy_set_header B 2;"))),
            QByteArrayList({"C"}));
        QCOMPARE(
            setNames(compile(oneServer("proxy_set_header D 4;", "proxy_set_header C 3;", "proxy_set_header A 1;"))),
            QByteArrayList({"D"}));
    }

    void setFieldsAreFoundByIdAndByName()
    {
        const CompileOutcome outcome = compile(oneServer("proxy_set_header host x; proxy_set_header X-Mine 1;"));
        const ProxySettings &proxy = firstLocation(outcome).proxy();
        QVERIFY(proxy.setsField(HeaderId::Host));
        QVERIFY(!proxy.setsField(HeaderId::Connection));
        QVERIFY(proxy.setsField(HeaderId::Other, "x-mine"));
        QVERIFY(!proxy.setsField(HeaderId::Other, "X-Theirs"));
    }

    void everyProblemIsReportedWithItsPlace()
    {
        const CompileOutcome outcome =
            compile("upstream empty { }\nserver { listen 127.0.0.1:8080;\nlocation / { proxy_pass http://127.0.0.1:1;\n"
                    "proxy_set_header A $nobody;\nproxy_set_header B ${open; } }");
        QVERIFY(!outcome.config);
        QStringList texts;
        for (const Diagnostic &problem : outcome.diagnostics)
            texts += QStringLiteral("%1: %2").arg(problem.where.line).arg(problem.message);
        QCOMPARE(texts, QStringList({QStringLiteral("2: no servers are inside upstream"),
                                     QStringLiteral("6: the closing bracket in \"open\" variable is missing"),
                                     QStringLiteral("5: unknown \"nobody\" variable")}));
    }

    void aNameThatCannotBeLookedUpIsNginxsError()
    {
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:8080; location / { proxy_pass http://no-such-host.invalid:81; } }");
        QVERIFY(!outcome.config);
        QCOMPARE(outcome.diagnostics.front().message,
                 QStringLiteral("host not found in upstream \"no-such-host.invalid\""));
    }

    void localhostIsBothFamilies()
    {
        for (const char *name : {"localhost", "LOCALHOST", "shop.localhost"}) {
            const CompileOutcome outcome = compile("server { listen 127.0.0.1:8080; location / { proxy_pass http://"
                                                   + QByteArray(name) + ":81; } }");
            QVERIFY(outcome.config);
            QCOMPARE(outcome.config->upstreams.front()->peers.front().resolved.size(), size_t(2));
        }
    }

    void theFirstServerOfAListenerIsItsDefaultUnlessOneSaysSo()
    {
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:81; server_name a; } server { listen 127.0.0.1:81; server_name b; }"
                    "server { listen 127.0.0.1:82; server_name c; } server { listen 127.0.0.1:82 default_server; "
                    "server_name D; }");
        QVERIFY(outcome.config);
        QCOMPARE(outcome.config->listeners.size(), size_t(2));
        QCOMPARE(outcome.config->listeners[0].defaultServer->firstName(), QByteArray("a"));
        QCOMPARE(outcome.config->listeners[1].defaultServer->firstName(), QByteArray("d"));
        RegexMatch captures;
        QCOMPARE(outcome.config->listeners[0].names.find("b", captures).server->firstName(), QByteArray("b"));
    }

    void aDomainThatIsSwitchedOffIsLeftOut()
    {
        const CompileOutcome outcome = compile(
            "server { listen 127.0.0.1:81; portlight_enabled off; } server { listen 127.0.0.1:81; server_name b; }");
        QVERIFY(outcome.config);
        QCOMPARE(outcome.config->servers.size(), size_t(1));
        QCOMPARE(outcome.config->listeners.front().defaultServer->firstName(), QByteArray("b"));
    }

    void returnIsTakenApart_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<bool>("redirect");
        QTest::newRow("code") << QByteArray("return 204;") << 204 << QByteArray() << false;
        QTest::newRow("text") << QByteArray("return 200 hello;") << 200 << QByteArray("hello") << false;
        QTest::newRow("redirect") << QByteArray("return 301 /there;") << 301 << QByteArray("/there") << true;
        QTest::newRow("url alone") << QByteArray("return http://x/;") << 302 << QByteArray("http://x/") << true;
    }
    void returnIsTakenApart()
    {
        QFETCH(QByteArray, text);
        const CompileOutcome outcome = compile("server { listen 127.0.0.1:8080; location / { " + text + " } }");
        QVERIFY(outcome.config);
        const auto &rule = std::get<ReturnRule>(firstLocation(outcome).rewrite.front());
        QTEST(rule.status, "status");
        QTEST(rule.text.literalText().toByteArray(), "value");
        QTEST(rule.isRedirect, "redirect");
    }

    void anInvalidReturnCodeIsRefused()
    {
        for (const char *text : {"return abc;", "return 1000;", "return -1;"}) {
            const CompileOutcome outcome =
                compile("server { listen 127.0.0.1:8080; location / { " + QByteArray(text) + " } }");
            QVERIFY2(!outcome.config, text);
        }
    }

    void mapsAreCompiled()
    {
        const CompileOutcome outcome = compile("map $http_upgrade $connection_upgrade { default upgrade; '' close; }"
                                               + oneServer("proxy_set_header Connection $connection_upgrade;"));
        QVERIFY(outcome.config);
        QCOMPARE(outcome.config->variables.size(), size_t(1));
        QCOMPARE(outcome.config->variablesBySlot.front().name, QByteArray("connection_upgrade"));
        QCOMPARE(outcome.config->variablesBySlot.front().computed, outcome.config->variables.front().get());
    }
};

QTEST_GUILESS_MAIN(ProxyCompileTest)
#include "tst_proxycompile.moc"
