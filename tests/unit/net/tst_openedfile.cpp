// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/openedfile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace portlight;

// Files, folders, links and pipes in a folder of their own.
class OpenedFileTest : public QObject
{
    Q_OBJECT

private:
    static constexpr qint64 ModifiedAt = 784111777;

    QTemporaryDir m_folder;
    QByteArray path(const char *name) const { return QFile::encodeName(m_folder.filePath(QString::fromUtf8(name))); }

    static int errorOf(const QByteArray &path, SymlinkRule links = {})
    {
        OpenedFile file;
        const FileFailure failure = file.open(path, links);
        FileFacts facts;
        // Both ways of looking agree.
        return inspectFile(path, links, facts).error == failure.error ? failure.error : -1;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QFile file(m_folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("0123456789") == 10);
        file.close();
        const timespec times[2] = {{ModifiedAt, 0}, {ModifiedAt, 999'999'999}};
        QCOMPARE(::utimensat(AT_FDCWD, path("file").constData(), times, 0), 0);
        QCOMPARE(::mkdir(path("folder").constData(), 0700), 0);
        QVERIFY(
            QFile::copy(m_folder.filePath(QStringLiteral("file")), m_folder.filePath(QStringLiteral("folder/inner"))));
        QCOMPARE(::symlink("file", path("link").constData()), 0);
        QCOMPARE(::symlink("folder", path("folderlink").constData()), 0);
        QCOMPARE(::symlink("loop", path("loop").constData()), 0);
        QCOMPARE(::mkfifo(path("pipe").constData(), 0600), 0);
    }

    void aFileIsOpenedWithItsFacts()
    {
        OpenedFile file;
        QVERIFY(!file.open(path("file")));
        QVERIFY(file.isOpen());
        QVERIFY(file.facts().isRegular);
        QCOMPARE(file.facts().size, 10);
        QCOMPARE(file.facts().modifiedAt, ModifiedAt);
        char bytes[16];
        QCOMPARE(file.read(bytes, 4, 2), 4);
        QCOMPARE(QByteArrayView(bytes, 4), "2345");
        QCOMPARE(file.read(bytes, 16, 8), 2); // the end
        QCOMPARE(file.read(bytes, 16, 10), 0);
        OpenedFile moved = std::move(file);
        QVERIFY(moved.isOpen());
        moved.close();
        QVERIFY(!moved.isOpen());
        QCOMPARE(moved.read(bytes, 1, 0), -EBADF);
    }

    void aFolderIsRecognizedAndNotKeptOpen()
    {
        OpenedFile file;
        QVERIFY(!file.open(path("folder")));
        QVERIFY(!file.isOpen());
        QVERIFY(file.facts().isDirectory);
        FileFacts facts;
        QVERIFY(!inspectFile(path("folder/"), {}, facts));
        QVERIFY(facts.isDirectory);
    }

    // A pipe without a writer would block an ordinary open() for ever.
    void aPipeDoesNotBlock()
    {
        OpenedFile file;
        QVERIFY(!file.open(path("pipe")));
        QVERIFY(!file.facts().isRegular);
        QVERIFY(!file.facts().isDirectory);
    }

    void failuresHaveNginxsStatusAndWords()
    {
        QCOMPARE(errorOf(path("none")), ENOENT);
        QCOMPARE(errorOf(path("file/x")), ENOTDIR);
        QCOMPARE(errorOf(path("loop")), ELOOP);
        QCOMPARE(errorOf(path("") + QByteArray(300, 'x')), ENAMETOOLONG);
        OpenedFile file;
        const FileFailure failure = file.open(path("none"));
        QCOMPARE(failure.logText("/srv/none"), "open() \"/srv/none\" failed (2: No such file or directory)");
        QVERIFY(failure.isNotFound());
        FileFacts facts;
        QCOMPARE(inspectFile(path("none"), {}, facts).logText("/x"),
                 "stat() \"/x\" failed (2: No such file or directory)");
    }

    void errnosMapToStatuses_data()
    {
        QTest::addColumn<int>("error");
        QTest::addColumn<int>("status");
        QTest::newRow("ENOENT") << ENOENT << 404;
        QTest::newRow("ENOTDIR") << ENOTDIR << 404;
        QTest::newRow("ENAMETOOLONG") << ENAMETOOLONG << 404;
        QTest::newRow("EACCES") << EACCES << 403;
        QTest::newRow("ELOOP") << ELOOP << 403;
        QTest::newRow("EMLINK") << EMLINK << 403;
        QTest::newRow("EMFILE") << EMFILE << 500;
        QTest::newRow("EIO") << EIO << 500;
    }
    void errnosMapToStatuses()
    {
        QFETCH(int, error);
        QFETCH(int, status);
        QCOMPARE((FileFailure{error, "open()"}).status(), status);
    }

    void linksAreFollowedUnlessTheRuleForbidsThem()
    {
        const SymlinkRule refuse{SymlinkRule::Mode::Refuse, 0};
        QCOMPARE(errorOf(path("link")), 0);
        QCOMPARE(errorOf(path("folderlink/inner")), 0);
        QCOMPARE(errorOf(path("link"), refuse), ELOOP);
        QCOMPARE(errorOf(path("folderlink/inner"), refuse), ENOTDIR); // as with nginx: 404
        QCOMPARE(errorOf(path("file"), refuse), 0);
        QCOMPARE(errorOf(path("folder/inner"), refuse), 0);
        QCOMPARE(errorOf(path("folder/"), refuse), 0);
        QCOMPARE(errorOf(path("file/"), refuse), ENOTDIR);
        QCOMPARE(errorOf(path("none"), refuse), ENOENT);
    }

    void linksBelowATrustedPartAreChecked()
    {
        const SymlinkRule fromFolder{SymlinkRule::Mode::Refuse, path("folderlink").size()};
        QCOMPARE(errorOf(path("folderlink/inner"), fromFolder), 0);
        const SymlinkRule fromRoot{SymlinkRule::Mode::Refuse, QFile::encodeName(m_folder.path()).size()};
        QCOMPARE(errorOf(path("folderlink/inner"), fromRoot), ENOTDIR);
    }

    void ownLinksPassWhereOnlyStrangersAreRefused()
    {
        const SymlinkRule strangers{SymlinkRule::Mode::RefuseOthers, 0};
        QCOMPARE(errorOf(path("link"), strangers), 0);
        QCOMPARE(errorOf(path("folderlink/inner"), strangers), 0);
        if (::geteuid() == 0) { // only root can make a link that belongs to somebody else
            QCOMPARE(::symlink("file", path("stranger").constData()), 0);
            QCOMPARE(::lchown(path("stranger").constData(), 65534, 65534), 0);
            QCOMPARE(errorOf(path("stranger"), strangers), ELOOP);
        }
    }
};

QTEST_APPLESS_MAIN(OpenedFileTest)
#include "tst_openedfile.moc"
