// SPDX-License-Identifier: GPL-3.0-or-later
// What the real nginx and we make of backends behind TLS that fail in all their ways: the status, and the error log's
// line, must be the same.
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/tlsorigin.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

// The levels and words of the lines that tell of a backend.
QByteArrayList complaints(const QByteArray &log, quint16 port)
{
    static const QRegularExpression line(u"^\\S+ \\S+ (\\[[a-z]+\\]) [0-9#]+: \\*\\d+ (.*upstream: .*)$"_s,
                                         QRegularExpression::MultilineOption);
    QByteArrayList found;
    auto match = line.globalMatch(QString::fromUtf8(log));
    while (match.hasNext()) {
        const auto one = match.next();
        QByteArray text = (one.captured(1) + u' ' + one.captured(2)).toUtf8();
        // Later versions of nginx count every alert as the peer's doing.
        if (text.startsWith("[crit]") && text.contains("SSL alert number 116"))
            text.replace("[crit]", "[error]");
        found.append(text.replace(QByteArray::number(port), "PORT"));
    }
    return found;
}

} // namespace

class ProxyTlsParity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(folder());
        m_server = m_authority->issue("shop.test", "DNS:shop.test,DNS:*.wild.test");
        m_addressed = m_authority->issue("127.0.0.1", "IP:127.0.0.1");
        m_named = m_authority->issue("127.0.0.2", "DNS:127.0.0.1");
        const CertificateFiles revoked = m_authority->issue("gone.test");
        m_authority->revoke(revoked);
        m_revoked = revoked;
        m_revocations = m_authority->revocations();
        m_self = TestAuthority::selfSigned(folder(), "self.test");
        m_stranger = TestAuthority(folder(), "stranger").issue("shop.test");
        TestAuthority lower = m_authority->below("lower");
        m_chained = lower.issue("chained.test");
        m_chained.certificate = joinFiles(m_chained.certificate, lower.certificate(), folder() + "/chained.pem");
    }

    void nginxSaysTheSame_data()
    {
        QTest::addColumn<QByteArray>("certificate");
        QTest::addColumn<QByteArray>("directives");
        QTest::addColumn<QByteArray>("behaviour");
        const QByteArray verify = "proxy_ssl_verify on; proxy_ssl_trusted_certificate @ca@; ";
        const auto row = [](const char *name, const char *certificate, const QByteArray &directives,
                            const char *behaviour = "") {
            QTest::newRow(name) << QByteArray(certificate) << directives << QByteArray(behaviour);
        };
        row("not verified", "self", "");
        row("good name", "server", verify + "proxy_ssl_name shop.test;");
        row("wildcard", "server", verify + "proxy_ssl_name a.wild.test;");
        row("wildcard, two labels", "server", verify + "proxy_ssl_name a.b.wild.test;");
        row("name with a port", "server", verify + "proxy_ssl_name shop.test:8443;");
        row("upper case", "server", verify + "proxy_ssl_name SHOP.test;");
        row("other name", "server", verify + "proxy_ssl_name other.test;");
        row("empty name", "server", verify + "proxy_ssl_name \"\";");
        row("name of proxy_pass", "server", verify);
        row("address as IP", "addressed", verify);
        row("address as DNS", "named", verify);
        row("self-signed", "self", verify + "proxy_ssl_name self.test;");
        row("unknown issuer", "stranger", verify + "proxy_ssl_name shop.test;");
        row("revoked", "revoked", verify + "proxy_ssl_crl @crl@; proxy_ssl_name gone.test;");
        row("revoked, nobody asks", "revoked", verify + "proxy_ssl_name gone.test;");
        row("not in the list", "server", verify + "proxy_ssl_crl @crl@; proxy_ssl_name shop.test;");
        row("chain of two", "chained", verify + "proxy_ssl_name chained.test;");
        row("chain of two, too deep", "chained", verify + "proxy_ssl_verify_depth 0; proxy_ssl_name chained.test;");
        row("no common protocol", "server", "proxy_ssl_protocols TLSv1.2;", "1.3 only");
        row("no common cipher", "server", "proxy_ssl_protocols TLSv1.2; proxy_ssl_ciphers AES128-SHA;");
        row("no protocol at all", "server", "proxy_ssl_protocols SSLv3;");
        row("certificate wanted, TLS 1.2", "server", "proxy_ssl_protocols TLSv1.2;", "asks");
        row("certificate wanted, TLS 1.3", "server", "proxy_ssl_protocols TLSv1.3;", "asks");
        row("certificate shown", "server", "proxy_ssl_certificate @pem@; proxy_ssl_certificate_key @key@;", "asks");
        row("speaks HTTP", "", "", "http");
        row("speaks something else", "", "", "noise");
        row("closes", "", "", "closes");
        row("resets", "", "", "resets");
        row("silent", "", "proxy_connect_timeout 300ms;", "silent");
    }

    void nginxSaysTheSame()
    {
        QFETCH(QByteArray, certificate);
        QFETCH(QByteArray, directives);
        QFETCH(QByteArray, behaviour);
        std::optional<TlsOrigin> secure;
        std::optional<ScriptedOrigin> plain;
        quint16 port = 0;
        if (certificate.isEmpty()) {
            plain.emplace();
            port = plain->port();
            plain->serve([behaviour](RawPeer &peer) { misbehave(peer, behaviour); });
        } else {
            TlsOriginOptions options{.files = files(certificate)};
            if (behaviour == "asks")
                options.clientCa = m_authority->certificate();
            if (behaviour == "1.3 only")
                options.versionMin = TLS1_3_VERSION;
            secure.emplace(options);
            port = secure->port();
            secure->answer(response("ok"));
        }
        directives.replace("@ca@", m_authority->certificate());
        directives.replace("@crl@", m_revocations);
        directives.replace("@pem@", m_server.certificate);
        directives.replace("@key@", m_server.key);
        const QByteArray server = "server { listen 127.0.0.1:@port@; location / { proxy_pass https://127.0.0.1:"
                                  + QByteArray::number(port) + "; " + directives + " } }";
        NginxServer nginx(server);
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server).applied);
        RawClient theirs(nginx.port());
        RawClient ours(engine.port());
        const int status = theirs.ask(request("GET /page")).status();
        QCOMPARE(ours.ask(request("GET /page")).status(), status);
        if (status != 200) {
            QVERIFY(waitUntil([&] { return !complaints(engine.errorLog(), port).isEmpty(); }));
            QVERIFY(waitUntil([&] { return !complaints(nginx.errorLog(), port).isEmpty(); }));
        }
        QCOMPARE(complaints(engine.errorLog(), port), complaints(nginx.errorLog(), port));
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }

    static void misbehave(RawPeer &peer, const QByteArray &how)
    {
        peer.readBytes(1);
        if (how == "http")
            peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        if (how == "noise")
            peer.send(QByteArray(100, '\x17'));
        if (how == "resets")
            peer.reset();
        if (how == "closes")
            peer.shutdownWrite(); // and takes what comes, so that no reset follows
        peer.readUntilClosed();
    }

    CertificateFiles files(const QByteArray &name) const
    {
        return name == "self"        ? m_self
               : name == "addressed" ? m_addressed
               : name == "named"     ? m_named
               : name == "stranger"  ? m_stranger
               : name == "revoked"   ? m_revoked
               : name == "chained"   ? m_chained
                                     : m_server;
    }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_server, m_addressed, m_named, m_revoked, m_self, m_stranger, m_chained;
    QByteArray m_revocations;
};

QTEST_GUILESS_MAIN(ProxyTlsParity)
#include "tst_proxy_tls_parity.moc"
