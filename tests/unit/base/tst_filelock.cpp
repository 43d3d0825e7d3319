// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/filelock.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds AtOnce{0};
constexpr std::chrono::milliseconds Long{30'000};

} // namespace

class FileLockTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void cleanup() { QFile::remove(path()); }

    void whoHoldsItIsNamedAndNothingStays()
    {
        {
            const auto held = FileLock::take(path(), AtOnce);
            QVERIFY(held);
            QCOMPARE(lockHolderPid(path()), QCoreApplication::applicationPid());
            const auto refused = FileLock::take(path(), AtOnce);
            QCOMPARE(refused.error().code, ErrorCode::FileLocked);
            QCOMPARE(refused.error().message,
                     u"%1 (process %2)"_s.arg(QFileInfo(QCoreApplication::applicationFilePath()).fileName())
                         .arg(QCoreApplication::applicationPid()));
        }
        QVERIFY(!QFile::exists(path()));
        QVERIFY(FileLock::take(path(), AtOnce));
    }

    // A process may be killed before it has written who it is, and a computer switched off.
    void whatAHolderThatIsGoneLeftIsNoHindrance_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("half a number") << QByteArray("1");
        QTest::newRow("a process that lives") << QByteArray("1\nportlightctl\n");
        QTest::newRow("garbage") << QByteArray("\x00\xff\n\n", 4);
    }
    void whatAHolderThatIsGoneLeftIsNoHindrance()
    {
        QFETCH(const QByteArray, content);
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
        file.close();
        QVERIFY(FileLock::take(path(), AtOnce));
    }

    void aKilledHolderHoldsNothing()
    {
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto lock = FileLock::take(path(), AtOnce);
            if (lock && ::write(ready[1], "x", 1) == 1)
                ::pause();
            ::_exit(1);
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), ssize_t(1));
        QCOMPARE(FileLock::take(path(), AtOnce).error().code, ErrorCode::FileLocked);
        QCOMPARE(::kill(child, SIGKILL), 0);
        QCOMPARE(::waitpid(child, nullptr, 0), child);
        QVERIFY(QFile::exists(path()));
        QVERIFY(FileLock::take(path(), AtOnce));
        ::close(ready[0]);
        ::close(ready[1]);
    }

    void oneHoldsItAtATime()
    {
        std::atomic<int> inside = 0;
        std::atomic<int> tooMany = 0;
        std::atomic<int> done = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int turn = 0; turn < 25; ++turn) {
                    const auto lock = FileLock::take(path(), Long);
                    if (!lock)
                        return;
                    tooMany += ++inside > 1 ? 1 : 0;
                    --inside;
                    ++done;
                }
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(done.load(), 100);
        QCOMPARE(tooMany.load(), 0);
    }

    void aPlaceThatCannotBeWrittenIsSaid()
    {
        const auto refused = FileLock::take(m_folder.filePath(u"missing/lock"_s), AtOnce);
        QCOMPARE(refused.error().code, ErrorCode::FileNotWritable);
        QCOMPARE(refused.error().message, u"No such file or directory"_s);
    }

private:
    QString path() const { return m_folder.filePath(u"lock"_s); }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(FileLockTest)
#include "tst_filelock.moc"
