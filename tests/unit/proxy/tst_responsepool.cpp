// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/responsepool.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/resource.h>
#include <utility>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

// The program's files may not grow beyond `bytes` while this lives: what a full disk looks like.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

// What our own descriptors point at.
QStringList openFiles()
{
    QStringList names;
    const QDir folder(u"/proc/self/fd"_s);
    for (const QString &entry : folder.entryList(QDir::Files | QDir::System))
        names += QFile::symLinkTarget(folder.filePath(entry));
    return names;
}

} // namespace

class ResponsePoolTest : public QObject
{
    Q_OBJECT
    BufferPool m_buffers;
    quint32 m_number = 0;

    Buffer bytes(const QByteArray &text)
    {
        Buffer buffer = m_buffers.take(quint32(text.size()));
        std::memcpy(buffer.room(), text.constData(), size_t(text.size()));
        buffer.grow(quint32(text.size()));
        return buffer;
    }
    static QByteArray pattern(qsizetype size, int seed)
    {
        QByteArray text(size, Qt::Uninitialized);
        for (qsizetype i = 0; i < size; ++i)
            text[i] = char((i * 31 + i / 251 + seed) & 0xff);
        return text;
    }
    QByteArray takeAll(ResponsePool &pool, qint64 step = BufferPool::LargeBytes)
    {
        QByteArray all;
        while (!pool.isEmpty()) {
            const Buffer part = pool.take(m_buffers, step);
            if (part.isEmpty())
                return "failed";
            all.append(part.data(), part.size());
        }
        return all;
    }

private Q_SLOTS:
    void bytesComeOutInTheirOrder()
    {
        ResponsePool pool;
        pool.begin({}, &m_number);
        QVERIFY(pool.isEmpty());
        pool.append(bytes("one "));
        pool.append(bytes("two "));
        pool.append({});
        QCOMPARE(pool.bytes(), 8);
        QCOMPARE(takeAll(pool), "one two ");
        QVERIFY(!pool.usesFile());
    }

    void aPartMayBeTaken()
    {
        ResponsePool pool;
        pool.begin({}, &m_number);
        pool.append(bytes("0123456789"));
        const Buffer head = pool.take(m_buffers, 3);
        QCOMPARE(QByteArrayView(head.data(), head.size()), "012");
        QCOMPARE(pool.bytes(), 7);
        QCOMPARE(takeAll(pool, 2), "3456789");
    }

    void fullAtItsBoundAndNotBelow()
    {
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 10, .folder = {}}, &m_number);
        pool.append(bytes("012345678"));
        QVERIFY(!pool.isFull());
        pool.append(bytes("9"));
        QVERIFY(pool.isFull());
        pool.take(m_buffers, 4);
        QVERIFY(!pool.isHalfEmpty());
        pool.take(m_buffers, 1);
        QVERIFY(pool.isHalfEmpty());
    }

    void smallPartsShareTheirBlocks()
    {
        ResponsePool pool;
        pool.begin({}, &m_number);
        for (int i = 0; i < 4000; ++i) {
            Buffer part = m_buffers.take(BufferPool::LargeBytes); // as read from a socket
            part.room()[0] = 'x';
            part.grow(1);
            pool.append(std::move(part));
        }
        QVERIFY(m_buffers.lentBytes() <= qint64(BufferPool::LargeBytes));
        QCOMPARE(takeAll(pool), QByteArray(4000, 'x'));
    }

    void whatIsSpilledComesOutBeforeWhatCameLater()
    {
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 100'000, .folder = {}}, &m_number);
        QByteArray whole;
        for (int i = 0; i < 20; ++i) {
            const QByteArray part = pattern(20'000 + i * 977, i);
            pool.append(bytes(part));
            whole += part;
            if (i % 4 == 3)
                QVERIFY(pool.spill() == ResponsePool::Spill::Done);
        }
        pool.append(bytes("the end"));
        whole += "the end";
        QVERIFY(pool.usesFile());
        QCOMPARE(pool.memoryBytes(), 7);
        QCOMPARE(pool.bytes(), whole.size());
        QCOMPARE(takeAll(pool), whole);
    }

    void spillingAndTakingAlternate()
    {
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 1000, .folder = {}}, &m_number);
        QByteArray whole;
        QByteArray taken;
        for (int i = 0; i < 200; ++i) {
            const QByteArray part = pattern(700, i);
            whole += part;
            pool.append(bytes(part));
            if (pool.isFull())
                QVERIFY(pool.spill() == ResponsePool::Spill::Done);
            const Buffer out = pool.take(m_buffers, 500);
            taken.append(out.data(), out.size());
        }
        QCOMPARE(taken + takeAll(pool), whole);
    }

    void nothingIsLeftInAnyFolder_data()
    {
        QTest::addColumn<bool>("ownFolder");
        QTest::newRow("the system's folder") << false;
        QTest::newRow("proxy_temp_path") << true;
    }
    void nothingIsLeftInAnyFolder()
    {
        QFETCH(bool, ownFolder);
        const QTemporaryDir folder;
        const QByteArray path = folder.path().toUtf8();
        const QByteArray before = qgetenv("TMPDIR");
        qputenv("TMPDIR", path);
        ResponsePool pool;
        pool.begin({.folder = ownFolder ? TempFolder{path, {}} : TempFolder{}}, &m_number);
        pool.append(bytes("some"));
        const bool done = pool.spill() == ResponsePool::Spill::Done;
        qputenv("TMPDIR", before);
        QVERIFY(done);
        QVERIFY2(QDir(folder.path()).isEmpty(), "a crash now leaves nothing behind");
        const QStringList files = openFiles().filter(folder.path());
        QCOMPARE(files.size(), 1);
        QVERIFY2(files.first().endsWith(u" (deleted)"_s), qPrintable(files.first()));
        pool.clear();
        QVERIFY(openFiles().filter(folder.path()).isEmpty());
    }

    void aFolderOfItsOwnNamesTheFile()
    {
        const QTemporaryDir folder;
        m_number = 12'344;
        ResponsePool pool;
        pool.begin({.folder = {folder.path().toUtf8() + "/new", {1, 2}}}, &m_number);
        pool.append(bytes("some"));
        QVERIFY(pool.spill() == ResponsePool::Spill::Done);
        QCOMPARE(pool.filePath(), folder.path().toUtf8() + "/new/5/34/0000012345");
        QVERIFY(QFileInfo(folder.path() + u"/new/5/34"_s).isDir());
        QCOMPARE(takeAll(pool), "some");
    }

    void withoutAFileMemoryStaysFull()
    {
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 4, .fileBytesMax = 0, .folder = {}}, &m_number);
        pool.append(bytes("some"));
        QVERIFY(pool.spill() == ResponsePool::Spill::Full);
        QVERIFY(!pool.usesFile());
        QCOMPARE(takeAll(pool), "some");
    }

    void theFileGrowsToItsBoundAndNotBeyond()
    {
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 50, .fileBytesMax = 100, .folder = {}}, &m_number);
        pool.append(bytes(pattern(100, 1)));
        QVERIFY(pool.spill() == ResponsePool::Spill::Done);
        pool.append(bytes("x"));
        QVERIFY(pool.spill() == ResponsePool::Spill::Full);
        QCOMPARE(pool.memoryBytes(), 1);
        QCOMPARE(takeAll(pool), pattern(100, 1) + 'x');
        // As nginx, it counts what was written in all: a file that has been read is no room.
        pool.append(bytes(pattern(50, 2)));
        QVERIFY(pool.spill() == ResponsePool::Spill::Full);
        QCOMPARE(takeAll(pool), pattern(50, 2));
    }

    void whatDoesNotFitIntoTheFileStaysInMemory()
    {
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 50, .fileBytesMax = 100, .folder = {}}, &m_number);
        pool.append(bytes(pattern(120, 1)));
        QVERIFY(pool.spill() == ResponsePool::Spill::Done);
        QCOMPARE(pool.memoryBytes(), 20);
        QCOMPARE(takeAll(pool), pattern(120, 1));
    }

    void aWriteIsNoLargerThanAsked()
    {
        // A disk that takes one whole write and no second one shows where the first one ended.
        const FileSizeLimit limit(4096);
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 1, .fileWriteBytes = 4096, .folder = {}}, &m_number);
        pool.append(bytes(pattern(10'000, 1)));
        QVERIFY(pool.spill() == ResponsePool::Spill::Failed);
        QCOMPARE(pool.memoryBytes(), 10'000 - 4096);
    }

    void aFullDiskIsAnError()
    {
        const FileSizeLimit limit(0);
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 1, .folder = {}}, &m_number);
        pool.append(bytes("some"));
        QVERIFY(pool.spill() == ResponsePool::Spill::Failed);
        QCOMPARE(QByteArray(pool.error().call), "pwrite");
        QCOMPARE(pool.error().error, EFBIG);
    }

    void aMissingFolderIsAnError()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(u"file"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 1, .folder = {folder.path().toUtf8() + "/file/inside", {}}}, &m_number);
        pool.append(bytes("some"));
        QVERIFY(pool.spill() == ResponsePool::Spill::Failed);
        QCOMPARE(QByteArray(pool.error().call), "open");
        QCOMPARE(pool.error().error, ENOTDIR);
    }

    void anotherResponseFindsItEmpty()
    {
        ResponsePool pool;
        pool.begin({.memoryBytesMax = 1, .folder = {}}, &m_number);
        pool.append(bytes("some"));
        QVERIFY(pool.spill() == ResponsePool::Spill::Done);
        pool.append(bytes("more"));
        pool.begin({}, &m_number);
        QVERIFY(pool.isEmpty());
        QVERIFY(!pool.usesFile());
        QCOMPARE(m_buffers.lentBytes(), 0);
    }
};

QTEST_APPLESS_MAIN(ResponsePoolTest)
#include "tst_responsepool.moc"
