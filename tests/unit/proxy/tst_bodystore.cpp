// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/bodystore.h"

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
