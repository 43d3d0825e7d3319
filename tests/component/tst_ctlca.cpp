// SPDX-License-Identifier: GPL-3.0-or-later
#include "atterminal.h"
#include "pki/localauthority.h"

#include <QDirIterator>
#include <QJsonArray>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray Words = "correct horse battery\n";

QString secretFile(const CtlProgram &ctl, const QString &name, const QByteArray &text)
{
    const QString file = ctl.write(name, text);
    QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner);
    return file;
}

CtlProgram::Outcome initWithFile(const CtlProgram &ctl, const QStringList &more = {})
{
    return ctl.run(QStringList{u"ca"_s, u"init"_s, u"--protect"_s, u"file"_s} + more);
}

// What lies in the authority's folder and beside it, with its content.
QHash<QString, QByteArray> filesOf(const CtlProgram &ctl)
{
    QHash<QString, QByteArray> files;
    QDirIterator all(ctl.path(u"data"_s), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        const QString file = all.next();
        files.insert(file, CtlProgram::read(file));
    }
    return files;
}

} // namespace

// The commands without a keychain.
class CtlCaTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void withoutAKeychainItNamesBothWays()
    {
        const CtlProgram ctl;
        const auto outcome = ctl.run({u"ca"_s, u"init"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("there is no keychain"), outcome.err.constData());
        QVERIFY2(outcome.err.contains("--protect passphrase") && outcome.err.contains("--protect file"),
                 outcome.err.constData());
        QVERIFY(filesOf(ctl).isEmpty());
        const auto json = ctl.run({u"ca"_s, u"init"_s, u"--json"_s});
        QCOMPARE(json.exitCode, 1);
        QCOMPARE(json.json().value(u"ok"_s).toBool(true), false);
    }

    void aPassphraseInAFileIsAChoiceThatStaysVisible()
    {
        const CtlProgram ctl;
        const auto made = initWithFile(ctl);
        QVERIFY2(made.exitCode == 0, made.err.constData());
        QVERIFY2(made.out.contains("portlightctl ca trust"), made.out.constData());
        const QString file = ctl.authority() + u"/passphrase"_s;
        QVERIFY(!(QFile::permissions(file) & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup)));
        for (const QStringList &command : {QStringList{u"ca"_s, u"show"_s},
                                           QStringList{u"ca"_s, u"status"_s, u"--system-root"_s, ctl.path(u"sys"_s)}}) {
            const auto shown = ctl.run(command);
            QCOMPARE(shown.exitCode, 0);
            QVERIFY2(shown.out.toLower().contains("warning"), shown.out.constData());
        }
        const QByteArray secret = CtlProgram::read(file).trimmed();
        QVERIFY(secret.size() >= 32 && !made.out.contains(secret) && !made.err.contains(secret));
    }

    void domainsGetHttpsByDefault()
    {
        const CtlProgram ctl;
        QCOMPARE(ctl.run({u"add"_s, u"shop"_s, u"3000"_s}).out.count("http://shop.localhost:8080"), 1);
        QCOMPARE(ctl.run({u"add"_s, u"shop.example.com"_s, u"3001"_s}).exitCode, 0);
        const auto made = initWithFile(ctl);
        QVERIFY2(made.out.contains("HTTPS is on for shop.localhost."), made.out.constData());
        const QByteArray list = ctl.run({u"list"_s}).out;
        QVERIFY2(list.contains("https://shop.localhost:8443"), list.constData());
        QVERIFY2(list.contains("http://shop.example.com:8080"), list.constData()); // no name that it may sign
        const auto added = ctl.run({u"add"_s, u"--json"_s, u"api"_s, u"3002"_s});
        QCOMPARE(added.json()[u"domain"_s][u"url"_s].toString(), u"https://api.localhost:8443"_s);
        const auto checked = ctl.run({u"check"_s});
        QVERIFY2(checked.exitCode == 0 && checked.out.isEmpty(), checked.out.constData()); // no key is needed
    }

    void aNewDomainThatItMayNotSignSaysWhatItTakes()
    {
        const CtlProgram ctl;
        const QStringList add{u"add"_s, u"shop.example.com"_s, u"3001"_s};
        QVERIFY(!ctl.run(add).err.contains("HTTPS")); // there is no authority, which is nobody's mistake
        QCOMPARE(ctl.run({u"remove"_s, u"shop.example.com"_s}).exitCode, 0);
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        const auto added = ctl.run(add);
        QCOMPARE(added.exitCode, 0);
        QVERIFY2(added.err.contains("has no HTTPS") && added.err.contains("another suffix needs a new root")
                     && added.err.contains("--suffix example.com"),
                 added.err.constData());
        QCOMPARE(ctl.run({u"remove"_s, u"shop.example.com"_s}).exitCode, 0);
        const QJsonObject report = ctl.run(add + QStringList{u"--json"_s}).json();
        QVERIFY(report[u"withoutHttps"_s][u"hint"_s].toString().contains(u"--suffix example.com"_s));
    }

    void aPortThatIsTakenWithoutTlsIsNamed()
    {
        const CtlProgram ctl;
        QCOMPARE(ctl.run({u"add"_s, u"shop"_s, u"3000"_s}).exitCode, 0);
        QByteArray config = CtlProgram::read(ctl.ownConfig());
        config.truncate(config.lastIndexOf('}'));
        ctl.write(u"config/portlight/portlight.conf"_s,
                  config + "    server {\n        listen 127.0.0.1:8443;\n        return 204;\n    }\n}\n");
        const auto made = initWithFile(ctl);
        QCOMPARE(made.exitCode, 1); // the authority is there, HTTPS is not
        for (const auto &outcome : {made, ctl.run({u"add"_s, u"web"_s, u"3001"_s})}) {
            QVERIFY2(outcome.err.contains("port 8443 is listened on without TLS")
                         && outcome.err.contains("portlight.conf:") && outcome.err.contains("another port"),
                     outcome.err.constData());
        }
        QVERIFY(ctl.run({u"ca"_s, u"show"_s}).exitCode == 0);
    }

    void suffixesAreTakenAsPeopleWriteThem_data()
    {
        QTest::addColumn<QString>("written");
        QTest::addColumn<QString>("suffix");
        QTest::newRow("dot") << u".dev.test"_s << u"dev.test"_s;
        QTest::newRow("star") << u"*.dev.test"_s << u"dev.test"_s;
        QTest::newRow("capitals") << u"Dev.Test."_s << u"dev.test"_s;
        const QString longest = u"abcdefgh."_s.repeated(27) + u"localhost"_s;
        QTest::newRow("long") << longest << longest;
    }
    void suffixesAreTakenAsPeopleWriteThem()
    {
        QFETCH(const QString, written);
        QFETCH(const QString, suffix);
        const CtlProgram ctl;
        const auto made = initWithFile(ctl, {u"--suffix"_s, written, u"--json"_s});
        QVERIFY2(made.exitCode == 0, made.out.constData());
        QCOMPARE(made.json()[u"authority"_s][u"suffixes"_s].toArray(), QJsonArray{suffix});
        QCOMPARE(made.json()[u"authority"_s][u"certificates"_s].toArray().size(), 1);
    }

    void aSecondOneMustBeAskedFor()
    {
        const CtlProgram ctl;
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        const auto before = filesOf(ctl);
        const auto again = initWithFile(ctl);
        QCOMPARE(again.exitCode, 1);
        QVERIFY2(again.err.contains("--replace"), again.err.constData());
        QCOMPARE(filesOf(ctl), before);
        const auto replaced = initWithFile(ctl, {u"--replace"_s, u"--suffix"_s, u"dev.example.com"_s});
        QVERIFY2(replaced.exitCode == 0, replaced.err.constData());
        QVERIFY2(replaced.out.contains("ca.old-1"), replaced.out.constData());
        const QJsonObject shown = ctl.run({u"ca"_s, u"show"_s, u"--json"_s}).json();
        QCOMPARE(shown[u"authority"_s][u"suffixes"_s].toArray(), QJsonArray{u"dev.example.com"_s});
    }

    void aPassphraseComesFromAFileThatNobodyElseReads()
    {
        const CtlProgram ctl;
        const QString words = secretFile(ctl, u"words"_s, Words);
        const QStringList init{u"ca"_s, u"init"_s, u"--passphrase-file"_s, words};
        QFile::setPermissions(words, QFile::ReadOwner | QFile::ReadOther);
        const auto open = ctl.run(init);
        QCOMPARE(open.exitCode, 1);
        QVERIFY2(open.err.contains("chmod 600"), open.err.constData());
        QFile::setPermissions(words, QFile::ReadOwner);
        const auto made = ctl.run(init);
        QVERIFY2(made.exitCode == 0, made.err.constData());
        QVERIFY(!made.out.contains(Words.trimmed()) && !made.err.contains(Words.trimmed()));

        const auto locked = ctl.run({u"ca"_s, u"issue"_s, u"a.localhost"_s});
        QCOMPARE(locked.exitCode, 1);
        QVERIFY2(locked.err.contains("--passphrase-file"), locked.err.constData());
        const QString wrong = secretFile(ctl, u"wrong"_s, "wrong horse battery\n");
        QCOMPARE(ctl.run({u"ca"_s, u"issue"_s, u"--passphrase-file"_s, wrong, u"a.localhost"_s}).exitCode, 1);
        const auto issued = ctl.run({u"ca"_s, u"issue"_s, u"--passphrase-file"_s, words, u"a.localhost"_s});
        QVERIFY2(issued.exitCode == 0, issued.err.constData());
        QVERIFY(QFile::exists(ctl.path(u"a.localhost.pem"_s)));
        for (const QByteArray &content : filesOf(ctl))
            QVERIFY(!content.contains(Words.trimmed()));
    }

    void aPassphraseComesFromStandardInput()
    {
        const CtlProgram ctl;
        const auto process =
            ctl.start({u"ca"_s, u"init"_s, u"--protect"_s, u"passphrase"_s, u"--passphrase-file"_s, u"-"_s});
        process->write(Words);
        process->closeWriteChannel();
        QCOMPARE(CtlProgram::wait(*process).exitCode, 0);
        const auto shortOne = ctl.start({u"ca"_s, u"init"_s, u"--replace"_s, u"--passphrase-file"_s, u"-"_s});
        shortOne->write("short\n");
        shortOne->closeWriteChannel();
        const auto outcome = CtlProgram::wait(*shortOne);
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("8 characters at least"), outcome.err.constData());
    }

    void somebodyAtTheTerminalIsAskedTwiceAndUnseen()
    {
        CtlProgram ctl;
        const QString portlightctl = QStringLiteral(PORTLIGHT_BINARY_DIR "/portlightctl");
        AtTerminal person(ctl.environment(), portlightctl, {u"ca"_s, u"init"_s}); // there is no keychain
        QVERIFY(person.answers("A passphrase for the keys", 1, Words));
        QVERIFY(person.answers("The same again", 1, "something else\n"));
        QVERIFY(person.answers("A passphrase for the keys", 2, Words));
        QVERIFY(person.answers("The same again", 2, "correct horse batterx\x7fy\n"));
        const auto outcome = person.end();
        QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
        QVERIFY2(outcome.err.contains("The two differ"), outcome.err.constData());
        QVERIFY2(!person.echo().contains("correct"), person.echo().constData());

        AtTerminal later(ctl.environment(), portlightctl,
                         {u"ca"_s, u"issue"_s, u"-o"_s, ctl.path(u"out"_s), u"a.localhost"_s});
        QVERIFY(later.answers("Passphrase of the local authority", 1, Words));
        const auto issued = later.end();
        QVERIFY2(issued.exitCode == 0, issued.err.constData());

        AtTerminal undecided(ctl.environment(), portlightctl, {u"ca"_s, u"issue"_s, u"b.localhost"_s});
        QVERIFY(undecided.answers("Passphrase of the local authority", 1, "\x03"));
        QCOMPARE(undecided.end().exitCode, 1);
    }

    void certificatesAreWrittenForOthers()
    {
        const CtlProgram ctl;
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        const auto issued = ctl.run({u"ca"_s, u"issue"_s, u"--json"_s, u"-o"_s, u"certs"_s, u"*.shop.localhost"_s,
                                     u"shop.localhost"_s, u"127.0.0.1"_s});
        QVERIFY2(issued.exitCode == 0, issued.err.constData());
        const QString pem = ctl.path(u"certs/_wildcard.shop.localhost.pem"_s);
        const QString key = ctl.path(u"certs/_wildcard.shop.localhost-key.pem"_s);
        QVERIFY(!(QFile::permissions(key) & (QFile::ReadGroup | QFile::ReadOther)));
        QVERIFY(CtlProgram::read(key).startsWith("-----BEGIN PRIVATE KEY-----"));
        const QString root = ctl.write(u"root.pem"_s, ctl.run({u"ca"_s, u"show"_s, u"--pem"_s}).out);
        QProcess verify; // by the real thing
        verify.start(u"openssl"_s, {u"verify"_s, u"-CAfile"_s, root, u"-untrusted"_s, pem, u"-purpose"_s,
                                    u"sslserver"_s, u"-verify_hostname"_s, u"a.shop.localhost"_s, pem});
        QCOMPARE(CtlProgram::wait(verify).exitCode, 0);

        const QString password = secretFile(ctl, u"password"_s, "open sesame\n");
        const auto bundle =
            ctl.run({u"ca"_s, u"issue"_s, u"--pkcs12"_s, u"--password-file"_s, password, u"api.localhost"_s});
        QVERIFY2(bundle.exitCode == 0, bundle.err.constData());
        for (const QString &file : {ctl.path(u"api.localhost.p12"_s), ctl.path(u"root.p12"_s)}) {
            if (!QFile::exists(file))
                QCOMPARE(ctl.run({u"ca"_s, u"show"_s, u"--pkcs12"_s, file, u"--password-file"_s, password}).exitCode,
                         0);
            QProcess open;
            open.start(u"openssl"_s, {u"pkcs12"_s, u"-in"_s, file, u"-noout"_s, u"-passin"_s, u"file:"_s + password});
            QCOMPARE(CtlProgram::wait(open).exitCode, 0);
        }
        const auto outside = ctl.run({u"ca"_s, u"issue"_s, u"example.com"_s});
        QCOMPARE(outside.exitCode, 1);
        QVERIFY2(outside.err.contains("example.com"), outside.err.constData());
        QVERIFY(!QFile::exists(ctl.path(u"example.com.pem"_s)));
    }

    void certificatesAreNamedAfterWhatTheyAreFor()
    {
        const CtlProgram ctl;
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        const auto issue = [&ctl](const QString &name) {
            return ctl.run({u"ca"_s, u"issue"_s, name, u"-o"_s, ctl.path(u"out"_s)});
        };
        QCOMPARE(issue(u"a b.test"_s).exitCode, 1);
        QVERIFY(!QFile::exists(ctl.path(u"out"_s)));
        QCOMPARE(issue(u"API.Localhost."_s).exitCode, 0);
        QVERIFY(QFile::exists(ctl.path(u"out/api.localhost.pem"_s)));
        const QString longest = u"abcdefgh."_s.repeated(27) + u"localhost"_s; // 252 bytes
        const auto issued = issue(longest);
        QVERIFY2(issued.exitCode == 0, issued.err.constData());
        const auto wildcard = issue(u"*.test"_s);
        QCOMPARE(wildcard.exitCode, 0);
        QVERIFY2(wildcard.err.contains("browsers do not accept \"*.test\""), wildcard.err.constData());
        QVERIFY(!issue(u"*.shop.test"_s).err.contains("browsers"));
    }

    void programsThatIssueTheSameAtOnceAllSucceed()
    {
        const CtlProgram ctl;
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        std::vector<std::unique_ptr<QProcess>> programs;
        for (int i = 0; i < 8; ++i)
            programs.push_back(ctl.start({u"ca"_s, u"issue"_s, u"same.test"_s, u"-o"_s, ctl.path(QString::number(i))}));
        for (const auto &program : programs) {
            const auto outcome = CtlProgram::wait(*program);
            QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
        }
    }

    void damageIsNamedOnceWithItsPlaceAndRemedy()
    {
        const CtlProgram ctl;
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        const QByteArray key = (ctl.authority() + u"/root.key"_s).toUtf8();
        QVERIFY(QFile::remove(QString::fromUtf8(key)));
        for (const QStringList &command : {QStringList{u"show"_s}, QStringList{u"issue"_s, u"a.test"_s}}) {
            const auto outcome = ctl.run(QStringList{u"ca"_s} + command);
            QCOMPARE(outcome.exitCode, 1);
            QVERIFY2(outcome.err.count(key) == 1 && outcome.err.count("cannot be used") == 1, outcome.err.constData());
            QVERIFY2(outcome.err.contains("ca init --replace"), outcome.err.constData());
        }
    }

    void aPassphraseThatIsLostSaysWhatToDo()
    {
        const CtlProgram ctl;
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        QVERIFY(QFile::remove(ctl.authority() + u"/passphrase"_s));
        const auto outcome = ctl.run({u"ca"_s, u"issue"_s, u"a.test"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("/passphrase") && outcome.err.contains("from a backup"), outcome.err.constData());
    }

    void aRootThatHasExpiredIsShownAsSuch()
    {
        const CtlProgram ctl;
        AuthorityPlan plan;
        plan.protection = KeyProtection::File;
        const auto longAgo = [] { return QDateTime::currentDateTimeUtc().addYears(-11); };
        QVERIFY(LocalAuthority::create(ctl.authority(), plan, "a long passphrase", longAgo));
        for (const QStringList &command : {QStringList{u"ca"_s, u"show"_s},
                                           QStringList{u"ca"_s, u"status"_s, u"--system-root"_s, ctl.path(u"sys"_s)}}) {
            const auto shown = ctl.run(command);
            QVERIFY2(shown.out.contains("the root has expired"), shown.out.constData());
        }
    }

    void outputThatCannotBeWrittenIsAFailure()
    {
        CtlProgram ctl;
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        QProcess shell;
        shell.setProcessEnvironment(ctl.environment());
        shell.start(u"sh"_s, {u"-c"_s, u"exec %1/portlightctl ca show --pem >/dev/full"_s.arg(
                                           QStringLiteral(PORTLIGHT_BINARY_DIR))});
        const auto outcome = CtlProgram::wait(shell);
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("standard output cannot be written"), outcome.err.constData());
    }

    void withoutAnAuthorityEverythingSaysHowToGetOne()
    {
        const CtlProgram ctl;
        for (const QString &command : {u"show"_s, u"status"_s, u"trust"_s, u"untrust"_s}) {
            const auto outcome = ctl.run({u"ca"_s, command});
            QCOMPARE(outcome.exitCode, 1);
            QVERIFY2(outcome.err.contains("portlightctl ca init"), outcome.err.constData());
        }
        QCOMPARE(ctl.run({u"ca"_s, u"issue"_s, u"a.localhost"_s}).exitCode, 1);
        QCOMPARE(ctl.run({u"ca"_s}).exitCode, 2);
        QCOMPARE(ctl.run({u"ca"_s, u"dance"_s}).exitCode, 2);
        QCOMPARE(ctl.run({u"ca"_s, u"init"_s, u"--protect"_s, u"hope"_s}).exitCode, 2);
        QCOMPARE(ctl.run({u"help"_s, u"ca"_s}).exitCode, 0);
        QVERIFY(ctl.run({u"ca"_s, u"trust"_s, u"--help"_s}).out.startsWith("Usage: portlightctl ca trust"));
    }

    void aHomeThatCannotBeWrittenIsNamed()
    {
        CtlProgram ctl;
        ctl.environment().insert(u"XDG_DATA_HOME"_s, u"/proc/portlight-data"_s); // for root as well
        const auto outcome = initWithFile(ctl);
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("/proc/portlight-data"), outcome.err.constData());
    }

    // A limit on the size of files stands for a disk that is full: a write fails in the midst.
    void aFullDiskLeavesThePreviousState()
    {
        CtlProgram ctl;
        QCOMPARE(initWithFile(ctl).exitCode, 0);
        const auto before = filesOf(ctl);
        const auto cramped = [&ctl](const QString &arguments) {
            QProcess shell;
            shell.setProcessEnvironment(ctl.environment());
            shell.setWorkingDirectory(ctl.path({}));
            // Blocks of 512 bytes: a key fits, a certificate does not.
            shell.start(u"sh"_s, {u"-c"_s, u"ulimit -f 1; exec %1/portlightctl %2"_s.arg(
                                               QStringLiteral(PORTLIGHT_BINARY_DIR), arguments)});
            return CtlProgram::wait(shell);
        };
        for (const QString &arguments : {u"ca init --replace --protect file"_s, u"ca issue other.localhost"_s,
                                         u"ca init --replace --protect file --suffix test"_s}) {
            const auto outcome = cramped(arguments);
            QCOMPARE(outcome.exitCode, 1);
            QVERIFY2(outcome.err.contains("cannot be written") || outcome.err.contains("too large"),
                     outcome.err.constData());
            QCOMPARE(filesOf(ctl), before);
        }
        QCOMPARE(ctl.run({u"ca"_s, u"issue"_s, u"still.localhost"_s}).exitCode, 0);
    }
};

QTEST_GUILESS_MAIN(CtlCaTest)
#include "tst_ctlca.moc"
