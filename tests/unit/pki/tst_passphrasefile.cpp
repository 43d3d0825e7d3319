// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/passphrasefile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class PassphraseFileTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatIsWrittenIsReadByItsOwnerAlone()
    {
        const QString path = passphraseFilePath(m_folder->path());
        QVERIFY(writePassphraseFile(path, "some words"));
        QCOMPARE(QFile::permissions(path)
                     & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther),
                 QFile::Permissions());
        const auto read = readPassphraseFile(path);
        QVERIFY(read);
        QCOMPARE(*read, "some words"_ba);
        const auto again = writePassphraseFile(path, "others"); // never over what is there
        QVERIFY(!again);
        QCOMPARE(again.error().code, ErrorCode::FileNotWritable);
        QCOMPARE(*readPassphraseFile(path), "some words"_ba);
    }

    void othersWhoCanReadItAreAReasonToRefuse_data()
    {
        QTest::addColumn<int>("permission");
        QTest::newRow("group reads") << int(QFile::ReadGroup);
        QTest::newRow("others read") << int(QFile::ReadOther);
        QTest::newRow("group writes") << int(QFile::WriteGroup);
        QTest::newRow("others write") << int(QFile::WriteOther);
    }
    void othersWhoCanReadItAreAReasonToRefuse()
    {
        QFETCH(int, permission);
        const QString path = write("words\n");
        QFile::setPermissions(path, QFile::ReadOwner | QFile::Permissions(permission));
        const auto read = readPassphraseFile(path);
        QVERIFY(!read);
        QVERIFY2(read.error().hint.contains(u"chmod 600"_s), qPrintable(read.error().toString()));
        QVERIFY(!read.error().toString().contains(u"words"_s));
    }

    void theFirstLineCounts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected"); // empty: refused
        QTest::newRow("one line") << "words\n"_ba
                                  << "words"_ba;
        QTest::newRow("no end") << "words"_ba
                                << "words"_ba;
        QTest::newRow("Windows") << "words\r\n"_ba
                                 << "words"_ba;
        QTest::newRow("more lines") << "words\nnotes\n"_ba
                                    << "words"_ba;
        QTest::newRow("empty") << ""_ba
                               << ""_ba;
        QTest::newRow("empty line") << "\nwords\n"_ba
                                    << ""_ba;
        QTest::newRow("longest") << QByteArray(PassphraseFileBytesMax, 'x') << QByteArray(PassphraseFileBytesMax, 'x');
        QTest::newRow("one too long") << QByteArray(PassphraseFileBytesMax + 1, 'x') << ""_ba;
    }
    void theFirstLineCounts()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        const auto read = readPassphraseFile(write(text));
        QCOMPARE(read.ok(), !expected.isEmpty());
        if (read)
            QCOMPARE(*read, expected);
        else
            QCOMPARE(read.error().code, ErrorCode::FileNotReadable);
    }

    void oneThatIsMissingIsCalledSo()
    {
        const auto read = readPassphraseFile(m_folder->filePath(u"nowhere"_s));
        QCOMPARE(read.error().code, ErrorCode::FileNotFound);
        QCOMPARE(writePassphraseFile(m_folder->filePath(u"no/such/folder"_s), "x").error().code,
                 ErrorCode::FileNotWritable);
    }

private:
    QString write(const QByteArray &text)
    {
        const QString path = m_folder->filePath(u"file"_s);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(path));
        file.close();
        QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
        return path;
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_APPLESS_MAIN(PassphraseFileTest)
#include "tst_passphrasefile.moc"
