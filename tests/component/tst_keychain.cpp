// SPDX-License-Identifier: GPL-3.0-or-later
#include "keychain/keychain.h"
#include "privatebus.h"

#include <QCoreApplication>
#include <QDirIterator>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds Soon{200}; // for a keyring that is known to be halted

// The answer to one call, and how often it came.
template<typename T>
struct Answer {
    std::function<void(Result<T>)> callback()
    {
        return [this](const Result<T> &given) {
            ++times;
            result = given;
        };
    }
    bool comes()
    {
        return QTest::qWaitFor([this] { return times > 0; }, BusPatienceMs);
    }
    ErrorCode code() const { return result.ok() ? ErrorCode::None : result.error().code; }
    int times = 0;
    Result<T> result = Error{ErrorCode::None, u"no answer"_s, {}, {}};
};

using Done = Answer<void>;
using Value = Answer<QByteArray>;

} // namespace

// The real GNOME Keyring on a bus of this test's own.
class KeychainTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_bus = std::make_unique<PrivateBus>();
        QProcessEnvironment environment;
        m_bus->enter(environment);
        for (const QString &name : environment.keys())
            qputenv(name.toLatin1(), environment.value(name).toUtf8());
        qunsetenv("DISPLAY");
        qunsetenv("WAYLAND_DISPLAY");
        qunsetenv("XDG_CURRENT_DESKTOP");
        qunsetenv("DESKTOP_SESSION");
        m_bus->startKeyring();
    }
    void cleanup() { m_bus->resumeKeyring(); }
    void cleanupTestCase() { m_bus.reset(); }

    void whatIsWrittenIsReadUntilItIsRemoved()
    {
        Keychain keychain;
        Done written;
        keychain.write(u"one"_s, "secret words", written.callback());
        QCOMPARE(written.times, 0); // never at once
        QVERIFY(written.comes());
        QVERIFY2(written.result.ok(),
                 qPrintable(written.code() == ErrorCode::None ? QString() : written.result.error().toString()));
        Value read;
        Keychain().read(u"one"_s, read.callback()); // answers no more: its keychain is gone
        Keychain another;
        Value again;
        another.read(u"one"_s, again.callback());
        QVERIFY(again.comes());
        QCOMPARE(again.result.ok() ? *again.result : QByteArray(), "secret words"_ba);
        QCOMPARE(read.times, 0);
        Done removed;
        keychain.remove(u"one"_s, removed.callback());
        QVERIFY(removed.comes());
        QVERIFY(removed.result.ok());
        Value gone;
        keychain.read(u"one"_s, gone.callback());
        QVERIFY(gone.comes());
        QCOMPARE(gone.code(), ErrorCode::NotFound);
    }

    void anEntryThatIsMissingSaysWhatToDo()
    {
        Keychain keychain;
        Value read;
        keychain.read(u"nobody wrote this"_s, read.callback());
        QVERIFY(read.comes());
        QCOMPARE(read.code(), ErrorCode::NotFound);
        QVERIFY2(read.result.error().hint.contains(u"ca init --replace"_s), qPrintable(read.result.error().hint));
    }

    void nothingOfItLiesInPlainTextAnywhere()
    {
        Keychain keychain;
        Done written;
        keychain.write(u"hidden"_s, "very plain words", written.callback());
        QVERIFY(written.comes());
        QDir home(m_bus->home());
        QDirIterator files(home.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        int looked = 0;
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly))
                continue;
            ++looked;
            QVERIFY2(!file.readAll().contains("very plain words"), qPrintable(file.fileName()));
        }
        QVERIFY(looked > 0); // the keyring's own file at least
    }

    void aKeychainThatHangsIsGivenUpInTime()
    {
        m_bus->haltKeyring();
        Keychain keychain(Soon);
        Value read;
        keychain.read(u"one"_s, read.callback());
        QVERIFY(read.comes());
        QCOMPARE(read.code(), ErrorCode::KeychainTimeout);
        QVERIFY(!read.result.error().hint.isEmpty());
        Value behind; // the abandoned one
        keychain.read(u"one"_s, behind.callback());
        QVERIFY(behind.comes());
        QCOMPARE(behind.code(), ErrorCode::KeychainTimeout);
        m_bus->resumeKeyring();
        Keychain patient;
        Value later;
        patient.read(u"one"_s, later.callback());
        QVERIFY(later.comes());
        QCOMPARE(later.code(), ErrorCode::NotFound);
        QCOMPARE(read.times, 1);
        QCOMPARE(behind.times, 1);
    }

    void cancellingAnswersEverythingOnce()
    {
        m_bus->haltKeyring();
        Keychain keychain;
        Value read;
        Done written;
        keychain.read(u"one"_s, read.callback());
        keychain.write(u"two"_s, "never", written.callback());
        keychain.cancel();
        QCOMPARE(read.times + written.times, 0);
        QVERIFY(read.comes() && written.comes());
        QCOMPARE(read.code(), ErrorCode::Cancelled);
        QCOMPARE(written.code(), ErrorCode::Cancelled);
        m_bus->resumeKeyring();
        Value two;
        keychain.read(u"two"_s, two.callback());
        QVERIFY(two.comes());
        QCOMPARE(two.code(), ErrorCode::NotFound); // it never began
        QCOMPARE(read.times, 1);
        QCOMPARE(written.times, 1);
    }

    void aWriteThatComesTooLateIsUndone()
    {
        Keychain keychain(Soon);
        m_bus->haltKeyring();
        Done written;
        keychain.write(u"late"_s, "too late", written.callback());
        QVERIFY(written.comes());
        QCOMPARE(written.code(), ErrorCode::KeychainTimeout);
        m_bus->resumeKeyring();
        Keychain patient;
        Value first;
        patient.read(u"late"_s, first.callback()); // behind the write, before what undoes it
        QVERIFY(first.comes());
        Value second;
        patient.read(u"late"_s, second.callback());
        QVERIFY(second.comes());
        QCOMPARE(second.code(), ErrorCode::NotFound);
    }

    void aWriteOfAKeychainThatIsGoneIsUndone()
    {
        m_bus->haltKeyring();
        Done written;
        {
            Keychain keychain;
            keychain.write(u"orphan"_s, "too late", written.callback());
            QCoreApplication::processEvents(); // it begins
        }
        m_bus->resumeKeyring();
        Keychain patient;
        Value first;
        patient.read(u"orphan"_s, first.callback()); // behind the write, before what undoes it
        QVERIFY(first.comes());
        Value second;
        patient.read(u"orphan"_s, second.callback());
        QVERIFY(second.comes());
        QCOMPARE(second.code(), ErrorCode::NotFound);
        QCOMPARE(written.times, 0);
    }

private:
    std::unique_ptr<PrivateBus> m_bus;
};

QTEST_GUILESS_MAIN(KeychainTest)
#include "tst_keychain.moc"
