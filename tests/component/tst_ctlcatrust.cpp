// SPDX-License-Identifier: GPL-3.0-or-later
#include "atterminal.h"

#include <QDirIterator>
#include <QJsonArray>

#include <grp.h>
#include <unistd.h>

using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

constexpr uid_t Nobody = 65534;
const QString Anchors = u"system/usr/local/share/ca-certificates"_s;
const QString Bundle = u"system/etc/ssl/certs/ca-certificates.crt"_s;

// A desk in a scratch folder: an authority, Chromium's place for its roots, and a Debian system of its own.
struct Desk {
    Desk()
    {
        QDir(ctl.path({})).mkpath(u"system/etc/ssl/certs"_s);
        QDir(ctl.path({})).mkpath(Anchors);
        QDir(ctl.path({})).mkpath(u".pki"_s);
        const auto made = ctl.run({u"ca"_s, u"init"_s, u"--protect"_s, u"file"_s});
        if (made.exitCode != 0)
            qFatal("no authority: %s", made.err.constData());
    }
    QStringList command(const QStringList &words) const
    {
        return QStringList{u"ca"_s} + words + QStringList{u"--system-root"_s, ctl.path(u"system"_s)};
    }
    CtlProgram::Outcome run(const QStringList &words) const { return ctl.run(command(words)); }
    // The state of the store whose id begins so.
    QString state(const QString &idStart) const
    {
        const QJsonObject report = run({u"status"_s, u"--json"_s}).json();
        for (const QJsonValue &store : report[u"stores"_s].toArray()) {
            if (store[u"id"_s].toString().startsWith(idStart))
                return store[u"state"_s].toString();
        }
        return u"missing"_s;
    }
    // OpenSSL's verdict on a certificate of the authority, by the scratch system's bundle.
    bool systemVerifies() const
    {
        QDirIterator leaves(ctl.authority() + u"/leaves"_s, {u"*.crt"_s});
        const QString leaf = leaves.hasNext() ? leaves.next() : QString();
        QProcess verify;
        verify.start(u"openssl"_s,
                     {u"verify"_s, u"-no-CApath"_s, u"-CAfile"_s, ctl.path(Bundle), u"-untrusted"_s, leaf, leaf});
        return CtlProgram::wait(verify).exitCode == 0;
    }
    CtlProgram ctl;
};

// portlightctl as somebody who is not root, whoever runs the tests, and a sudo that opens the system's folder.
class Unprivileged
{
public:
    explicit Unprivileged(Desk &desk)
        : m_desk(desk)
        , m_program(desk.ctl.path(u"portlightctl"_s))
    {
        // The build may lie where others cannot look.
        QFile::copy(QStringLiteral(PORTLIGHT_BINARY_DIR "/portlightctl"), m_program);
        const QString anchors = desk.ctl.path(Anchors);
        const QString certs = desk.ctl.path(u"system/etc/ssl/certs"_s);
        const QString sudo =
            desk.ctl.write(u"tools/sudo"_s, "#!/bin/sh\necho \"sudo $*\" >>\"" + desk.ctl.path(u"sudo.log"_s).toUtf8()
                                                + "\"\nchmod u+w \"" + anchors.toUtf8() + "\" \"" + certs.toUtf8()
                                                + "\"\nexec \"$@\"\n");
        QFile::setPermissions(sudo, QFile::Permissions(0x5555));
        QFile::setPermissions(anchors, QFile::Permissions(0x5555));
        QFile::setPermissions(certs, QFile::Permissions(0x5555));
        QProcessEnvironment &environment = desk.ctl.environment();
        environment.insert(u"PATH"_s, desk.ctl.path(u"tools"_s) + u':' + environment.value(u"PATH"_s));
        if (m_root)
            giveAway();
    }
    std::unique_ptr<AtTerminal> start(const QStringList &words) const
    {
        const auto drop = [] {
            if (::setgroups(0, nullptr) != 0 || ::setgid(Nobody) != 0 || ::setuid(Nobody) != 0)
                ::_exit(99);
        };
        return std::make_unique<AtTerminal>(m_desk.ctl.environment(), m_program, m_desk.command(words),
                                            m_root ? std::function<void()>(drop) : nullptr);
    }

private:
    void giveAway() const
    {
        const QString home = m_desk.ctl.path(u"."_s);
        QProcess chown;
        chown.start(u"chown"_s, {u"-R"_s, QString::number(Nobody), home});
        if (CtlProgram::wait(chown).exitCode != 0)
            qFatal("cannot give the scratch folder away");
    }
    const bool m_root = ::geteuid() == 0;
    Desk &m_desk;
    const QString m_program;
};

} // namespace

// ca trust, untrust and status on a desk of the test's own.
class CtlCaTrustTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsTrustedIsProvenAndUndone()
    {
        const Desk desk;
        QCOMPARE(desk.state(u"system"_s), u"not-trusted"_s);
        const auto trusted = desk.run({u"trust"_s});
        QVERIFY2(trusted.exitCode == 0, (trusted.out + trusted.err).constData());
        QCOMPARE(desk.state(u"system"_s), u"trusted"_s);
        QCOMPARE(desk.state(u"nss:"_s), u"trusted"_s);
        QVERIFY(desk.systemVerifies());
        QCOMPARE(desk.run({u"trust"_s}).exitCode, 0); // twice is no error

        const auto untrusted = desk.run({u"untrust"_s});
        QVERIFY2(untrusted.exitCode == 0, (untrusted.out + untrusted.err).constData());
        QCOMPARE(desk.state(u"system"_s), u"not-trusted"_s);
        QCOMPARE(desk.state(u"nss:"_s), u"not-trusted"_s);
        QVERIFY(!desk.systemVerifies());
    }

    void theRootOfAReplacedAuthorityGoesAsWell()
    {
        const Desk desk;
        QCOMPARE(desk.run({u"trust"_s}).exitCode, 0);
        const QString former = desk.ctl.write(u"former.pem"_s, desk.ctl.run({u"ca"_s, u"show"_s, u"--pem"_s}).out);
        const auto formerIsTrusted = [&] {
            QProcess verify;
            verify.start(u"openssl"_s, {u"verify"_s, u"-no-CApath"_s, u"-CAfile"_s, desk.ctl.path(Bundle), former});
            return CtlProgram::wait(verify).exitCode == 0;
        };
        QCOMPARE(desk.ctl.run({u"ca"_s, u"init"_s, u"--replace"_s, u"--protect"_s, u"file"_s}).exitCode, 0);
        QCOMPARE(desk.state(u"system"_s), u"not-trusted"_s);
        QCOMPARE(desk.run({u"trust"_s}).exitCode, 0);
        QVERIFY(desk.systemVerifies() && formerIsTrusted());
        const auto untrusted = desk.run({u"untrust"_s});
        QVERIFY2(untrusted.exitCode == 0, (untrusted.out + untrusted.err).constData());
        QVERIFY2(untrusted.err.contains("former authority"), untrusted.err.constData());
        QVERIFY(!desk.systemVerifies() && !formerIsTrusted());
    }

    // What is left of an authority whose keys are lost must not stay trusted for want of them.
    void theRootOfABrokenAuthorityGoesAsWell()
    {
        const Desk desk;
        QCOMPARE(desk.run({u"trust"_s}).exitCode, 0);
        QVERIFY(desk.systemVerifies());
        QVERIFY(QFile::remove(desk.ctl.authority() + u"/root.key"_s));
        QCOMPARE(desk.run({u"trust"_s}).exitCode, 1);
        const auto untrusted = desk.run({u"untrust"_s});
        QVERIFY2(untrusted.exitCode == 0, (untrusted.out + untrusted.err).constData());
        QVERIFY(!desk.systemVerifies());
    }

    void theRootOfAReplacedAuthorityGoesThoughItIsBroken()
    {
        const Desk desk;
        QCOMPARE(desk.run({u"trust"_s}).exitCode, 0);
        QVERIFY(QFile::remove(desk.ctl.authority() + u"/intermediate.key"_s));
        QCOMPARE(desk.ctl.run({u"ca"_s, u"init"_s, u"--replace"_s, u"--protect"_s, u"file"_s}).exitCode, 0);
        const auto untrusted = desk.run({u"untrust"_s});
        QVERIFY2(untrusted.exitCode == 0, (untrusted.out + untrusted.err).constData());
        QVERIFY2(untrusted.err.contains("was taken out"), untrusted.err.constData());
        QVERIFY(QDir(desk.ctl.path(Anchors)).isEmpty());
        // Nor does it need one that followed.
        QCOMPARE(desk.run({u"trust"_s}).exitCode, 0);
        QVERIFY(QDir().rename(desk.ctl.authority(), desk.ctl.authority() + u".old-2"_s));
        QCOMPARE(desk.run({u"untrust"_s}).exitCode, 1); // there is no authority
        QVERIFY(QDir(desk.ctl.path(Anchors)).isEmpty());
    }

    void whatStaysTrustedIsExplained()
    {
        const Desk desk;
        QCOMPARE(desk.run({u"trust"_s}).exitCode, 0);
        const QString database = desk.ctl.path(u".pki/nssdb"_s);
        const QString name =
            desk.ctl.run({u"ca"_s, u"show"_s, u"--json"_s}).json()[u"authority"_s][u"name"_s].toString();
        const auto tool = [](const QString &program, const QStringList &words) {
            QProcess process;
            process.start(program, words);
            return CtlProgram::wait(process).exitCode;
        };
        const QString other = desk.ctl.path(u"other.pem"_s);
        QCOMPARE(
            tool(u"openssl"_s, {u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s,
                                u"ec_paramgen_curve:P-256"_s, u"-nodes"_s, u"-keyout"_s, desk.ctl.path(u"other.key"_s),
                                u"-out"_s, other, u"-days"_s, u"30"_s, u"-subj"_s, u"/O=Portlight/CN="_s + name}),
            0);
        QCOMPARE(tool(u"certutil"_s,
                      {u"-A"_s, u"-d"_s, u"sql:"_s + database, u"-n"_s, name, u"-t"_s, u"C,,"_s, u"-i"_s, other}),
                 0);
        const auto untrusted = desk.run({u"untrust"_s});
        QCOMPARE(untrusted.exitCode, 1);
        QVERIFY2(untrusted.out.contains("goes by the same name"), untrusted.out.constData());
        QVERIFY2(untrusted.out.contains("in the browser's own settings"), untrusted.out.constData());
    }

    void oneStoreCanBeNamed()
    {
        const Desk desk;
        QCOMPARE(desk.run({u"trust"_s, u"--store"_s, u"system"_s}).exitCode, 0);
        QCOMPARE(desk.state(u"system"_s), u"trusted"_s);
        QCOMPARE(desk.state(u"nss:"_s), u"not-trusted"_s);
        const auto unknown = desk.run({u"trust"_s, u"--store"_s, u"attic"_s});
        QCOMPARE(unknown.exitCode, 1);
        QVERIFY2(unknown.err.contains("there is: system"), unknown.err.constData());
    }

    void oneThatFailsStopsNoOther()
    {
        const Desk desk;
        QDir(desk.ctl.path({})).mkpath(u".pki/nssdb"_s);
        desk.ctl.write(u".pki/nssdb/cert9.db"_s, "this is no database\n");
        const auto outcome = desk.run({u"trust"_s});
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(desk.state(u"system"_s), u"trusted"_s);
        QVERIFY2(outcome.out.contains("Chromium"), outcome.out.constData());
        const auto json = desk.run({u"trust"_s, u"--json"_s});
        QCOMPARE(json.exitCode, 1);
        QCOMPARE(json.json()[u"ok"_s].toBool(true), false);
    }

    void statusNamesTheSettingsOfOtherPrograms()
    {
        const Desk desk;
        const auto status = desk.run({u"status"_s});
        QCOMPARE(status.exitCode, 0);
        for (const QByteArray &part : {"NODE_EXTRA_CA_CERTS"_ba, "SSL_CERT_FILE"_ba, "CURL_CA_BUNDLE"_ba})
            QVERIFY2(status.out.contains(part), status.out.constData());
    }

    void privilegeIsShownAndAskedFor()
    {
        Desk desk;
        const Unprivileged person(desk);
        const auto no = person.start({u"trust"_s, u"--store"_s, u"system"_s});
        QVERIFY(no->answers("Run it now? [y/N]", 1, "n\n"));
        const auto refused = no->end();
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.err.contains("sudo "), refused.err.constData());
        QVERIFY2(refused.out.contains("as root: "), refused.out.constData());
        QVERIFY(!QFile::exists(desk.ctl.path(u"sudo.log"_s)));

        const auto yes = person.start({u"trust"_s});
        QVERIFY(yes->answers("Run it now? [y/N]", 1, "y\n"));
        const auto done = yes->end();
        QVERIFY2(done.exitCode == 0, (done.out + done.err).constData());
        const QByteArray log = CtlProgram::read(desk.ctl.path(u"sudo.log"_s)).trimmed();
        QVERIFY(!log.isEmpty() && log.count('\n') == 0); // once
        QVERIFY(desk.systemVerifies());
    }

    void privilegeIsUsedUnaskedWhenToldSo()
    {
        Desk desk;
        const Unprivileged person(desk);
        const auto outcome = person.start({u"trust"_s, u"--yes"_s})->end();
        QVERIFY2(outcome.exitCode == 0, (outcome.out + outcome.err).constData());
        QVERIFY2(outcome.err.contains("needs privilege"), outcome.err.constData()); // the command is shown all the same
        QVERIFY(desk.systemVerifies());
    }
};

QTEST_GUILESS_MAIN(CtlCaTrustTest)
#include "tst_ctlcatrust.moc"
