// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/bodystore.h"

#include "http/wirebuffer.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>

using namespace portlight;

class BodyStoreTest : public QObject
{
    Q_OBJECT
    BufferPool m_pool;

    Buffer bytes(const QByteArray &text)
    {
        Buffer buffer = m_pool.take(quint32(text.size()));
        std::memcpy(buffer.room(), text.constData(), size_t(text.size()));
        buffer.grow(quint32(text.size()));
        return buffer;
    }
    QByteArray readAll(BodyStore &store)
    {
        QByteArray all;
        store.rewind();
        while (!store.atEnd()) {
            int error = 0;
            const Buffer part = store.readNext(m_pool, error);
            if (error || part.isEmpty())
                return "failed";
            all.append(part.data(), part.size());
        }
        return all;
    }
    static QByteArray pattern(qsizetype size, int seed)
    {
        QByteArray text(size, Qt::Uninitialized);
        for (qsizetype i = 0; i < size; ++i)
            text[i] = char((i * 31 + i / 251 + seed) & 0xff);
        return text;
    }

private Q_SLOTS:
    void aBodyUpToTheBoundStaysInMemory()
    {
        BodyStore store;
        store.reset(10);
        QCOMPARE(store.append(bytes("0123456789")), 0);
        QVERIFY(!store.usesFile());
        QCOMPARE(store.size(), 10);
        QCOMPARE(readAll(store), QByteArray("0123456789"));
    }

    void oneByteMoreGoesToAFile()
    {
        BodyStore store;
        store.reset(10);
        QCOMPARE(store.append(bytes("0123456789")), 0);
        QCOMPARE(store.append(bytes("x")), 0);
        QVERIFY(store.usesFile());
        QCOMPARE(readAll(store), QByteArray("0123456789x"));
    }

    void theFileHasNoName()
    {
        const QTemporaryDir folder;
        const QByteArray before = qgetenv("TMPDIR");
        qputenv("TMPDIR", folder.path().toUtf8());
        BodyStore store;
        store.reset(1);
        QCOMPARE(store.append(bytes("two")), 0);
        qputenv("TMPDIR", before);
        QVERIFY(store.usesFile());
        QVERIFY(QDir(folder.path()).isEmpty());
        QCOMPARE(readAll(store), QByteArray("two"));
    }

    void aMissingFolderIsAnError()
    {
        const QByteArray before = qgetenv("TMPDIR");
        qputenv("TMPDIR", "/nowhere/at/all");
        BodyStore store;
        store.reset(1);
        const int error = store.append(bytes("two"));
        qputenv("TMPDIR", before);
        QCOMPARE(error, ENOENT);
    }

    void aBodyCanBeReadAgain_data()
    {
        QTest::addColumn<qint64>("bound");
        QTest::newRow("memory") << qint64(1) * 1024 * 1024;
        QTest::newRow("file") << qint64(0);
        QTest::newRow("both") << qint64(100'000);
    }
    void aBodyCanBeReadAgain()
    {
        QFETCH(qint64, bound);
        BodyStore store;
        store.reset(bound);
        QByteArray whole;
        for (int i = 0; i < 40; ++i) {
            const QByteArray part = pattern(1 + i * 397, i);
            QCOMPARE(store.append(bytes(part)), 0);
            whole += part;
        }
        QCOMPARE(store.size(), whole.size());
        QCOMPARE(readAll(store), whole);
        int error = 0;
        store.rewind();
        store.readNext(m_pool, error); // a try that ended early
        QCOMPARE(readAll(store), whole);
    }

    void anEmptyPartChangesNothing()
    {
        BodyStore store;
        store.reset(0);
        QCOMPARE(store.append({}), 0);
        QVERIFY(!store.usesFile());
        QVERIFY(store.atEnd());
    }

    void resettingGivesEverythingBack()
    {
        const qint64 before = m_pool.lentBytes();
        BodyStore store;
        store.reset(1 << 20);
        QCOMPARE(store.append(bytes(pattern(50'000, 1))), 0);
        QVERIFY(m_pool.lentBytes() > before);
        store.reset(10);
        QCOMPARE(m_pool.lentBytes(), before);
        QCOMPARE(store.size(), 0);
        QVERIFY(store.atEnd());
        QCOMPARE(store.append(bytes("again")), 0);
        QCOMPARE(readAll(store), QByteArray("again"));
    }

    void aBodyInMemoryCanBeShown()
    {
        BodyStore store;
        store.reset(10);
        QCOMPARE(store.append(bytes("01234")), 0);
        QCOMPARE(store.append(bytes("56789")), 0);
        WireBuffer shown;
        QVERIFY(store.appendTo(shown));
        QCOMPARE(shown.view(), "0123456789");
        QVERIFY(store.filePath().isEmpty());
        QCOMPARE(store.append(bytes("x")), 0);
        QVERIFY(!store.appendTo(shown));
    }

    void aFolderOfItsOwnNamesTheFileAndDropsTheName()
    {
        const QTemporaryDir folder;
        quint32 number = 41;
        BodyStore store;
        store.reset({.memoryBytesMax = 1, .folder = {folder.path().toUtf8()}}, &number);
        QCOMPARE(store.append(bytes("two")), 0);
        QCOMPARE(number, 42u);
        QCOMPARE(store.filePath(), folder.path().toUtf8() + "/0000000042");
        QVERIFY(QDir(folder.path()).isEmpty());
        QCOMPARE(readAll(store), QByteArray("two"));
    }

    void everyBodyGetsAFileWhereThatIsAsked_data()
    {
        QTest::addColumn<BodyFile>("mode");
        QTest::addColumn<bool>("stays");
        QTest::newRow("on") << BodyFile::On << true;
        QTest::newRow("clean") << BodyFile::Clean << false;
    }
    void everyBodyGetsAFileWhereThatIsAsked()
    {
        QFETCH(BodyFile, mode);
        QFETCH(bool, stays);
        const QTemporaryDir folder;
        BodyStore store;
        store.reset({.memoryBytesMax = 100, .file = mode, .folder = {folder.path().toUtf8()}});
        QCOMPARE(store.append(bytes("two")), 0);
        QCOMPARE(store.complete(), 0);
        const QString path = QString::fromUtf8(store.filePath());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), "two");
        QCOMPARE(file.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        QCOMPARE(readAll(store), QByteArray("two"));
        store.reset(10);
        QCOMPARE(QFile::exists(path), stays);
    }

    void anEmptyBodyGetsAFileToo()
    {
        const QTemporaryDir folder;
        BodyStore store;
        store.reset({.file = BodyFile::On, .folder = {folder.path().toUtf8()}});
        QCOMPARE(store.complete(), 0);
        QVERIFY(QFile::exists(QString::fromUtf8(store.filePath())));
        QVERIFY(store.atEnd());
    }

    void levelsMakeFoldersFromTheLastDigits()
    {
        const QTemporaryDir folder;
        quint32 number = 12344;
        BodyStore store;
        store.reset({.memoryBytesMax = 0, .file = BodyFile::On, .folder = {folder.path().toUtf8() + "/new", {1, 2}}},
                    &number);
        QCOMPARE(store.append(bytes("x")), 0);
        QCOMPARE(store.filePath(), folder.path().toUtf8() + "/new/5/34/0000012345");
        QVERIFY(QFile::exists(QString::fromUtf8(store.filePath())));
    }

    void aNameThatIsTakenIsPassedOver()
    {
        const QTemporaryDir folder;
        QFile taken(folder.filePath(QStringLiteral("0000000001")));
        QVERIFY(taken.open(QIODevice::WriteOnly));
        quint32 number = 0;
        BodyStore store;
        store.reset({.file = BodyFile::On, .folder = {folder.path().toUtf8()}}, &number);
        QCOMPARE(store.append(bytes("x")), 0);
        QCOMPARE(store.filePath(), folder.path().toUtf8() + "/0000123457");
        QCOMPARE(taken.size(), 0);
    }

    void aFolderThatCannotBeMadeIsAnError()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        BodyStore store;
        store.reset({.file = BodyFile::On, .folder = {folder.path().toUtf8() + "/file/inside"}});
        QCOMPARE(store.append(bytes("x")), ENOTDIR);
    }

    void manySmallPartsShareTheirBuffers()
    {
        BodyStore store;
        store.reset(1 << 20);
        for (int i = 0; i < 4000; ++i)
            QCOMPARE(store.append(bytes("x")), 0);
        QVERIFY(m_pool.lentBytes() <= qint64(2) * BufferPool::SmallBytes);
        QCOMPARE(readAll(store), QByteArray(4000, 'x'));
    }
};

QTEST_GUILESS_MAIN(BodyStoreTest)
#include "tst_bodystore.moc"
