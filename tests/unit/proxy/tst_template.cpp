// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/variables.h"
#include "proxy/template.h"
#include "proxy/variabletable.h"

#include <QTest>

using namespace portlight;

class TemplateTest : public QObject
{
    Q_OBJECT
    VariableTable m_variables;

private Q_SLOTS:
    void aTextWithoutVariablesIsALiteral()
    {
        const auto compiled = Template::compile("plain text", m_variables);
        QVERIFY(compiled.ok());
        QVERIFY(compiled->isLiteral());
        QVERIFY(!compiled->isEmptyLiteral());
        QCOMPARE(compiled->literalText(), QByteArrayView("plain text"));
    }

    void anEmptyTextIsAnEmptyLiteral()
    {
        const auto compiled = Template::compile("", m_variables);
        QVERIFY(compiled.ok());
        QVERIFY(compiled->isEmptyLiteral());
        QVERIFY(compiled->literalText().isEmpty());
    }

    // What `check` lets pass must also run.
    void variablesThatValidationKnowsCompile_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char *name :
             {"sent_http_etag", "upstream_http_x", "upstream_cache_status", "document_root", "ssl_protocol"})
            QTest::newRow(name) << QByteArray(name);
    }
    void variablesThatValidationKnowsCompile()
    {
        QFETCH(QByteArray, name);
        QVERIFY(isKnownVariable(name));
        QVERIFY(Template::compile('$' + name, m_variables).ok());
    }

    void knownVariablesCompile_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *name : {"args",
                                 "binary_remote_addr",
                                 "body_bytes_sent",
                                 "bytes_sent",
                                 "connection",
                                 "connection_requests",
                                 "content_length",
                                 "content_type",
                                 "document_uri",
                                 "host",
                                 "hostname",
                                 "https",
                                 "is_args",
                                 "msec",
                                 "nginx_version",
                                 "pid",
                                 "proxy_add_x_forwarded_for",
                                 "proxy_host",
                                 "proxy_port",
                                 "query_string",
                                 "remote_addr",
                                 "remote_port",
                                 "remote_user",
                                 "request",
                                 "request_id",
                                 "request_length",
                                 "request_method",
                                 "request_time",
                                 "request_uri",
                                 "scheme",
                                 "server_addr",
                                 "server_name",
                                 "server_port",
                                 "server_protocol",
                                 "status",
                                 "time_iso8601",
                                 "time_local",
                                 "upstream_addr",
                                 "upstream_response_time",
                                 "upstream_status",
                                 "uri",
                                 "arg_x",
                                 "cookie_session",
                                 "http_user_agent",
                                 "HOST"})
            QTest::newRow(name) << '$' + QByteArray(name);
        QTest::newRow("braces") << QByteArray("${host}name");
        QTest::newRow("in a text") << QByteArray("http://$host:$server_port$request_uri!");
    }
    void knownVariablesCompile()
    {
        QFETCH(QByteArray, text);
        const auto compiled = Template::compile(text, m_variables);
        QVERIFY2(compiled.ok(), compiled.ok() ? "" : qPrintable(compiled.error().message));
        QVERIFY(!compiled->isLiteral());
    }

    void errorsAreNginxsWords_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("message");
        QTest::newRow("open brace") << QByteArray("${host")
                                    << QStringLiteral("the closing bracket in \"host\" variable is missing");
        QTest::newRow("dollar alone") << QByteArray("a$") << QStringLiteral("invalid variable name");
        QTest::newRow("dollar and space") << QByteArray("$ a") << QStringLiteral("invalid variable name");
        QTest::newRow("empty braces") << QByteArray("${}") << QStringLiteral("invalid variable name");
    }
    void errorsAreNginxsWords()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, message);
        const auto compiled = Template::compile(text, m_variables);
        QVERIFY(!compiled.ok());
        QCOMPARE(compiled.error().message, message);
    }

    void namesThatNobodyDefinesAreRemembered_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("unknown") << QByteArray("a $nobody") << QByteArray("nobody");
        QTest::newRow("longest name") << QByteArray("$hosts") << QByteArray("hosts");
    }
    void namesThatNobodyDefinesAreRemembered()
    {
        QFETCH(QByteArray, text);
        VariableTable variables;
        const TextPosition place{QStringLiteral("f"), 3, 4};
        variables.setPlace(place);
        QVERIFY(Template::compile(text, variables).ok());
        QCOMPARE(variables.undefined().size(), 1);
        QTEST(variables.undefined().front().name, "name");
        QCOMPARE(variables.undefined().front().where, place);
    }

    void aNameMayBeUsedBeforeItIsDefined()
    {
        VariableTable variables;
        const auto before = Template::compile("$mine", variables);
        const auto defined = variables.defineStored("MINE");
        QVERIFY(defined.ok());
        QVERIFY(variables.undefined().isEmpty());
        QCOMPARE(before->parts().front().slot, defined->slot);
    }

    void nginxsOwnVariablesCannotBeDefinedAnew()
    {
        VariableTable variables;
        const auto host = variables.defineStored("host");
        QVERIFY(!host.ok());
        QCOMPARE(host.error().message, QStringLiteral("the duplicate \"host\" variable"));
        QVERIFY(variables.defineStored("args")->id == VariableId::Args);
    }

    void aCaptureIsOneDigit()
    {
        const auto compiled = Template::compile("a$12", m_variables);
        QCOMPARE(compiled->parts().size(), size_t(3));
        QCOMPARE(compiled->parts()[1].capture, quint8(1));
        QCOMPARE(compiled->parts()[2].text, QByteArray("2"));
    }
};

QTEST_GUILESS_MAIN(TemplateTest)
#include "tst_template.moc"
