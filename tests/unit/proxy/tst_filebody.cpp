// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/filebody.h"

#include <QFile>
#include <QTemporaryFile>
#include <QTest>

using namespace portlight;

class FileBodyTest : public QObject
{
    Q_OBJECT

    BufferPool m_pool;
    QTemporaryFile m_file;
    QByteArray m_content;

    FileBody body()
    {
        OpenedFile file;
        const FileFailure failure = file.open(QFile::encodeName(m_file.fileName()));
        if (failure)
            qFatal("the test's file cannot be opened");
        return FileBody(std::move(file), "name");
    }
    QByteArray readAll(FileBody &from)
    {
        QByteArray all;
        while (!from.atEnd()) {
            FileBody::Shortage shortage;
            const Buffer piece = from.next(m_pool, shortage);
            if (piece.isEmpty())
                return "short";
            if (piece.size() > BufferPool::LargeBytes)
                return "a piece is too large";
            all.append(piece.data(), piece.size());
        }
        return all;
    }
    void fill(qsizetype size)
    {
        m_content.clear();
        for (qsizetype i = 0; i < size; ++i)
            m_content += char('a' + i * 7 % 26 + i / 1000 % 3);
        QVERIFY(m_file.resize(0) && m_file.seek(0));
        QVERIFY(m_file.write(m_content) == m_content.size() && m_file.flush());
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_file.open()); }

    void theWholeFile_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {1, 10, int(BufferPool::LargeBytes) - 1, int(BufferPool::LargeBytes),
                               int(BufferPool::LargeBytes) + 1, 300'000})
            QTest::addRow("%d", size) << size;
    }
    void theWholeFile()
    {
        QFETCH(int, size);
        fill(size);
        FileBody whole = body();
        QCOMPARE(readAll(whole), m_content);
    }

    void anEmptyFileIsAtItsEnd()
    {
        fill(0);
        QVERIFY(body().atEnd());
    }

    void oneRange()
    {
        fill(200'000);
        FileBody part = body();
        part.select(ByteRange{100, 150'000});
        QCOMPARE(readAll(part), m_content.mid(100, 149'900));
    }

    void severalRangesWithTextsBetween()
    {
        fill(200'000);
        const MultipartRanges parts({{0, 10}, {50'000, 190'000}, {5, 6}}, "text/plain", 200'000, 7);
        FileBody several = body();
        several.select(parts);
        const QByteArray all = readAll(several);
        QCOMPARE(all.size(), parts.length());
        QCOMPARE(all, parts.partHead(0) + m_content.left(10) + parts.partHead(1) + m_content.mid(50'000, 140'000)
                          + parts.partHead(2) + m_content.mid(5, 1) + parts.end());
    }

    void aShorterFileIsReported()
    {
        fill(100);
        FileBody whole = body();
        QVERIFY(m_file.resize(40));
        FileBody::Shortage shortage;
        QVERIFY(whole.next(m_pool, shortage).isEmpty());
        QCOMPARE(shortage.error, 0);
        QCOMPARE(shortage.wanted, 100);
        QCOMPARE(shortage.read, 40);
    }
};

QTEST_APPLESS_MAIN(FileBodyTest)
#include "tst_filebody.moc"
