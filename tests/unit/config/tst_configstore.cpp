// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/store.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void put(const QString &path, const QByteArray &text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(text), text.size());
}

ConfigTree treeOf(const QByteArray &text)
{
    return parseConfig(text, u"t"_s).tree;
}

// No file of this process may grow beyond `bytes` while this lives: what a full disk looks like to it.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limited = {bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limited);
    }
    ~FileSizeLimit()
    {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    Q_DISABLE_COPY_MOVE(FileSizeLimit)

private:
    rlimit m_before = {};
    void (*m_handler)(int) = nullptr;
};

} // namespace

class TestConfigStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void missingFileIsToldAndThenWritten();
    void directoryIsMade();
    void previousTextIsKeptBeside();
    void nothingElseIsLeftBehind();
    void syntaxErrorsAreDiagnosticsOfTheOutcome();
    void editFromOutsideIsNoticedAndNotOverwritten();
    void fileThatWasNeverReadIsNotOverwritten();
    void removalFromOutsideIsNoticed();
    void loadingAgainAcceptsTheEdit();
    void lockOfAnotherIsRespected();
    void lockThatWasLeftBehindHoldsNothingUp();
    void linkStaysALinkAndPermissionsStay();
    void fullDiskLeavesTheOldFile();
    void corruptFilesAreSetAsideUnderFreeNames();
    void defaultPathFollowsTheEnvironment();

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QString m_path;
};

void TestConfigStore::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_path = m_directory->filePath(u"portlight.conf"_s);
}

void TestConfigStore::missingFileIsToldAndThenWritten()
{
    ConfigStore store(m_path);
    QVERIFY(!store.exists());
    const Result<ParseOutcome> loaded = store.load();
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, ErrorCode::FileNotFound);
    QVERIFY(!store.changedOutside());
    QVERIFY(store.save(treeOf("http {}")));
    QCOMPARE(contentOf(m_path), "http {}\n"_ba);
    QVERIFY(store.exists());
    QVERIFY(!store.changedOutside());
}

void TestConfigStore::directoryIsMade()
{
    ConfigStore store(m_directory->filePath(u"a/b/portlight.conf"_s));
    QVERIFY(store.save(treeOf("http {}")));
    QVERIFY(store.load());
}

void TestConfigStore::previousTextIsKeptBeside()
{
    put(m_path, "first   {}");
    ConfigStore store(m_path);
    QVERIFY(store.load());
    QVERIFY(store.save(treeOf("second {}")));
    QCOMPARE(contentOf(m_path + u'~'), "first   {}"_ba);
    QVERIFY(store.save(treeOf("third {}")));
    QCOMPARE(contentOf(m_path + u'~'), "second {}\n"_ba);
    QCOMPARE(contentOf(m_path), "third {}\n"_ba);
}

void TestConfigStore::nothingElseIsLeftBehind()
{
    ConfigStore store(m_path);
    QVERIFY(store.save(treeOf("a;")));
    QVERIFY(store.save(treeOf("b;")));
    const QStringList files = QDir(m_directory->path()).entryList(QDir::Files | QDir::Hidden, QDir::Name);
    QCOMPARE(files, (QStringList{u"portlight.conf"_s, u"portlight.conf~"_s}));
}

void TestConfigStore::syntaxErrorsAreDiagnosticsOfTheOutcome()
{
    put(m_path, "http {");
    ConfigStore store(m_path);
    const Result<ParseOutcome> loaded = store.load();
    QVERIFY(loaded);
    QVERIFY(!loaded->ok());
    QCOMPARE(loaded->diagnostics[0].where.file, m_path);
}

void TestConfigStore::editFromOutsideIsNoticedAndNotOverwritten()
{
    ConfigStore store(m_path);
    QVERIFY(store.save(treeOf("a;")));
    put(m_path, "b;\n"); // same length, same second: only the content tells
    QVERIFY(store.changedOutside());
    const Result<void> saved = store.save(treeOf("c;"));
    QVERIFY(!saved);
    QCOMPARE(saved.error().code, ErrorCode::FileChangedOutside);
    QCOMPARE(contentOf(m_path), "b;\n"_ba);
}

void TestConfigStore::fileThatWasNeverReadIsNotOverwritten()
{
    put(m_path, "a;\n");
    ConfigStore store(m_path);
    const Result<void> saved = store.save(treeOf("b;"));
    QVERIFY(!saved);
    QCOMPARE(saved.error().code, ErrorCode::FileChangedOutside);
    QCOMPARE(contentOf(m_path), "a;\n"_ba);
}

void TestConfigStore::removalFromOutsideIsNoticed()
{
    ConfigStore store(m_path);
    QVERIFY(store.save(treeOf("a;")));
    QVERIFY(QFile::remove(m_path));
    QVERIFY(store.changedOutside());
}

void TestConfigStore::loadingAgainAcceptsTheEdit()
{
    ConfigStore store(m_path);
    QVERIFY(store.save(treeOf("a;")));
    put(m_path, "b;\n");
    QVERIFY(store.load());
    QVERIFY(!store.changedOutside());
    QVERIFY(store.save(treeOf("c;")));
}

void TestConfigStore::lockOfAnotherIsRespected()
{
    ConfigStore store(m_path);
    QVERIFY(store.save(treeOf("a;")));
    {
        QLockFile lock(m_path + u".lock"_s);
        QVERIFY(lock.tryLock());
        const Result<void> saved = store.save(treeOf("b;"));
        QVERIFY(!saved);
        QCOMPARE(saved.error().code, ErrorCode::FileLocked);
        QCOMPARE(contentOf(m_path), "a;\n"_ba);
    }
    QVERIFY(store.save(treeOf("b;")));
}

// Its holder was killed before it had written who it is.
void TestConfigStore::lockThatWasLeftBehindHoldsNothingUp()
{
    ConfigStore store(m_path);
    put(m_path + u".lock"_s, "");
    QVERIFY(store.save(treeOf("a;")));
    QCOMPARE(contentOf(m_path), "a;\n"_ba);
    QVERIFY(!QFile::exists(m_path + u".lock"_s));
}

void TestConfigStore::linkStaysALinkAndPermissionsStay()
{
    const QString target = m_directory->filePath(u"dotfiles.conf"_s);
    put(target, "a;\n");
    const QFile::Permissions mine = QFile::ReadOwner | QFile::WriteOwner;
    QVERIFY(QFile::setPermissions(target, mine));
    QVERIFY(QFile::link(target, m_path));
    ConfigStore store(m_path);
    QVERIFY(store.load());
    QVERIFY(store.save(treeOf("b;")));
    QVERIFY(QFileInfo(m_path).isSymLink());
    QCOMPARE(contentOf(target), "b;\n"_ba);
    const QFile::Permissions all = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::WriteGroup
                                   | QFile::ReadOther | QFile::WriteOther;
    QCOMPARE(QFile::permissions(target) & all, mine);
    QCOMPARE(QFile::permissions(target + u'~') & all, mine);
}

void TestConfigStore::fullDiskLeavesTheOldFile()
{
    ConfigStore store(m_path);
    QVERIFY(store.save(treeOf("old;")));
    const ConfigTree large = treeOf("a " + QByteArray(4000, 'x') + ";\nb " + QByteArray(4000, 'y') + ';');
    {
        const FileSizeLimit limit(4096);
        const Result<void> saved = store.save(large);
        QVERIFY(!saved);
        QCOMPARE(saved.error().code, ErrorCode::FileNotWritable);
        QVERIFY2(saved.error().message.contains(u"cannot be written: "_s), qPrintable(saved.error().message));
    }
    QCOMPARE(contentOf(m_path), "old;\n"_ba);
    QVERIFY(!store.changedOutside());
    QVERIFY(store.save(large));
}

void TestConfigStore::corruptFilesAreSetAsideUnderFreeNames()
{
    put(m_path, "http {");
    ConfigStore store(m_path);
    QVERIFY(store.load());
    const Result<QString> first = store.setAside();
    QVERIFY(first);
    QCOMPARE(*first, m_path + u".corrupt-1"_s);
    QCOMPARE(contentOf(*first), "http {"_ba);
    QVERIFY(!store.exists());
    QVERIFY(store.save(treeOf("http {}")));
    const Result<QString> second = store.setAside();
    QVERIFY(second);
    QCOMPARE(*second, m_path + u".corrupt-2"_s);
    QVERIFY(!store.setAside()); // there is nothing any more
}

void TestConfigStore::defaultPathFollowsTheEnvironment()
{
    const QByteArray before = qgetenv("XDG_CONFIG_HOME");
    qputenv("XDG_CONFIG_HOME", m_directory->path().toUtf8());
    const QString path = ConfigStore::defaultPath();
    qputenv("XDG_CONFIG_HOME", before);
    QCOMPARE(path, m_directory->path() + u"/portlight/portlight.conf"_s);
}

QTEST_GUILESS_MAIN(TestConfigStore)
#include "tst_configstore.moc"
