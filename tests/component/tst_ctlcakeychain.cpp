// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"
#include "privatebus.h"

using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

// portlightctl in a session with a bus.
struct Session {
    Session() { bus.enter(ctl.environment()); }
    CtlProgram::Outcome run(const QStringList &arguments) const { return ctl.run(QStringList{u"ca"_s} + arguments); }
    QString authority() const { return bus.home() + u"/data/portlight/ca"_s; }
    bool hasAuthority() const { return QFile::exists(authority()); }
    // Until a process has called the keyring, which answers nothing.
    static bool asks(const StubbornKeyring &keyring)
    {
        return QTest::qWaitFor([&keyring] { return keyring.calls() > 0; }, BusPatienceMs);
    }

    PrivateBus bus;
    CtlProgram ctl;
};

} // namespace

// The commands before the keychains that there are: none, a good one, a locked one, one that refuses, one that hangs.
class CtlCaKeychainTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theKeychainKeepsThePassphrase()
    {
        Session s;
        s.bus.startKeyring();
        const auto made = s.run({u"init"_s});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        QVERIFY2(made.out.contains("in the keychain"), made.out.constData());
        QVERIFY(!QFile::exists(s.authority() + u"/passphrase"_s));
        const auto issued = s.run({u"issue"_s, u"a.localhost"_s});
        QVERIFY2(issued.exitCode == 0, issued.err.constData());

        s.bus.stopKeyring(); // without one nothing is lost, and nothing can be signed
        const auto refused = s.run({u"issue"_s, u"b.localhost"_s});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.err.contains("no keychain"), refused.err.constData());
        QCOMPARE(s.run({u"show"_s}).exitCode, 0);
        s.bus.startKeyring();
        const auto again = s.run({u"issue"_s, u"b.localhost"_s});
        QVERIFY2(again.exitCode == 0, again.err.constData());
    }

    void withoutABusThereIsNone()
    {
        CtlProgram ctl;
        const auto outcome = ctl.run({u"ca"_s, u"init"_s, u"--protect"_s, u"keychain"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("this session has no D-Bus"), outcome.err.constData());
        QVERIFY2(outcome.err.contains("--protect passphrase"), outcome.err.constData());
        ctl.environment().insert(u"DBUS_SESSION_BUS_ADDRESS"_s, u"unix:path=/nonexistent/bus"_s);
        const auto stale = ctl.run({u"ca"_s, u"init"_s});
        QCOMPARE(stale.exitCode, 1);
        QVERIFY2(stale.err.contains("this session has no D-Bus"), stale.err.constData());
    }

    void aBusWithoutAKeyringIsNamed()
    {
        const Session s;
        const auto outcome = s.run({u"init"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("no keyring runs in this session"), outcome.err.constData());
        QVERIFY(!s.hasAuthority());
    }

    void aLockedKeyringThatCannotAskLeavesNothing()
    {
        Session s;
        s.bus.startKeyring(false); // without any keyring yet, and nobody to make one with
        const auto without = s.run({u"init"_s});
        QCOMPARE(without.exitCode, 1);
        QVERIFY2(without.err.contains("the keychain refused"), without.err.constData());
        s.bus.stopKeyring();
        s.bus.startKeyring(); // makes one
        s.bus.stopKeyring();
        s.bus.startKeyring(false);
        const auto locked = s.run({u"init"_s});
        QCOMPARE(locked.exitCode, 1);
        QVERIFY2(locked.err.contains("the keychain is locked"), locked.err.constData());
        QVERIFY(!s.hasAuthority());
    }

    void aKeyringThatIsNotUnlockedKeepsTheAuthorityLocked()
    {
        Session s;
        s.bus.startKeyring();
        QCOMPARE(s.run({u"init"_s}).exitCode, 0);
        s.bus.stopKeyring();
        s.bus.startKeyring(false); // libsecret finds nothing in a locked one, and says no more
        const auto locked = s.run({u"issue"_s, u"a.localhost"_s});
        QCOMPARE(locked.exitCode, 1);
        QVERIFY2(locked.err.contains("or was not unlocked"), locked.err.constData());
        QVERIFY(s.hasAuthority());
    }

    void aRefusalIsPassedOn()
    {
        const Session s;
        const StubbornKeyring keyring(s.bus, u"org.freedesktop.DBus.Error.AccessDenied"_s);
        const auto outcome = s.run({u"init"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("the keychain refused") && outcome.err.contains("not for you"),
                 outcome.err.constData());
        QVERIFY(!s.hasAuthority());
    }

    void aLockThatIsReportedIsCalledOne()
    {
        const Session s;
        const StubbornKeyring keyring(s.bus, u"org.freedesktop.Secret.Error.IsLocked"_s);
        const auto outcome = s.run({u"init"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("the keychain is locked"), outcome.err.constData());
    }

    void waitingIsSaidAndCanBeGivenUp()
    {
        const Session s;
        const StubbornKeyring keyring(s.bus, {});
        const auto process = s.ctl.start({u"ca"_s, u"init"_s});
        QVERIFY(Session::asks(keyring));
        QByteArray err;
        QVERIFY(QTest::qWaitFor(
            [&] { return (err += process->readAllStandardError()).contains("waiting for the keychain"); },
            BusPatienceMs));
        QVERIFY2(err.contains("Ctrl+C"), err.constData());
        CtlProgram::signal(*process, SIGINT);
        const auto outcome = CtlProgram::wait(*process);
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("given up"), outcome.err.constData());
        QVERIFY(!s.hasAuthority());
        QVERIFY(QDir(s.bus.home() + u"/data/portlight"_s).isEmpty());
    }
};

QTEST_GUILESS_MAIN(CtlCaKeychainTest)
#include "tst_ctlcakeychain.moc"
