// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/directivetable.h"
#include "config/values.h"
#include "config/variables.h"

#include <QTest>

using namespace portlight;

class TestDirectiveTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rowsAreSound();
    void definedDefaultsAreValidValues();
    void defaultsFollowTheVersion_data();
    void defaultsFollowTheVersion();
    void nameWithTwoMeaningsIsFoundByContext();
    void unknownNamesAreNotFound();
    void directivesOfEveryModuleAreKnown();
    void whatThisProgramRunsIsMarked();
    void versionsAreReadAndOrdered();
    void variablesAreKnown_data();
    void variablesAreKnown();
    void variablesOfTemplatesAreFound_data();
    void variablesOfTemplatesAreFound();
};

void TestDirectiveTable::rowsAreSound()
{
    QVERIFY(allDirectives().size() > 650);
    for (const DirectiveSpec &spec : allDirectives()) {
        QVERIFY2(spec.contexts, spec.name);
        QVERIFY2(spec.argumentsMax == -1 || spec.argumentsMin <= spec.argumentsMax, spec.name);
        QVERIFY2(spec.type != DirectiveType::Flag || (spec.argumentsMin == 1 && spec.argumentsMax == 1), spec.name);
        const bool needsReason = spec.support == DirectiveSupport::NotYet || spec.support == DirectiveSupport::Accepted;
        QVERIFY2(!needsReason || *spec.note, spec.name);
        QCOMPARE(QByteArray(spec.name).startsWith("portlight_"), spec.support == DirectiveSupport::Own);
        for (size_t i = 1; i < spec.defaults.size(); ++i)
            QVERIFY2(spec.defaults[i - 1].since < spec.defaults[i].since, spec.name);
    }
}

void TestDirectiveTable::definedDefaultsAreValidValues()
{
    for (const DirectiveSpec &spec : allDirectives()) {
        for (const VersionedDefault &entry : spec.defaults) {
            const QByteArray value = entry.value;
            if (spec.type == DirectiveType::Flag)
                QVERIFY2(parseFlag(value), spec.name);
            else if (spec.type == DirectiveType::Size)
                QVERIFY2(parseSize(value), spec.name);
            else if (spec.type == DirectiveType::Duration)
                QVERIFY2(parseDuration(value), spec.name);
            for (const QByteArray &word : value.split(' '))
                QVERIFY2(spec.type != DirectiveType::Enumeration || !spec.values
                             || QByteArray(spec.values).split(' ').contains(word),
                         spec.name);
        }
    }
}

void TestDirectiveTable::defaultsFollowTheVersion_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char *name, const char *version, const char *value) {
        QTest::addRow("%s in %s", name, version) << QByteArray(name) << QByteArray(version) << QByteArray(value);
    };
    row("proxy_http_version", "1.29.6", "1.0");
    row("proxy_http_version", "1.29.7", "1.1");
    row("keepalive", "1.22.1", "");
    row("keepalive", "1.29.7", "32 local");
    row("keepalive_requests", "1.19.9", "100");
    row("keepalive_requests", "1.19.10", "1000");
    row("client_max_body_size", "1.22.1", "1m");
    row("client_header_timeout", "1.22.1", "60s");
    row("keepalive_timeout", "1.22.1", "75s");
    row("proxy_buffering", "1.22.1", "on");
    row("ssl_protocols", "1.22.1", "TLSv1 TLSv1.1 TLSv1.2");
    row("ssl_protocols", "1.31.5", "TLSv1.2 TLSv1.3");
    row("max_headers", "1.31.5", "1000");
    row("large_client_header_buffers", "1.22.1", "4 8k");
    row("proxy_pass", "1.22.1", "");
    row("portlight_enabled", "1.22.1", "on");
}

void TestDirectiveTable::defaultsFollowTheVersion()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, version);
    QFETCH(QByteArray, value);
    QCOMPARE(directiveDefault(name, NginxVersion::fromString(version)), value);
}

void TestDirectiveTable::nameWithTwoMeaningsIsFoundByContext()
{
    QCOMPARE(findDirective("server")->type, DirectiveType::Block);
    QCOMPARE(findDirective("server", ConfigContext::Http)->type, DirectiveType::Block);
    QCOMPARE(findDirective("server", ConfigContext::Upstream)->argumentsMin, 1);
    QCOMPARE(findDirective("server", ConfigContext::Main)->type, DirectiveType::Block);
    QCOMPARE(findDirective("keepalive_timeout", ConfigContext::Http)->argumentsMax, 2);
    QCOMPARE(findDirective("keepalive_timeout", ConfigContext::Upstream)->argumentsMax, 1);
    QVERIFY(findDirective("keepalive_requests")->contexts.testFlag(ConfigContext::Upstream));
}

void TestDirectiveTable::unknownNamesAreNotFound()
{
    QVERIFY(!findDirective(""));
    QVERIFY(!findDirective("listen "));
    QVERIFY(!findDirective("LISTEN"));
    QVERIFY(!findDirective("zzz", ConfigContext::Http));
}

void TestDirectiveTable::directivesOfEveryModuleAreKnown()
{
    for (const char *name : {"worker_connections",
                             "load_module",
                             "stream",
                             "mail",
                             "geo",
                             "split_clients",
                             "auth_basic",
                             "auth_request",
                             "autoindex",
                             "modern_browser",
                             "charset_map",
                             "fastcgi_param",
                             "gzip_static",
                             "gunzip",
                             "index",
                             "limit_conn_zone",
                             "limit_req",
                             "memcached_pass",
                             "mirror",
                             "mp4",
                             "flv",
                             "perl_set",
                             "random_index",
                             "set_real_ip_from",
                             "valid_referers",
                             "scgi_pass",
                             "secure_link_md5",
                             "slice",
                             "ssi",
                             "ssl_certificate",
                             "sub_filter",
                             "uwsgi_pass",
                             "userid",
                             "http2",
                             "http3",
                             "grpc_pass",
                             "dav_methods",
                             "add_after_body",
                             "image_filter",
                             "xslt_stylesheet",
                             "geoip_country",
                             "health_check",
                             "zone",
                             "state",
                             "sticky",
                             "queue",
                             "ntlm",
                             "random",
                             "least_conn",
                             "types",
                             "try_files",
                             "tunnel_pass",
                             "js_content"})
        QVERIFY2(findDirective(name), name);
}

void TestDirectiveTable::whatThisProgramRunsIsMarked()
{
    for (const char *name : {"http",
                             "server",
                             "location",
                             "listen",
                             "server_name",
                             "proxy_pass",
                             "proxy_set_header",
                             "upstream",
                             "keepalive",
                             "return",
                             "stub_status",
                             "map",
                             "client_max_body_size",
                             "include",
                             "if",
                             "rewrite",
                             "geo",
                             "split_clients",
                             "log_format",
                             "try_files"})
        QCOMPARE(findDirective(name)->support, DirectiveSupport::Runs);
    QCOMPARE(findDirective("worker_processes")->support, DirectiveSupport::Accepted);
    QCOMPARE(findDirective("gzip")->support, DirectiveSupport::NotYet);
    QCOMPARE(findDirective("portlight_domain")->support, DirectiveSupport::Own);
    QCOMPARE(findDirective("proxy_set_header")->inheritance, DirectiveInheritance::Array);
    QCOMPARE(findDirective("proxy_read_timeout")->inheritance, DirectiveInheritance::Value);
    QCOMPARE(findDirective("proxy_pass")->inheritance, DirectiveInheritance::None);
    QVERIFY(!findDirective("health_check")->openSource);
}

void TestDirectiveTable::versionsAreReadAndOrdered()
{
    QVERIFY(NginxVersion::fromString("1.22.1") == (NginxVersion{1, 22, 1}));
    QVERIFY(NginxVersion::fromString("1.22") == (NginxVersion{1, 22, 0}));
    QVERIFY(NginxVersion::fromString("1.9.15") < NginxVersion::fromString("1.10.0"));
    QCOMPARE(NginxVersion::current().toString(), QByteArray("1.31.5"));
    for (const char *bad : {"", "1", "1.", "1.2.3.4", "a.b", "-1.2", "1.2x", "1.9999999"})
        QVERIFY2(!NginxVersion::fromString(bad).isValid(), bad);
}

void TestDirectiveTable::variablesAreKnown_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<VariableSupport>("support");
    QTest::newRow("host") << QByteArray("host") << VariableSupport::Runs;
    QTest::newRow("request field") << QByteArray("http_x_a") << VariableSupport::Runs;
    QTest::newRow("response field") << QByteArray("sent_http_etag") << VariableSupport::Runs;
    QTest::newRow("argument") << QByteArray("arg_q") << VariableSupport::Runs;
    QTest::newRow("prefix alone") << QByteArray("arg_") << VariableSupport::Runs;
    QTest::newRow("file name") << QByteArray("request_filename") << VariableSupport::Runs;
    QTest::newRow("upstream field") << QByteArray("upstream_http_etag") << VariableSupport::Runs;
    QTest::newRow("of TLS") << QByteArray("ssl_protocol") << VariableSupport::Runs;
    QTest::newRow("unknown") << QByteArray("nosuch") << VariableSupport::Unknown;
}

void TestDirectiveTable::variablesAreKnown()
{
    QFETCH(QByteArray, name);
    QFETCH(VariableSupport, support);
    QCOMPARE(variableSupport(name), support);
    QCOMPARE(isKnownVariable(name), support != VariableSupport::Unknown);
}

void TestDirectiveTable::variablesOfTemplatesAreFound_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("names");
    QTest::addColumn<bool>("readable");
    const auto row = [](const char *name, const char *text, const char *names, bool readable) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(names) << readable;
    };
    row("none", "abc", "", true);
    row("one", "$host", "host", true);
    row("several", "$scheme://${Host}x$a-b", "scheme host a", true);
    row("captures", "$1$12", "", true);
    row("open bracket", "${host", "", false);
    row("empty", "a$", "", false);
    row("empty before a mark", "$-", "", false);
    row("two dollars", "$$a", "", false);
}

void TestDirectiveTable::variablesOfTemplatesAreFound()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, names);
    QFETCH(bool, readable);
    const TemplateVariables found = variablesOfTemplate(text);
    QCOMPARE(!found.problem.has_value(), readable);
    QByteArray joined;
    for (const QByteArray &name : found.names)
        joined += joined.isEmpty() ? name : ' ' + name;
    QCOMPARE(joined, names);
}

QTEST_APPLESS_MAIN(TestDirectiveTable)
#include "tst_directivetable.moc"
