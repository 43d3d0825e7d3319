// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"
#include "support/chromium.h"
#include "support/testauthority.h"

#include <QRegularExpression>

using namespace portlight::test;
using namespace portlight::testing;

namespace {

const QByteArray Refusal = "net::ERR_CERT_AUTHORITY_INVALID";
constexpr int CurlUntrusted = 60; // CURLE_PEER_FAILED_VERIFICATION

// The address over TLS that the demo says it is at.
QString secureUrl(Serve &serve)
{
    static const QRegularExpression address(u"https://demo\\.localhost:\\d+"_s);
    QByteArray said;
    const bool known = QTest::qWaitFor([&] {
        said += serve.process->readAllStandardOutput();
        return address.match(QString::fromUtf8(said)).hasMatch();
    });
    if (!known)
        qFatal("the demo has no address over TLS: %s%s", said.constData(), serve.err().constData());
    return address.match(QString::fromUtf8(said)).captured();
}

// curl's exit code, with the roots of the scratch system alone.
int curl(const CtlProgram &desk, const QString &url)
{
    QProcess program;
    program.start(u"curl"_s, {u"--silent"_s, u"--output"_s, u"/dev/null"_s, u"--fail"_s, u"--noproxy"_s, u"*"_s,
                              u"--cacert"_s, desk.path(u"system/etc/ssl/certs/ca-certificates.crt"_s), url});
    if (!program.waitForFinished() || program.exitStatus() != QProcess::NormalExit)
        qFatal("curl did not end");
    return program.exitCode();
}

QByteArray show(const CtlProgram &desk, const QString &url)
{
    return browse(QDir::cleanPath(desk.path(u"."_s)), url, desk.path(u"data"_s));
}

} // namespace

class CtlTrustTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // The whole way: an authority, a page over TLS, a browser that refuses it, trusts it, and refuses it again.
    void browsersAndCurlTrustTheDemoWhileItsRootIsTrusted()
    {
        const CtlProgram desk;
        const auto made = desk.run({u"ca"_s, u"init"_s, u"--protect"_s, u"file"_s});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        // A Debian system with a root of somebody else's, so that there are roots before and after.
        const QString system = desk.path(u"system"_s);
        writeOtherRoot(desk);

        Serve serve(desk, {u"--demo"_s});
        QVERIFY2(serve.runs(), serve.err().constData());
        const QString url = secureUrl(serve);
        QCOMPARE(show(desk, url), Refusal);

        const auto trusted = desk.run({u"ca"_s, u"trust"_s, u"--system-root"_s, system});
        QVERIFY2(trusted.exitCode == 0, (trusted.out + trusted.err).constData());
        const QByteArray page = show(desk, url);
        QVERIFY2(page.contains("<title>Portlight demo"), page.constData());
        QCOMPARE(curl(desk, url), 0);

        const auto untrusted = desk.run({u"ca"_s, u"untrust"_s, u"--system-root"_s, system});
        QVERIFY2(untrusted.exitCode == 0, (untrusted.out + untrusted.err).constData());
        QCOMPARE(show(desk, url), Refusal);
        QCOMPARE(curl(desk, url), CurlUntrusted);
    }

private:
    static void writeOtherRoot(const CtlProgram &desk)
    {
        const TestAuthority other(desk.path(u"."_s).toUtf8(), "other");
        desk.write(u"system/usr/local/share/ca-certificates/other.crt"_s,
                   CtlProgram::read(QString::fromUtf8(other.certificate())));
    }
};

QTEST_GUILESS_MAIN(CtlTrustTest)
#include "tst_ctltrust.moc"
