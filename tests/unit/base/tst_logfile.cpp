// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/gziptext.h"
#include "base/logfilecache.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>

using namespace portlight;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class LogFileTest : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;

    QString name(const char *file) const { return m_dir.filePath(QString::fromLatin1(file)); }
    QByteArray path(const char *file) const { return QFile::encodeName(name(file)); }
    QByteArray content(const char *file) const
    {
        QFile opened(name(file));
        return opened.open(QIODevice::ReadOnly) ? opened.readAll() : "missing"_ba;
    }
    static std::unique_ptr<LogFile> opened(const QByteArray &path, const LogFileOptions &options = {})
    {
        auto file = LogFile::open(path, options);
        return file ? std::move(*file) : nullptr;
    }
    // What gunzip makes of a file.
    QByteArray unzipped(const char *file) const
    {
        QProcess gunzip;
        gunzip.start(u"gzip"_s, {u"-dc"_s, name(file)});
        if (!gunzip.waitForFinished() || gunzip.exitCode() != 0)
            return "gzip failed: " + gunzip.readAllStandardError();
        return gunzip.readAllStandardOutput();
    }

private Q_SLOTS:
    void linesAreAppendedAtOnceAndTheFileIsMade()
    {
        const auto log = opened(path("plain.log"));
        QVERIFY(log);
        QVERIFY(!log->write("one\n", 1s));
        QCOMPARE(content("plain.log"), "one\n"_ba);
        QVERIFY(!log->write("two\n", 1s));
        QCOMPARE(content("plain.log"), "one\ntwo\n"_ba);
        const auto other = opened(path("plain.log"));
        QVERIFY(!other->write("three\n", 1s));
        QVERIFY(!log->write("four\n", 1s));
        QCOMPARE(content("plain.log"), "one\ntwo\nthree\nfour\n"_ba);
    }
    void aBufferIsWrittenWhenItIsFull()
    {
        const auto log = opened(path("buffered.log"), {10, 0ms, 0});
        QVERIFY(!log->write("1234\n", 1s));
        QVERIFY(!log->write("5678\n", 1s)); // exactly full
        QCOMPARE(content("buffered.log"), ""_ba);
        QVERIFY(!log->isEmpty());
        QVERIFY(!log->write("9\n", 1s)); // one past it
        QCOMPARE(content("buffered.log"), "1234\n5678\n"_ba);
        QVERIFY(!log->flush(1s));
        QCOMPARE(content("buffered.log"), "1234\n5678\n9\n"_ba);
        QVERIFY(log->isEmpty());
    }
    void aLineLargerThanTheBufferGoesBehindWhatWaits()
    {
        const auto log = opened(path("long.log"), {10, 0ms, 0});
        QVERIFY(!log->write("12\n", 1s));
        QVERIFY(!log->write("0123456789\n", 1s));
        QCOMPARE(content("long.log"), "12\n0123456789\n"_ba);
        QVERIFY(log->isEmpty());
    }
    void theEndWritesWhatIsBuffered()
    {
        {
            const auto log = opened(path("end.log"), {100, 0ms, 0});
            QVERIFY(!log->write("kept\n", 1s));
        }
        QCOMPARE(content("end.log"), "kept\n"_ba);
    }
    void aMovedFileIsLeftAtReopening()
    {
        const auto log = opened(path("rotate.log"), {100, 0ms, 0});
        QVERIFY(!log->write("before\n", 1s));
        QVERIFY(QFile::rename(name("rotate.log"), name("rotate.log.1")));
        QVERIFY(log->reopen(1s).ok());
        QVERIFY(!log->write("after\n", 1s));
        QVERIFY(!log->flush(1s));
        QCOMPARE(content("rotate.log.1"), "before\n"_ba);
        QCOMPARE(content("rotate.log"), "after\n"_ba);
    }
    void reopeningThatFailsGoesOnInTheOldFile()
    {
        QVERIFY(QDir(m_dir.path()).mkdir(u"gone"_s));
        const auto log = opened(path("gone/a.log"));
        QVERIFY(log);
        QVERIFY(QFile::rename(name("gone"), name("moved")));
        const auto reopened = log->reopen(1s);
        QVERIFY(!reopened.ok());
        QCOMPARE(reopened.error().message,
                 u"open() \"%1\" failed (2: No such file or directory)"_s.arg(name("gone/a.log")));
        QVERIFY(!log->write("still\n", 1s));
        QCOMPARE(content("moved/a.log"), "still\n"_ba);
    }
    void aPathThatCannotBeOpenedSaysWhy()
    {
        const auto log = LogFile::open(path("no/such/dir.log"));
        QVERIFY(!log.ok());
        QCOMPARE(log.error().code, ErrorCode::FileNotWritable);
        QCOMPARE(log.error().message,
                 u"open() \"%1\" failed (2: No such file or directory)"_s.arg(name("no/such/dir.log")));
    }
    void aFullDiskComplainsOnceAMinuteAndPausesForThatSecond()
    {
        const auto log = opened("/dev/full");
        QVERIFY(log);
        const auto first = log->write("lost\n", 1000s);
        QVERIFY(first.has_value());
        QCOMPARE(first->level, LogLevel::Alert);
        QCOMPARE(first->text, "write() to \"/dev/full\" failed (28: No space left on device)"_ba);
        QVERIFY(!log->write("lost\n", 1000s));
        QVERIFY(!log->write("lost\n", 1001s));
        QVERIFY(!log->write("lost\n", 1059s));
        QVERIFY(log->write("lost\n", 1060s).has_value());
    }
    void aBufferThatCannotBeWrittenIsDropped()
    {
        const auto log = opened("/dev/full", {8, 0ms, 0});
        QVERIFY(!log->write("1234567\n", 5s));
        QVERIFY(log->write("89\n", 5s).has_value());
        QVERIFY(!log->isEmpty());
        QVERIFY(!log->write("ab\n", 5s));
        QVERIFY(!log->flush(6s)); // complained already
        QVERIFY(log->isEmpty());
    }
    void aPipeThatNobodyEmptiesLosesLinesAndDoesNotBlock()
    {
        QCOMPARE(::mkfifo(path("fifo").constData(), 0600), 0);
        QVERIFY(!LogFile::open(path("fifo")).ok()); // nobody reads: an error, not a wait
        const int reader = ::open(path("fifo").constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        QVERIFY(reader >= 0);
        const auto log = opened(path("fifo"));
        QVERIFY(log);
        const QByteArray line = QByteArray(4095, 'x') + '\n';
        std::optional<LogComplaint> complaint;
        for (int i = 0; i < 1000 && !complaint; ++i)
            complaint = log->write(line, 1s);
        QVERIFY(complaint.has_value());
        QVERIFY2(complaint->text.contains("failed (11: Resource temporarily unavailable)"),
                 complaint->text.constData());
        ::close(reader);
    }
    void gzipIsReadableWhileTheLogGoesOn()
    {
        const auto log = opened(path("a.log.gz"), {1000, 0ms, 1});
        QVERIFY(!log->write("first\n", 1s));
        QVERIFY(!log->flush(1s));
        QCOMPARE(unzipped("a.log.gz"), "first\n"_ba);
        QByteArray all = "first\n";
        for (int i = 0; i < 1000; ++i) {
            const QByteArray line = QByteArray::number(i) + '\n';
            all += line;
            QVERIFY(!log->write(line, 1s));
        }
        QVERIFY(!log->flush(1s));
        QCOMPARE(unzipped("a.log.gz"), all);
    }
    void gzipTakesEverySizeAndLevel()
    {
        for (const qsizetype size : {0, 1, 100, 8000, 16121, 16122, 70000}) {
            for (int level = 1; level <= 9; level += 4) {
                QByteArray text(size, Qt::Uninitialized);
                for (qsizetype i = 0; i < size; ++i)
                    text[i] = char('a' + i * 7919 % 23);
                QFile file(name("size.gz"));
                QVERIFY(file.open(QIODevice::WriteOnly));
                file.write(gzipText(text, level));
                file.close();
                QCOMPARE(unzipped("size.gz"), text);
            }
        }
    }
    void withoutACacheEachLineOpensItsFile()
    {
        LogFileCache cache({});
        QVERIFY(!cache.write(path("v1.log"), "a\n", 1s));
        QCOMPARE(cache.openFiles(), 0);
        QVERIFY(QFile::remove(name("v1.log")));
        QVERIFY(!cache.write(path("v1.log"), "b\n", 1s));
        QCOMPARE(content("v1.log"), "b\n"_ba);
        const auto failed = cache.write(path("no/v.log"), "c\n", 1s);
        QVERIFY(failed.has_value());
        QCOMPARE(failed->level, LogLevel::Crit);
        QVERIFY(cache.write(path("no/v.log"), "c\n", 1s).has_value());
    }
    void theCacheKeepsTheMostRecentlyUsed()
    {
        LogFileCache cache({2, 10s, 60s, 1});
        for (const char *file : {"c1.log", "c2.log"})
            QVERIFY(!cache.write(path(file), "a\n", 1s));
        QCOMPARE(cache.openFiles(), 2); // full
        QVERIFY(!cache.write(path("c1.log"), "a\n", 2s));
        QVERIFY(!cache.write(path("c3.log"), "a\n", 2s)); // one past it: c2 goes
        QCOMPARE(cache.openFiles(), 2);
        QVERIFY(QFile::remove(name("c1.log")));
        QVERIFY(QFile::remove(name("c2.log")));
        QVERIFY(!cache.write(path("c1.log"), "lost\n", 3s));
        QCOMPARE(content("c1.log"), "missing"_ba);
        QVERIFY(!cache.write(path("c2.log"), "b\n", 3s));
        QCOMPARE(content("c2.log"), "b\n"_ba);
    }
    void aNameIsLookedAtAgainWhenItWasValidLongEnough()
    {
        LogFileCache cache({10, 1000s, 60s, 1});
        QVERIFY(!cache.write(path("valid.log"), "a\n", 100s));
        QVERIFY(QFile::rename(name("valid.log"), name("valid.log.1")));
        QVERIFY(!cache.write(path("valid.log"), "b\n", 159s));
        QCOMPARE(content("valid.log.1"), "a\nb\n"_ba);
        QVERIFY(!cache.write(path("valid.log"), "c\n", 160s));
        QCOMPARE(content("valid.log"), "c\n"_ba);
    }
    void inactiveFilesAreClosed()
    {
        LogFileCache cache({10, 10s, 60s, 1});
        QVERIFY(!cache.write(path("i1.log"), "a\n", 100s));
        QVERIFY(!cache.write(path("i2.log"), "a\n", 110s));
        QCOMPARE(cache.openFiles(), 2);
        QVERIFY(!cache.write(path("i2.log"), "a\n", 111s));
        QCOMPARE(cache.openFiles(), 1);
    }
    void aFileStaysOpenOnceItWasUsedOften()
    {
        LogFileCache cache({10, 10s, 60s, 3});
        QVERIFY(!cache.write(path("u.log"), "a\n", 1s));
        QVERIFY(!cache.write(path("u.log"), "b\n", 1s));
        QCOMPARE(cache.openFiles(), 0);
        QVERIFY(!cache.write(path("u.log"), "c\n", 1s));
        QCOMPARE(cache.openFiles(), 1);
        QCOMPARE(content("u.log"), "a\nb\nc\n"_ba);
        cache.clear();
        QCOMPARE(cache.openFiles(), 0);
    }
};

QTEST_APPLESS_MAIN(LogFileTest)
#include "tst_logfile.moc"
