// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/safefiles.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class TestSafeFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void filesAreWrittenAndReplaced()
    {
        QVERIFY(writeFilesSafely({{path("a"), "one", FileAccess::OwnerAlone}, {path("b"), "two"}}));
        QVERIFY(writeFilesSafely({{path("a"), "three", FileAccess::EverybodyReads}}));
        QCOMPARE(*readWholeFile(path("a"), 5), "three");
        QCOMPARE(*readWholeFile(path("b"), 5), "two");
        QCOMPARE(QFile::permissions(path("a")) & QFile::ReadOther, QFile::ReadOther);
        QCOMPARE(QFile::permissions(path("b")) & (QFile::ReadOther | QFile::ReadGroup), QFile::Permissions());
        QCOMPARE(names(), (QStringList{u"a"_s, u"b"_s}));
    }

    void oneThatCannotBeWrittenLeavesAllAsTheyWere()
    {
        QVERIFY(writeFilesSafely({{path("a"), "before"}}));
        const auto written = writeFilesSafely({{path("a"), "after"}, {path("missing/b"), "after"}});
        QCOMPARE(written.error().code, ErrorCode::FileNotWritable);
        QCOMPARE(written.error().message,
                 u"\"%1\" cannot be written (2: No such file or directory)"_s.arg(path("missing/b")));
        QCOMPARE(*readWholeFile(path("a"), 10), "before");
        QCOMPARE(names(), QStringList{u"a"_s});
    }

    void aFolderInTheWayIsNamed()
    {
        QVERIFY(QDir().mkpath(path("a")));
        const auto written = writeFilesSafely({{path("a"), "x"}});
        QCOMPARE(written.error().message, u"\"%1\" cannot be written (21: Is a directory)"_s.arg(path("a")));
        QCOMPARE(names(), QStringList{u"a"_s});
    }

    void whatAKilledWriterLeftIsRemoved()
    {
        QVERIFY(writeFilesSafely({{path(".a.unfinished-Xyz123"), "half"}, {path("a"), "whole"}}));
        removeUnfinishedFiles(m_folder->path());
        QCOMPARE(names(), QStringList{u"a"_s});
    }

    void readingHasAMaximum()
    {
        QVERIFY(writeFilesSafely({{path("a"), "12345"}}));
        QVERIFY(readWholeFile(path("a"), 5));
        QCOMPARE(readWholeFile(path("a"), 4).error().code, ErrorCode::FileNotReadable);
        QCOMPARE(readWholeFile(path("none"), 4).error().code, ErrorCode::FileNotFound);
        QCOMPARE(readWholeFile(m_folder->path(), 4).error().code, ErrorCode::FileNotReadable);
    }

    void foldersAreTheirOwnersAloneAndNotReplaced()
    {
        QVERIFY(makePrivateFolder(path("x/y/folder")));
        QCOMPARE(QFile::permissions(path("x/y/folder")) & QFile::Permissions(0x0077), QFile::Permissions());
        QVERIFY(!makePrivateFolder(path("x/y/folder")));
        QVERIFY(renameFolder(path("x/y"), path("z")));
        QVERIFY(QDir().mkpath(path("x/y/full")));
        QCOMPARE(renameFolder(path("z"), path("x/y")).error().code, ErrorCode::FileNotWritable);
        QVERIFY(QDir(path("z/folder")).exists());
    }

private:
    QString path(const char *name) const { return m_folder->filePath(QLatin1String(name)); }
    QStringList names() const
    {
        return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestSafeFiles)
#include "tst_safefiles.moc"
