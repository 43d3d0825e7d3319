// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"
#include "privatebus.h"

#include <QRegularExpression>
#include <QSslConfiguration>
#include <QSslSocket>

using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int PatienceMs = 20'000;
const QByteArray Words = "correct horse battery\n";

// The certificate of the desk's root, as a browser that trusts nothing else has it.
QList<QSslCertificate> rootOf(const CtlProgram &ctl)
{
    return QSslCertificate::fromData(ctl.run({u"ca"_s, u"show"_s, u"--pem"_s}).out);
}

// What an HTTPS client that trusts only `roots` gets; empty: no connection came to pass.
QByteArray fetchOverTls(quint16 port, const QString &host, const QList<QSslCertificate> &roots)
{
    QSslSocket socket;
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setCaCertificates(roots);
    socket.setSslConfiguration(configuration);
    socket.connectToHostEncrypted(u"127.0.0.1"_s, port, host);
    const auto over = [&socket] { return socket.state() == QAbstractSocket::UnconnectedState; };
    if (!QTest::qWaitFor([&] { return socket.isEncrypted() || over(); }, PatienceMs) || !socket.isEncrypted())
        return {};
    socket.write("GET / HTTP/1.1\r\nHost: " + host.toLatin1() + "\r\nConnection: close\r\n\r\n");
    return QTest::qWaitFor(over, PatienceMs) ? socket.readAll() : QByteArray();
}

// A server's own configuration: one domain with HTTPS from the local authority, on ports that are free.
struct Desk {
    Desk()
    {
        ctl.write(u"config/portlight/portlight.conf"_s,
                  "http {\n    server {\n        listen 127.0.0.1:" + QByteArray::number(port)
                      + ";\n        listen 127.0.0.1:" + QByteArray::number(tlsPort)
                      + " ssl;\n        server_name shop.localhost;\n        portlight_domain on;\n"
                        "        portlight_local_certificate on;\n        location / {\n"
                        "            proxy_pass http://"
                      + backend.address() + ";\n        }\n    }\n}\n");
    }
    CtlProgram::Outcome makeAuthority(const QStringList &how = {u"--protect"_s, u"file"_s}) const
    {
        return ctl.run(QStringList{u"ca"_s, u"init"_s} + how);
    }
    bool becomesSecure() const
    {
        const QList<QSslCertificate> roots = rootOf(ctl);
        return QTest::qWaitFor(
            [&] { return fetchOverTls(tlsPort, u"shop.localhost"_s, roots).endsWith("the backend"); }, PatienceMs);
    }
    bool refusesTls() const
    {
        return QTest::qWaitFor([this] { return fetchOverTls(tlsPort, u"shop.localhost"_s, {}).isEmpty(); }, PatienceMs);
    }
    QString words() const
    {
        const QString file = ctl.write(u"words"_s, Words);
        QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner);
        return file;
    }

    CtlProgram ctl;
    Backend backend{"the backend"};
    const quint16 port = freePort();
    const quint16 tlsPort = freePort();
};

} // namespace

// What is served with certificates of the local authority, and what happens while there are none.
class CtlCaServeTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aDomainHasHttpsThatItsRootAloneProves()
    {
        Desk desk;
        QCOMPARE(desk.makeAuthority().exitCode, 0);
        Serve serve(desk.ctl, {});
        QVERIFY2(serve.runs(), serve.err().constData());
        QVERIFY(desk.becomesSecure());
        QVERIFY(fetchOverTls(desk.tlsPort, u"shop.localhost"_s, {}).isEmpty()); // to those who trust nobody
        QVERIFY2(!serve.err().contains("refused"), serve.err().constData());
    }

    void withoutAnAuthorityHttpGoesOnUntilThereIsOne()
    {
        Desk desk;
        Serve serve(desk.ctl, {});
        QVERIFY2(serve.runs(), serve.err().constData());
        QVERIFY(fetch(desk.port, "shop.localhost").endsWith("the backend"));
        QTRY_VERIFY2(serve.err().contains("portlightctl ca init"), serve.err().constData());
        QVERIFY(desk.refusesTls());
        const auto made = desk.makeAuthority(); // by another program
        QVERIFY2(made.exitCode == 0, made.err.constData());
        QVERIFY(desk.becomesSecure());

        QVERIFY(QDir(desk.ctl.authority()).removeRecursively());
        QVERIFY(desk.refusesTls());
        QVERIFY(fetch(desk.port, "shop.localhost").endsWith("the backend"));
    }

    void aReplacedAuthorityIsTakenUp()
    {
        Desk desk;
        QCOMPARE(desk.makeAuthority().exitCode, 0);
        Serve serve(desk.ctl, {});
        QVERIFY(serve.runs());
        QVERIFY(desk.becomesSecure());
        QCOMPARE(desk.makeAuthority({u"--replace"_s, u"--protect"_s, u"file"_s}).exitCode, 0);
        QVERIFY(desk.becomesSecure()); // by the new root
    }

    void aPassphraseIsGivenToWhatRuns()
    {
        Desk desk;
        QCOMPARE(desk.makeAuthority({u"--passphrase-file"_s, desk.words()}).exitCode, 0);
        Serve serve(desk.ctl, {});
        QVERIFY2(serve.runs(), serve.err().constData());
        QTRY_VERIFY2(serve.err().contains("portlightctl ca unlock"), serve.err().constData());
        QVERIFY(fetch(desk.port, "shop.localhost").endsWith("the backend"));
        QVERIFY(desk.refusesTls());
        const QString wrong = desk.ctl.write(u"wrong"_s, "wrong horse battery\n");
        QFile::setPermissions(wrong, QFile::ReadOwner);
        QCOMPARE(desk.ctl.run({u"ca"_s, u"unlock"_s, u"--passphrase-file"_s, wrong}).exitCode, 1);
        const auto unlocked = desk.ctl.run({u"ca"_s, u"unlock"_s, u"--passphrase-file"_s, desk.words()});
        QVERIFY2(unlocked.exitCode == 0, unlocked.err.constData());
        QVERIFY(desk.becomesSecure());
        QVERIFY(!serve.err().contains(Words.trimmed()));
    }

    void aServedFileIsUnlockedOverItsSocket()
    {
        Desk desk;
        QCOMPARE(desk.makeAuthority({u"--passphrase-file"_s, desk.words()}).exitCode, 0);
        const QString socket = desk.ctl.path(u"run/own.sock"_s);
        QFile::setPermissions(desk.ctl.path(u"run"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        Serve serve(desk.ctl, {u"--control"_s, socket, desk.ctl.ownConfig()});
        QVERIFY2(serve.runs(), serve.err().constData());
        const auto unlocked =
            desk.ctl.run({u"ca"_s, u"unlock"_s, u"--control"_s, socket, u"--passphrase-file"_s, desk.words()});
        QVERIFY2(unlocked.exitCode == 0, unlocked.err.constData());
        QVERIFY(desk.becomesSecure());
    }

    void aKeychainThatHangsDoesNotStopTheStart()
    {
        Desk desk;
        const PrivateBus bus;
        const QString data = desk.ctl.environment().value(u"XDG_DATA_HOME"_s);
        bus.enter(desk.ctl.environment());
        desk.ctl.environment().insert(u"XDG_DATA_HOME"_s, data);
        QProcess keyring;
        QCOMPARE(desk.makeAuthority({u"--protect"_s, u"file"_s}).exitCode, 0);
        desk.ctl.write(u"data/portlight/ca/protection"_s, "keychain\n"); // where nobody answers
        const StubbornKeyring stubborn(bus, {});
        Serve serve(desk.ctl, {});
        QVERIFY2(serve.runs(), serve.err().constData());
        QVERIFY(fetch(desk.port, "shop.localhost").endsWith("the backend"));
        QVERIFY(stubborn.calls() > 0);
        QVERIFY2(serve.err().contains("not open yet"), serve.err().constData());
        QVERIFY(desk.refusesTls());
    }

    void whoNeedsNoCertificateIsNotAskedForAPassphrase()
    {
        Desk desk;
        const PrivateBus bus;
        const QString data = desk.ctl.environment().value(u"XDG_DATA_HOME"_s);
        bus.enter(desk.ctl.environment());
        desk.ctl.environment().insert(u"XDG_DATA_HOME"_s, data);
        QCOMPARE(desk.makeAuthority({u"--protect"_s, u"file"_s}).exitCode, 0);
        desk.ctl.write(u"data/portlight/ca/protection"_s, "keychain\n");
        const StubbornKeyring stubborn(bus, {});
        Serve serve(desk.ctl, {desk.ctl.write(u"a.conf"_s, simpleConfig(desk.port, desk.backend.address()))});
        QVERIFY(serve.runs());
        QVERIFY(fetch(desk.port, "a").endsWith("the backend"));
        QCOMPARE(stubborn.calls(), 0);
    }

    void theDemoHasHttpsWithAnAuthorityAndSaysHowToGetOne()
    {
        Desk desk;
        const auto greetingOf = [&desk](bool &runs) {
            Serve serve(desk.ctl, {u"--demo"_s});
            runs = serve.runs();
            QByteArray greeting;
            QTest::qWaitFor([&] { return (greeting += serve.process->readAllStandardOutput()).contains("Ctrl+C"); },
                            PatienceMs)
                || (runs = false);
            const auto url =
                QRegularExpression(u"https://demo\\.localhost:(\\d+)"_s).match(QString::fromUtf8(greeting));
            if (url.hasMatch()
                && !fetchOverTls(url.captured(1).toUShort(), u"demo.localhost"_s, rootOf(desk.ctl)).contains("200 OK"))
                greeting += "(no answer over TLS)";
            QFile::remove(serve.pidFile);
            return greeting;
        };
        bool runs = false;
        const QByteArray plain = greetingOf(runs);
        QVERIFY2(runs && plain.contains("portlightctl ca init && portlightctl ca trust"), plain.constData());
        QVERIFY(!plain.contains("https://"));
        QCOMPARE(desk.makeAuthority().exitCode, 0);
        const QByteArray secure = greetingOf(runs);
        QVERIFY2(runs && secure.contains("https://demo.localhost:"), secure.constData());
        QVERIFY2(secure.contains("portlightctl ca trust"), secure.constData());
        QVERIFY2(!secure.contains("no answer over TLS"), secure.constData());
    }
};

QTEST_GUILESS_MAIN(CtlCaServeTest)
#include "tst_ctlcaserve.moc"
