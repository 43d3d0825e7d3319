// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/tlspage.h"
#include "support/trustlab.h"

#include <QProcess>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

// Whether a program, asked in a shell after the setting was pasted, loads the page.
bool loads(const TrustLab &lab, const QString &setting, const QString &command)
{
    QProcess shell;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"HOME"_s, lab.path(u"home"_s));
    for (const char *variable : {"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"})
        environment.remove(QString::fromLatin1(variable));
    shell.setProcessEnvironment(environment);
    shell.start(u"sh"_s, {u"-c"_s, setting + u'\n' + command});
    if (!shell.waitForFinished(60'000) || shell.exitStatus() != QProcess::NormalExit)
        qFatal("the shell did not end");
    return shell.readAllStandardOutput().contains(TlsPage::Text);
}

QString settingFor(const TrustLab &lab, const QString &program)
{
    for (const TrustHint &hint : trustHints(lab.root().path)) {
        if (hint.program == program)
            return hint.setting;
    }
    qFatal("there is no hint for %s", qPrintable(program));
}

} // namespace

class TrustHintsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theSettingMakesTheProgramTrustTheRoot_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("command");
        // Node and Python look the name up with the system, which may not know names below localhost.
        QTest::newRow("Node.js")
            << u"Node.js"_s
            << u"node -e 'const u = new URL(process.argv[1]); require(\"https\").get({host: \"127.0.0.1\", port: "
               u"u.port, "
               "servername: u.hostname}, r => r.pipe(process.stdout)).on(\"error\", () => process.exit(1))' %1"_s;
        QTest::newRow("Python")
            << u"Python"_s
            << u"python3 -c 'import socket, ssl, sys, urllib.parse\n"
               "u = urllib.parse.urlsplit(sys.argv[1])\n"
               "plain = socket.create_connection((\"127.0.0.1\", u.port))\n"
               "with ssl.create_default_context().wrap_socket(plain, server_hostname=u.hostname) as s:\n"
               "    s.sendall(b\"GET / HTTP/1.0\\r\\n\\r\\n\")\n"
               "    print(s.makefile().read())' %1"_s;
        QTest::newRow("curl") << u"curl"_s << u"curl --silent --noproxy '*' %1"_s;
    }
    void theSettingMakesTheProgramTrustTheRoot()
    {
        QFETCH(QString, program);
        QFETCH(QString, command);
        const TrustLab lab;
        const TlsPage page(lab.server());
        const QString asked = command.arg(page.url());
        QVERIFY(!loads(lab, u":"_s, asked));
        QVERIFY(loads(lab, settingFor(lab, program), asked));
    }

    void gitTakesItsSetting()
    {
        const TrustLab lab;
        QProcess shell;
        shell.setWorkingDirectory(lab.path(u"home"_s));
        shell.start(u"sh"_s, {u"-c"_s, u"git init -q . && "_s + settingFor(lab, u"git"_s)
                                           + u" && git config --get http.sslCAInfo"_s});
        QVERIFY(shell.waitForFinished());
        QCOMPARE(shell.readAllStandardOutput().trimmed(), lab.root().path.toUtf8());
    }
};

QTEST_GUILESS_MAIN(TrustHintsTest)
#include "tst_trust_hints.moc"
