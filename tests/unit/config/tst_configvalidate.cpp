// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "config/validate.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

Diagnostics findings(const QByteArray &text, bool warnBeyondLoopback = false)
{
    ValidationOptions options;
    options.warnBeyondLoopback = warnBeyondLoopback;
    const ParseOutcome outcome = parseConfig(text, u"t.conf"_s);
    Q_ASSERT(outcome.ok());
    return validateConfig(outcome.tree, options);
}

// "line:column: severity: message" of every finding, in order.
QString printed(const Diagnostics &diagnostics)
{
    QStringList lines;
    for (const Diagnostic &found : diagnostics)
        lines += u"%1:%2: %3: %4"_s.arg(found.where.line)
                     .arg(found.where.column)
                     .arg(severityName(found.severity), found.message);
    return lines.join(u'\n');
}

QByteArray inHttp(const QByteArray &text)
{
    return "http { " + text + " }";
}

QByteArray inServer(const QByteArray &text)
{
    return "http { server { " + text + " } }";
}

QByteArray inLocation(const QByteArray &text)
{
    return "http { server { location / { " + text + " } } }";
}

} // namespace

class TestConfigValidate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findingsAreNginxsWords_data();
    void findingsAreNginxsWords();
    void hintsSayWhatToDo_data();
    void hintsSayWhatToDo();
    void soundConfigurationHasNoFindings_data();
    void soundConfigurationHasNoFindings();
    void everyProblemIsReportedInTheOrderOfTheFile();
    void blockThatDoesNotRunIsNamedOnce();
    void whatAnOlderNginxDoesNotKnowIsTold();
    void listenBeyondLoopbackIsToldWhenAsked();
    void switchedOffDomainsDoNotConflict();
    void findingsAreBounded_data();
    void findingsAreBounded();
};

void TestConfigValidate::findingsAreNginxsWords_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const QByteArray &text, const QString &expected) {
        QTest::newRow(name) << text << expected;
    };
    row("unknown directive", "foo bar;", u"1:1: error: unknown directive \"foo\""_s);
    row("wrong place", "server { }", u"1:1: error: \"server\" directive is not allowed here"_s);
    row("directive of another level", inServer("upstream a { server b; }"),
        u"1:17: error: \"upstream\" directive is not allowed here"_s);
    row("not terminated", inServer("root /a { }"), u"1:17: error: directive \"root\" is not terminated by \";\""_s);
    row("no brace", inHttp("server on;"), u"1:8: error: directive \"server\" has no opening \"{\""_s);
    row("too many arguments", inHttp("keepalive_timeout 1 2 3;"),
        u"1:8: error: invalid number of arguments in \"keepalive_timeout\" directive"_s);
    row("too few arguments", inLocation("proxy_set_header Host;"),
        u"1:30: error: invalid number of arguments in \"proxy_set_header\" directive"_s);
    row("block with arguments", "http x { }", u"1:1: error: invalid number of arguments in \"http\" directive"_s);
    row("duplicate", inHttp("send_timeout 1; send_timeout 2;"),
        u"1:24: error: \"send_timeout\" directive is duplicate"_s);
    row("second http", "http {}\nhttp {}", u"2:1: error: \"http\" directive is duplicate"_s);
    row("flag", inHttp("tcp_nodelay yes;"),
        u"1:20: error: invalid value \"yes\" in \"tcp_nodelay\" directive, it must be \"on\" or \"off\""_s);
    row("size", inHttp("client_max_body_size 8x;"), u"1:29: error: \"client_max_body_size\" directive invalid value"_s);
    row("gigabytes where nginx has none", inHttp("proxy_buffer_size 1g;"),
        u"1:26: error: \"proxy_buffer_size\" directive invalid value"_s);
    row("time", inHttp("send_timeout 8x;"), u"1:21: error: \"send_timeout\" directive invalid value"_s);
    row("number", inHttp("keepalive_requests 8x;"), u"1:27: error: \"keepalive_requests\" directive invalid number"_s);
    row("enumeration", inHttp("lingering_close maybe;"), u"1:24: error: invalid value \"maybe\""_s);
    row("header buffers", inHttp("large_client_header_buffers 4 0;"),
        u"1:38: error: \"large_client_header_buffers\" directive invalid value"_s);
    row("second time", inHttp("keepalive_timeout 5 6ms;"),
        u"1:28: error: \"keepalive_timeout\" directive invalid value"_s);
    row("own directive takes on or off", inServer("portlight_domain 1;"),
        u"1:34: error: invalid value \"1\" in \"portlight_domain\" directive, it must be \"on\" or \"off\""_s);

    row("listen parameter", inServer("listen 80 foo;"), u"1:24: error: invalid parameter \"foo\""_s);
    row("listen port", inServer("listen 99999;"),
        u"1:24: error: invalid port in \"99999\" of the \"listen\" directive"_s);
    row("listen host", inServer("listen nohost.invalid:80;"),
        u"1:24: error: host not found in \"nohost.invalid:80\" of the \"listen\" directive"_s);
    row("duplicate listen", inServer("listen 80; listen *:80;"), u"1:28: error: a duplicate listen 0.0.0.0:80"_s);
    row("wildcard beside an address", inServer("listen 80; listen 127.0.0.1:80;"), {});
    row("two default servers",
        inHttp("server { listen 80 default_server; server_name a; } server { listen 80 default; }"),
        u"1:69: error: a duplicate default server for 0.0.0.0:80"_s);
    row("listen options twice",
        inHttp("server { listen 80 backlog=9; server_name a; } server { listen 80 backlog=9; server_name b; }"),
        u"1:64: error: duplicate listen options for 0.0.0.0:80"_s);
    row("conflicting names", inHttp("server { listen 80; server_name a; } server { listen 80; server_name A; }"),
        u"1:77: warning: conflicting server name \"a\" on 0.0.0.0:80, ignored"_s);
    row("same name on another port",
        inHttp("server { listen 80; server_name a; } server { listen 81; server_name a; }"), {});
    row("tls", inServer("listen 443 ssl;"), {});
    row("wildcard name", inServer("server_name *.a.test;"), {});
    row("regex name", inServer("server_name ~^a$;"), {});

    row("location modifier", inServer("location ? /a { }"), u"1:26: error: invalid location modifier \"?\""_s);
    row("duplicate location", inServer("location /a { } location ^~ /a { }"),
        u"1:33: error: duplicate location \"/a\""_s);
    row("exact and prefix of one name", inServer("location /a { } location = /a { }"), {});
    row("regex location", inServer("location ~ /a { }"), {});
    row("nested outside", inServer("location /a { location /b { } }"),
        u"1:31: error: location \"/b\" is outside location \"/a\""_s);
    row("nested in an expression", inServer("location ~ /a { location /a/b { } location ~ x { } }"), {});
    row("nested outside an expression", inServer("location ~ ^/a { location /a/b { } }"),
        u"1:34: error: location \"/a/b\" is outside location \"^/a\""_s);
    row("inside an exact one", inServer("location = /a { location /a/b { } }"),
        u"1:33: error: location \"/a/b\" cannot be inside the exact location \"/a\""_s);
    row("named inside", inServer("location /a { location @b { } }"),
        u"1:31: error: named location \"@b\" can be on the server level only"_s);

    row("scheme", inLocation("proxy_pass foo;"), u"1:41: error: invalid URL prefix"_s);
    row("port of a backend", inLocation("proxy_pass http://a:99999;"),
        u"1:41: error: invalid port in upstream \"a:99999\""_s);
    row("no host", inLocation("proxy_pass http:///x;"), u"1:41: error: no host in upstream \"/x\""_s);
    row("uri in a regex location", inServer("location ~ a { proxy_pass http://127.0.0.1/x; }"),
        u"1:43: error: \"proxy_pass\" cannot have URI part in location given by regular expression, or inside named "
        "location, or inside \"if\" statement, or inside \"limit_except\" block"_s);
    row("variables in proxy_pass", inLocation("proxy_pass http://$host;"), {});
    row("port of a group",
        inHttp("upstream a { server 127.0.0.1:1; } server { location / { proxy_pass http://a:80; } }"),
        u"1:76: error: upstream \"a\" may not have port 80"_s);
    row("empty group", inHttp("upstream a { }"), u"1:8: error: no servers are inside upstream"_s);
    row("duplicate group", inHttp("upstream a { server b; } upstream a { server b; }"),
        u"1:33: error: duplicate upstream \"a\""_s);
    row("server parameter", inHttp("upstream a { server b foo=1; }"), u"1:30: error: invalid parameter \"foo=1\""_s);
    row("server parameter value", inHttp("upstream a { server b weight=0; }"),
        u"1:30: error: invalid parameter \"weight=0\""_s);
    row("server with URL", inHttp("upstream a { server http://b; }"),
        u"1:28: error: invalid host in upstream \"http://b\""_s);
    row("server parameters that run",
        inHttp("upstream a { server b max_fails=2 fail_timeout=1h max_conns=3 slow_start=500ms route=x drain; }"), {});
    row("empty route", inHttp("upstream a { server b route=; }"), u"1:30: error: route is empty"_s);
    row("the longest route", inHttp("upstream a { server b route=" + QByteArray(32, 'r') + "; }"), {});
    row("route", inHttp("upstream a { server b route=" + QByteArray(33, 'r') + "; }"),
        u"1:30: error: route is longer than 32"_s);
    row("slow start with a hash", inHttp("upstream a { ip_hash; server b slow_start=1s; }"),
        u"1:39: error: balancing method does not support parameter \"slow_start=1s\""_s);
    row("least_time", inHttp("upstream a { least_time header inflight; server b; }"), {});
    row("least_time of what", inHttp("upstream a { least_time x; server b; }"), u"1:32: error: invalid value \"x\""_s);
    row("least_time and what", inHttp("upstream a { least_time header x; server b; }"),
        u"1:39: error: invalid parameter \"x\""_s);
    row("method below sticky", inHttp("upstream a { server b; sticky cookie c; least_conn; }"),
        u"1:48: warning: load balancing method redefined"_s);
    row("keepalive", inHttp("upstream a { server b; keepalive x; }"),
        u"1:41: error: invalid value \"x\" in \"keepalive\" directive"_s);

    const auto sticky = [](const QByteArray &words) {
        return inHttp("upstream a { server b; sticky " + words + "; }");
    };
    row("sticky cookie", sticky("cookie c expires=max domain=.$host path=/ samesite=$host httponly secure"), {});
    row("sticky route", sticky("route $cookie_a $arg_b"), {});
    row("sticky learn", sticky("learn create=$upstream_cookie_a lookup=$cookie_a zone=z:32k timeout=1h header"), {});
    row("sticky what", sticky("foo c"), u"1:38: error: unknown parameter \"foo\""_s);
    row("sticky cookie without a name", sticky("cookie \"\""),
        u"1:45: error: \"sticky\" directive empty cookie name"_s);
    row("sticky cookie parameter", sticky("cookie c foo"), u"1:47: error: unknown parameter \"foo\""_s);
    row("sticky cookie twice", sticky("cookie c secure secure"),
        u"1:54: error: \"sticky\" directive parameter \"secure\" is duplicate"_s);
    row("sticky cookie without a domain", sticky("cookie c domain="),
        u"1:47: error: \"sticky\" directive no value for \"domain\""_s);
    row("sticky cookie that expires", sticky("cookie c expires=x"),
        u"1:47: error: \"sticky\" directive invalid \"expires\" parameter value"_s);
    row("sticky cookie for sites", sticky("cookie c samesite=x"),
        u"1:47: error: \"sticky\" directive invalid \"samesite\" parameter value"_s);
    row("sticky route without a variable", sticky("route x"), u"1:44: error: invalid variable name \"x\""_s);
    row("sticky route of nothing known", sticky("route $nosuch"), u"1:44: error: unknown \"nosuch\" variable"_s);
    row("sticky learn without a zone", sticky("learn create=$arg_a lookup=$arg_a"),
        u"1:38: error: \"sticky\" directive \"zone\" parameter is not specified"_s);
    row("sticky learn in a small zone", sticky("learn create=$arg_a lookup=$arg_a zone=z:31k"),
        u"1:72: error: \"sticky\" directive zone is too small"_s);
    row("sticky learn without a size", sticky("learn create=$arg_a lookup=$arg_a zone=z"),
        u"1:72: error: \"sticky\" directive zone size is not specified"_s);
    row("sticky learn without a variable", sticky("learn create=a lookup=$arg_a zone=z:1m"),
        u"1:44: error: \"sticky\" directive missing variable in the \"create\" parameter"_s);
    row("sticky learn for no time", sticky("learn create=$arg_a lookup=$arg_a zone=z:1m timeout=0"),
        u"1:82: error: \"sticky\" directive invalid timeout"_s);
    row("sticky twice", inHttp("upstream a { server b; sticky route $arg_a; sticky route $arg_b; }"),
        u"1:52: error: \"sticky\" directive is duplicate"_s);

    row("return code", inServer("return foo;"), u"1:24: error: invalid return code \"foo\""_s);
    row("return code too large", inServer("return 1000;"), u"1:24: error: invalid return code \"1000\""_s);
    row("unknown variable", inServer("return 200 $nosuch;"), u"1:28: error: unknown \"nosuch\" variable"_s);
    row("variable without end", inServer("return 200 '${host';"),
        u"1:28: error: the closing bracket in \"host\" variable is missing"_s);
    row("dollar alone", inServer("return 200 'a$';"), u"1:28: error: invalid variable name"_s);
    row("map variable", inHttp("map $host b { }"), u"1:18: error: invalid variable name \"b\""_s);
    row("map parameters", inHttp("map $host $b { x 1 2; }"), u"1:23: error: invalid number of the map parameters"_s);
    row("map default twice", inHttp("map $host $b { default 1; default 2; }"),
        u"1:34: error: duplicate default map parameter"_s);
    row("map value twice", inHttp("map $host $b { x 1; X 2; }"), u"1:28: error: conflicting parameter \"x\""_s);
    row("block in a map", inHttp("map $host $b { x { } }"), u"1:23: error: unexpected \"{\""_s);
    row("regex in a map", inHttp("map $host $b { hostnames; volatile; ~x 1; }"), {});
    row("log level", "error_log a.log loud;", u"1:17: error: invalid log level \"loud\""_s);
    row("known but not run", inHttp("gzip on;"),
        u"1:8: warning: \"gzip\" is known to nginx but not run yet: answers are not compressed yet"_s);
    row("commercial", inHttp("upstream a { server b; ntlm; }"),
        u"1:31: warning: \"ntlm\" is known to nginx but not run yet: a directive of the commercial nginx"_s);
}

void TestConfigValidate::findingsAreNginxsWords()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    QCOMPARE(printed(findings(text)), expected);
}

void TestConfigValidate::hintsSayWhatToDo_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("hint");
    const auto row = [](const char *name, const QByteArray &text, const QString &hint) {
        QTest::newRow(name) << text << hint;
    };
    row("nearest name", inHttp("serevr { }"), u"did you mean \"server\"?"_s);
    row("nearest of this context", inLocation("proxy_pas http://a;"), u"did you mean \"proxy_pass\"?"_s);
    row("nothing is near", "zzzzzzzz;", {});
    row("byte order mark", "\xEF\xBB\xBFhttp { }",
        u"the file begins with a byte order mark; save it as UTF-8 without one"_s);
    row("a part of a configuration", "server { }",
        u"this is a part of a configuration: wrap it in http { … }, or complete it with --fragment"_s);
    row("dots of a text", inServer("location / { ... ; }"),
        u"the dots stand for what a text left out: write it, or delete them"_s);
    row("a no-break space", inServer("\xC2\xA0listen 80;"),
        u"a no-break space, as web pages have them, is a letter to nginx: write a plain space"_s);
    row("typographic quotes", inLocation("proxy_set_header Connection \xE2\x80\x9C\xE2\x80\x9D;"), u"write \" or '"_s);
    row("a brace without quotes", "http { server { rewrite ^/(a{2})$ /b; } } }",
        u"a \"{\" begins a block: put an expression that has one into quotes"_s);
    row("two signs of equality", inServer("if ($host == a) { }"), u"nginx compares with a single \"=\""_s);
    row("the zone of a cache", inHttp("proxy_cache_path /c zone=a:1m;"),
        u"the zone of a cache is written keys_zone=a:1m"_s);
    row("the zone of a limit", inHttp("limit_req_zone $host keys_zone=a:1m rate=1r/s;"),
        u"the zone of a limit is written zone=a:1m"_s);
    row("a smaller part", "location / { }",
        u"this is a part of a configuration: wrap it in http { server { … } }, or complete it with --fragment"_s);
    row("where it belongs", inHttp("proxy_pass http://a;"),
        u"\"proxy_pass\" belongs in \"location\", \"if\" in \"location\" or \"limit_except\""_s);
    row("missing semicolon, count", inServer("client_max_body_size 1m\nsend_timeout 5;"),
        u"a \";\" is missing at the end of line 1"_s);
    row("missing semicolon, value", inServer("listen 80\nserver_name a;"),
        u"a \";\" is missing at the end of line 1"_s);
    row("missing semicolon, block", inServer("root /a\nlocation / { }"), u"a \";\" is missing at the end of line 1"_s);
    row("count", inHttp("keepalive_timeout 1 2 3;"), u"it takes 1 to 2, here are 3"_s);
    row("duplicate", "http {}\nhttp {}", u"first at line 1"_s);
    row("allowed words", inHttp("lingering_close x;"), u"\"lingering_close\" takes one of: off, on, always"_s);
}

void TestConfigValidate::hintsSayWhatToDo()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, hint);
    const Diagnostics found = findings(text);
    QVERIFY(!found.isEmpty());
    const auto first = std::find_if(found.begin(), found.end(),
                                    [](const Diagnostic &one) { return one.code != ErrorCode::NotSupportedYet; });
    QVERIFY(first != found.end());
    QCOMPARE(first->hint, hint);
}

void TestConfigValidate::soundConfigurationHasNoFindings_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const QByteArray &text) { QTest::newRow(name) << text; };
    row("nothing", "");
    row("settings of a server's processes", "user www-data; worker_processes auto; pid /run/x.pid; daemon off;\n"
                                            "events { worker_connections 768; multi_accept on; }");
    row("proxying", inLocation("proxy_pass http://127.0.0.1:3000/app; proxy_http_version 1.1; proxy_buffering off;"
                               "proxy_set_header Host $http_host; proxy_set_header Connection '';"
                               "proxy_connect_timeout 500ms; proxy_read_timeout 1h30m;"));
    row("a socket", inLocation("proxy_pass http://unix:/run/x.sock:/y;"));
    row("captures and maps define variables",
        inHttp("map $http_upgrade $up { default upgrade; '' ''; } server { return 200 $up$Up; }"));
    row("captures of a name", inHttp("map $host $x { default ''; } server { return 301 https://$host$request_uri; }"));
    row("numbered captures", inServer("return 200 $1;"));
    row("what is off is not missed", inHttp("gzip off; access_log off; proxy_redirect off; proxy_cache off; ssi off;"));
    row("flags ignore case", inHttp("tcp_nodelay ON;"));
    row("status page", inLocation("stub_status;"));
    row("return of a URL", inServer("return https://a.test/;"));
    row("group", inHttp("upstream a { server 127.0.0.1:1; server unix:/run/x; server [::1]:3; keepalive 8 local;"
                        "keepalive_timeout 5s; keepalive_requests 9; keepalive_time 1h; }"));
    row("own directives", inServer("portlight_domain on; portlight_enabled off;"));
}

void TestConfigValidate::soundConfigurationHasNoFindings()
{
    QFETCH(QByteArray, text);
    QCOMPARE(printed(findings(text)), QString());
}

void TestConfigValidate::everyProblemIsReportedInTheOrderOfTheFile()
{
    const QByteArray text = "foo;\n"
                            "http {\n"
                            "    tcp_nodelay maybe;\n"
                            "    server {\n"
                            "        listen 80;\n"
                            "        listen 80;\n"
                            "        location / { proxy_pass x; bar; }\n"
                            "    }\n"
                            "}\n";
    QCOMPARE(printed(findings(text)),
             u"1:1: error: unknown directive \"foo\"\n"
             "3:17: error: invalid value \"maybe\" in \"tcp_nodelay\" directive, it must be \"on\" or \"off\"\n"
             "6:9: error: a duplicate listen 0.0.0.0:80\n"
             "7:33: error: invalid URL prefix\n"
             "7:36: error: unknown directive \"bar\""_s);
}

void TestConfigValidate::blockThatDoesNotRunIsNamedOnce()
{
    QCOMPARE(printed(findings("mail { server { listen 25; } }")),
             u"1:1: warning: \"mail\" is known to nginx but not run yet: mail is not proxied"_s);
}

void TestConfigValidate::whatAnOlderNginxDoesNotKnowIsTold()
{
    const ConfigTree tree = parseConfig("http { max_headers 9; merge_slashes on; }", u"t.conf"_s).tree;
    QVERIFY(validateConfig(tree, {.version = NginxVersion{1, 29, 8}}).isEmpty());
    const Diagnostics found = validateConfig(tree, {.version = NginxVersion{1, 29, 7}});
    QCOMPARE(printed(found), u"1:8: warning: \"max_headers\" is not known to nginx 1.29.7"_s);
    QCOMPARE(found.first().hint, u"it came with nginx 1.29.8"_s);
}

void TestConfigValidate::listenBeyondLoopbackIsToldWhenAsked()
{
    const QByteArray text = inServer("listen 80; listen 127.0.0.1:81; listen [::1]:81; listen unix:/run/x;");
    QVERIFY(findings(text).isEmpty());
    const Diagnostics found = findings(text, true);
    QCOMPARE(found.size(), 1);
    QCOMPARE(found[0].code, ErrorCode::ListenBeyondLoopback);
    QCOMPARE(found[0].severity, Severity::Warning);
}

void TestConfigValidate::switchedOffDomainsDoNotConflict()
{
    QCOMPARE(printed(findings(inHttp("server { listen 80; server_name a; portlight_enabled off; }"
                                     "server { listen 80; server_name a; }"))),
             QString());
}

void TestConfigValidate::findingsAreBounded_data()
{
    QTest::addColumn<QByteArray>("statement");
    QTest::newRow("errors") << QByteArray("zz;");
    QTest::newRow("warnings") << QByteArray("load_module x;");
}

void TestConfigValidate::findingsAreBounded()
{
    QFETCH(QByteArray, statement);
    QCOMPARE(findings(statement.repeated(1000)).size(), 1000);
    const Diagnostics more = findings(statement.repeated(1003));
    QCOMPARE(more.size(), 1001);
    QCOMPARE(more.last().severity, Severity::Note);
    QCOMPARE(more.last().message, u"3 more problems are not listed"_s);
}

QTEST_APPLESS_MAIN(TestConfigValidate)
#include "tst_configvalidate.moc"
