// SPDX-License-Identifier: GPL-3.0-or-later
// The real nginx and we shake hands with the same clients, answer the same requests, and write the same lines into the
// error log.
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/secureclient.h"
#include "support/testauthority.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr NginxVersion Reference{1, 22, 1};

// Whatever does not differ from connection to connection; each server of @port@ answers with it.
constexpr char Variables[] =
    "location / { return 200 \"$server_name|$https|$scheme|$ssl_protocol|$ssl_cipher|$ssl_ciphers|$ssl_curve|"
    "$ssl_curves|$ssl_session_reused|$ssl_server_name|$ssl_early_data|$ssl_alpn_protocol|$ssl_client_verify|"
    "$ssl_client_s_dn|$ssl_client_i_dn|$ssl_client_s_dn_legacy|$ssl_client_i_dn_legacy|$ssl_client_serial|"
    "$ssl_client_fingerprint|$ssl_client_v_start|$ssl_client_v_end|$ssl_client_v_remain|$ssl_client_escaped_cert|"
    "$ssl_client_raw_cert|$ssl_client_cert|$host\"; }";

// The lines that tell of handshakes and certificates, without time, process and port.
QByteArrayList complaints(const QByteArray &log)
{
    static const QRegularExpression line(u"^\\S+ \\S+ (\\[[a-z]+\\]) [0-9#]+: \\*\\d+ (.*)$"_s,
                                         QRegularExpression::MultilineOption);
    static const QRegularExpression port(u":\\d{4,5}\\b"_s);
    static const QRegularExpression telling(u"SSL|certificate|HTTPS|negotiated"_s);
    QByteArrayList found;
    auto match = line.globalMatch(QString::fromUtf8(log));
    while (match.hasNext()) {
        const auto one = match.next();
        QString text = one.captured(1) + u' ' + one.captured(2);
        if (text.contains(telling))
            found.append(text.replace(port, u":PORT"_s).toUtf8());
    }
    return found;
}

QByteArray withoutDate(const QByteArray &response)
{
    QByteArrayList lines;
    for (const QByteArray &line : response.split('\n')) {
        if (!line.startsWith("Date: "))
            lines.append(line);
    }
    return lines.join('\n');
}

// What came of a handshake and one request, as text.
QByteArray talk(quint16 port, const SecureClientOptions &options, const QByteArray &request)
{
    SecureClient client(port, options);
    if (!client.handshake())
        return "alert: " + client.alert();
    const QByteArray found = client.protocol() + ' ' + client.cipher() + ' ' + client.subject();
    if (!client.send(request))
        return found + "\nnothing can be sent";
    client.readUntilEnd();
    if (!client.alert().isEmpty())
        return found + "\nalert: " + client.alert();
    return found + '\n' + withoutDate(client.take());
}

QByteArray get(const char *host)
{
    return "GET /page HTTP/1.1\r\nHost: " + QByteArray(host) + "\r\nConnection: close\r\n\r\n";
}

} // namespace

class TlsParity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void handshakesAndAnswersAreTheSame_data();
    void handshakesAndAnswersAreTheSame();

    void sessionsAreResumedAlike_data();
    void sessionsAreResumedAlike();

    void plainRequestsGetTheSamePage_data()
    {
        QTest::addColumn<QByteArray>("port");
        QTest::addColumn<QByteArray>("sent");
        QTest::newRow("page") << QByteArray() << get("a.test");
        QTest::newRow("error_page") << QByteArray("pages") << get("pages.test");
        QTest::newRow("without a host") << QByteArray() << QByteArray("GET / HTTP/1.0\r\n\r\n");
        QTest::newRow("broken") << QByteArray() << QByteArray("GET /%zz HTTP/1.0\r\n\r\n");
    }

    void plainRequestsGetTheSamePage()
    {
        QFETCH(QByteArray, port);
        QFETCH(QByteArray, sent);
        const QByteArray theirs = withoutDate(exchangeBytes(m_nginx->port(port), sent));
        QVERIFY(theirs.startsWith("HTTP/1.1 "));
        QCOMPARE(withoutDate(exchangeBytes(m_engine->port(port), sent)), theirs);
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }
    QByteArray configuration() const;
    QByteArray own(const char *name, const char *kind = "ec") const;
    CertificateFiles client(const QByteArray &who) const { return m_clients.value(who); }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    QHash<QByteArray, CertificateFiles> m_clients;
    QByteArray m_revocations;
    std::optional<NginxServer> m_nginx;
    std::optional<EngineFixture> m_engine;
};

void TlsParity::initTestCase()
{
    m_authority.emplace(folder());
    for (const char *name : {"a.test", "on.test", "pages.test", "both.test"})
        m_authority->issueWithKey(name, "ec");
    m_authority->issueWithKey("both.test", "rsa");
    for (const char *who : {"good", "expired", "future", "revoked"})
        m_clients.insert(who, m_authority->issue(who));
    m_authority->setValidity(m_clients["expired"], -7200, -3600);
    m_authority->setValidity(m_clients["future"], 3600, 7200);
    m_authority->revoke(m_clients["revoked"]);
    m_revocations = m_authority->revocations();
    TestAuthority stranger(folder(), "stranger");
    m_clients.insert("foreign", stranger.issue("good"));
    m_clients.insert("self", TestAuthority::selfSigned(folder(), "self"));
    TestAuthority lower = m_authority->below("lower");
    CertificateFiles deep = lower.issue("deep");
    deep.certificate = joinFiles(deep.certificate, lower.certificate(), folder() + "/deep.pem");
    m_clients.insert("deep", deep);
    m_nginx.emplace(configuration());
    QVERIFY2(m_nginx->isRunning(), qPrintable(m_nginx->problem()));
    m_engine.emplace(EngineOptions{.nginxVersion = Reference});
    const ApplyOutcome outcome = m_engine->applyHttp(configuration());
    QVERIFY2(outcome.applied,
             outcome.diagnostics.isEmpty() ? "nothing was said" : qPrintable(outcome.diagnostics.front().toString()));
}

QByteArray TlsParity::own(const char *name, const char *kind) const
{
    const QByteArray base = folder() + "/ca-" + name + '-' + kind;
    return "ssl_certificate " + base + ".pem; ssl_certificate_key " + base + ".key; ";
}

QByteArray TlsParity::configuration() const
{
    const QByteArray listen = "server { listen 127.0.0.1:@port@ ssl; server_name ";
    const QByteArray ca = "ssl_client_certificate " + m_authority->certificate() + "; ";
    const QByteArray verify = "ssl_verify_client on; " + ca;
    const auto one = [&](const char *port, const QByteArray &directives) {
        return "server { listen 127.0.0.1:@port-" + QByteArray(port) + "@ ssl; server_name " + port + ".test; "
               + directives + Variables + "}\n";
    };
    return "ssl_protocols TLSv1.2 TLSv1.3;\n" + listen + "a.test *.wild.test; " + own("a.test") + Variables + "}\n"
           + listen + "on.test; " + own("on.test") + verify + Variables + "}\n" + listen + "both.test; "
           + own("both.test") + own("both.test", "rsa") + Variables + "}\n" + listen + "none.test; " + Variables + "}\n"
           + listen + "reject.test; ssl_reject_handshake on; }\n"
           + one("on", own("on.test") + verify + "ssl_crl " + m_revocations + "; ")
           + one("depth", own("on.test") + verify + "ssl_verify_depth 0; ")
           + one("optional", own("on.test") + "ssl_verify_client optional; " + ca)
           + one("noca", own("on.test") + "ssl_verify_client optional_no_ca; ")
           + one("pages", own("pages.test") + verify
                              + "error_page 495 496 497 =200 /caught; location = /caught { return 200 "
                                "\"$status $ssl_client_verify\"; } ")
           + one("old", own("a.test") + "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384; ")
           + one("prefer", own("a.test")
                               + "ssl_prefer_server_ciphers on; ssl_ciphers "
                                 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256; ")
           + one("curve", own("a.test") + "ssl_ecdh_curve secp384r1; ") + one("onfirst", own("on.test") + verify)
           + "server { listen 127.0.0.1:@port-onfirst@ ssl; server_name b.test; " + own("a.test") + Variables + "}\n"
           + one("reject", "ssl_reject_handshake on; ") + one("notickets", own("a.test") + "ssl_session_tickets off; ")
           + one("cache", own("a.test") + "ssl_session_tickets off; ssl_session_cache shared:one:1m; ")
           + one("nocache", own("a.test") + "ssl_session_cache off; ")
           + one("builtin", own("a.test") + "ssl_session_tickets off; ssl_session_cache builtin:100; ")
           + one("verified", own("on.test") + verify + "ssl_session_cache shared:two:1m; ");
}

void TlsParity::handshakesAndAnswersAreTheSame_data()
{
    QTest::addColumn<QByteArray>("port");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("who");
    QTest::addColumn<int>("protocol");
    QTest::addColumn<QByteArray>("signatures");
    QTest::addColumn<QByteArray>("alpn");
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<bool>("complains");
    const auto row = [](const char *what, const char *port, const char *name, const char *who, const QByteArray &sent,
                        bool complains = false, int protocol = 0, const char *signatures = "", const char *alpn = "") {
        QTest::newRow(what) << QByteArray(port) << QByteArray(name) << QByteArray(who) << protocol
                            << QByteArray(signatures) << QByteArray(alpn) << sent << complains;
    };
    row("exact name", "", "a.test", "", get("a.test"));
    row("wildcard", "", "x.wild.test", "", get("x.wild.test"));
    row("upper case, dot at its end", "", "A.TEST.", "", get("a.test"));
    row("no name", "", "", "", get("a.test"));
    row("unknown name", "", "b.test", "", get("b.test"));
    row("no certificate of its own", "", "none.test", "", get("none.test"));
    row("other host than negotiated", "", "a.test", "", get("both.test"));
    row("unknown host", "", "both.test", "", get("other.test"));
    row("no host", "", "both.test", "", "GET / HTTP/1.0\r\n\r\n");
    row("TLS 1.2", "", "a.test", "", get("a.test"), false, TLS1_2_VERSION);
    row("TLS 1.1", "", "a.test", "", get("a.test"), true, TLS1_1_VERSION);
    row("ALPN", "", "a.test", "", get("a.test"), false, 0, "", "\x08http/1.1");
    row("ALPN, HTTP/2 first", "", "a.test", "", get("a.test"), false, 0, "", "\x02h2\x08http/1.1");
    row("ALPN, old", "", "a.test", "", get("a.test"), false, 0, "", "\x08http/1.0");
    row("ALPN without overlap", "", "a.test", "", get("a.test"), true, 0, "", "\x02h2");
    row("RSA for RSA", "", "both.test", "", get("both.test"), false, 0, "RSA-PSS+SHA256");
    row("ECDSA for ECDSA", "", "both.test", "", get("both.test"), false, 0, "ECDSA+SHA256");
    row("RSA in TLS 1.2", "", "both.test", "", get("both.test"), false, TLS1_2_VERSION, "RSA+SHA256");
    row("ECDSA in TLS 1.2", "", "both.test", "", get("both.test"), false, TLS1_2_VERSION, "ECDSA+SHA256");
    row("no key for it", "", "a.test", "", get("a.test"), true, 0, "RSA-PSS+SHA256");
    row("rejected name", "", "reject.test", "", get("reject.test"), true);
    row("rejecting server", "reject", "reject.test", "", get("reject.test"), true);
    row("rejecting server, no name", "reject", "", "", get("reject.test"), true);
    row("own protocols and ciphers", "old", "", "", get("old.test"));
    row("own protocols, too new", "old", "", "", get("old.test"), true, TLS1_3_VERSION);
    row("server's order", "prefer", "", "", get("prefer.test"), false, TLS1_2_VERSION);
    row("own curve", "curve", "", "", get("curve.test"));
    for (const char *port : {"on", "optional", "noca", "pages", "depth"}) {
        for (const char *who : {"", "good", "expired", "future", "revoked", "foreign", "self", "deep"}) {
            const QByteArray name = QByteArray(port) + ", " + (*who ? who : "none");
            row(name.constData(), port, "", who, get((QByteArray(port) + ".test").constData()));
        }
    }
    row("complains of none", "on", "", "", get("on.test"), true);
    row("complains of an expired one", "on", "", "expired", get("on.test"), true);
    row("complains of a revoked one", "on", "", "revoked", get("on.test"), true);
    row("verified under a name", "", "on.test", "good", get("on.test"));
    row("none under a name", "", "on.test", "", get("on.test"), true);
    row("host of a server that verifies", "", "a.test", "good", get("on.test"), true);
    row("host that verifies, no name", "", "", "good", get("on.test"), true);
    row("host that verifies, unknown name", "", "b.test", "good", get("on.test"), true);
    row("no host where the default server verifies", "onfirst", "b.test", "", "GET / HTTP/1.0\r\n\r\n", true);
    row("TRACE without a certificate", "on", "", "", "TRACE / HTTP/1.1\r\nHost: on.test\r\n\r\n");
    row("broken without a certificate", "on", "", "", "GET /%zz HTTP/1.1\r\nHost: on.test\r\n\r\n");
}

void TlsParity::handshakesAndAnswersAreTheSame()
{
    QFETCH(QByteArray, port);
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, who);
    QFETCH(int, protocol);
    QFETCH(QByteArray, signatures);
    QFETCH(QByteArray, alpn);
    QFETCH(QByteArray, request);
    QFETCH(bool, complains);
    const SecureClientOptions options{.serverName = name,
                                      .versionMin = protocol,
                                      .versionMax = protocol,
                                      .alpn = alpn,
                                      .signatures = signatures,
                                      .certificate = client(who).certificate,
                                      .key = client(who).key};
    const qsizetype theirsBefore = complaints(m_nginx->errorLog()).size();
    const qsizetype oursBefore = complaints(m_engine->errorLog()).size();
    const QByteArray theirs = talk(m_nginx->port(port), options, request);
    const QByteArray ours = talk(m_engine->port(port), options, request);
    QCOMPARE(ours, theirs);
    if (!complains)
        return;
    QVERIFY(waitUntil([&] { return complaints(m_nginx->errorLog()).size() > theirsBefore; }));
    QVERIFY(waitUntil([&] { return complaints(m_engine->errorLog()).size() > oursBefore; }));
    QCOMPARE(complaints(m_engine->errorLog()).mid(oursBefore), complaints(m_nginx->errorLog()).mid(theirsBefore));
}

void TlsParity::sessionsAreResumedAlike_data()
{
    QTest::addColumn<QByteArray>("port");
    QTest::addColumn<int>("protocol");
    for (const int protocol : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const char *port : {"old", "curve", "notickets", "cache", "nocache", "builtin", "verified"}) {
            if (protocol == TLS1_2_VERSION || qstrcmp(port, "old") != 0)
                QTest::addRow("%s in 1.%d", port, protocol == TLS1_2_VERSION ? 2 : 3) << QByteArray(port) << protocol;
        }
    }
}

// Whether the second connection, and the third, of a client that keeps its session are resumed.
void TlsParity::sessionsAreResumedAlike()
{
    QFETCH(QByteArray, port);
    QFETCH(int, protocol);
    const auto resumptions = [&](quint16 number) {
        QByteArray text;
        TlsSessionHandle session;
        for (int i = 0; i < 3; ++i) {
            SecureClient client(number, {.versionMin = protocol,
                                         .versionMax = protocol,
                                         .certificate = this->client("good").certificate,
                                         .key = this->client("good").key,
                                         .session = session.get()});
            if (!client.handshake())
                return "alert: " + client.alert();
            client.send("GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            client.readUntilEnd();
            const QByteArray body = client.take();
            text += client.isResumed() ? "resumed " : "new ";
            text += body.contains("|r|") ? "r " : body.contains("|.|") ? ". " : "? ";
            session = client.session();
            client.closeNotify();
        }
        return text;
    };
    const QByteArray theirs = resumptions(m_nginx->port(port));
    QVERIFY(theirs.startsWith("new . "));
    QCOMPARE(resumptions(m_engine->port(port)), theirs);
}

QTEST_GUILESS_MAIN(TlsParity)
#include "tst_tls_parity.moc"
