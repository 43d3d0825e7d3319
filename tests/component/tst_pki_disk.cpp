// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/authorityfolder.h"
#include "pki/certificatefacts.h"
#include "pki/leafstore.h"
#include "pki/localauthority.h"
#include "support/nowritepermission.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <csignal>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// The authority's files on disks that are full or read-only, and in the hands of several at once.

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

const QByteArray Passphrase = "correct horse battery";
constexpr uid_t Nobody = 65534;

// No file of this process can grow beyond that, which is how a full disk looks to it.
class FullDisk
{
public:
    explicit FullDisk(rlim_t bytes)
        : m_handler(std::signal(SIGXFSZ, SIG_IGN))
    {
        getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit now = m_before;
        now.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk()
    {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    Q_DISABLE_COPY_MOVE(FullDisk)

private:
    void (*m_handler)(int);
    rlimit m_before{};
};

// For as long as it lives a folder cannot be written, not even by root, who becomes nobody.
class ReadOnlyFolder
{
public:
    explicit ReadOnlyFolder(const QString &folder)
        : m_folder(folder)
        , m_asRoot(geteuid() == 0)
    {
        change(0555, 0444);
        if (m_asRoot && seteuid(Nobody) != 0)
            qFatal("seteuid");
    }
    ~ReadOnlyFolder()
    {
        if (m_asRoot && seteuid(0) != 0)
            qFatal("seteuid");
        change(0700, 0600);
    }
    Q_DISABLE_COPY_MOVE(ReadOnlyFolder)

private:
    void change(mode_t folders, mode_t files)
    {
        QStringList all{m_folder};
        for (QDirIterator below(m_folder, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot,
                                QDirIterator::Subdirectories);
             below.hasNext();)
            all.append(below.next());
        for (const QString &path : all) {
            if (::chmod(QFile::encodeName(path).constData(), QFileInfo(path).isDir() ? folders : files) != 0)
                qFatal("chmod");
        }
    }
    QString m_folder;
    bool m_asRoot;
};

// Every file below a folder, with its content.
QMap<QString, QByteArray> snapshot(const QString &folder)
{
    QMap<QString, QByteArray> files;
    for (QDirIterator below(folder, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot,
                            QDirIterator::Subdirectories);
         below.hasNext();) {
        QFile file(below.next());
        files.insert(file.fileName(), file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("folder"));
    }
    return files;
}

// The exit code of a child process that does this.
template<typename Work>
pid_t inChild(Work work)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(work() ? 0 : 1);
    return child;
}

int exitOf(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

class TestPkiDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        m_now = QDateTime::fromString(u"2026-11-21T08:00:00Z"_s, Qt::ISODate);
    }

    void aFullDiskLeavesNoHalfAuthority()
    {
        int failed = 0;
        for (rlim_t bytes = 0; bytes < 1500; bytes += 50) {
            const auto made = [&] {
                const FullDisk full(bytes);
                return LocalAuthority::create(folder(), {}, Passphrase, clock());
            }();
            if (made) {
                QVERIFY(LocalAuthority::open(folder(), Passphrase, clock()));
                QVERIFY(QDir(folder()).removeRecursively());
                continue;
            }
            ++failed;
            QCOMPARE(made.error().code, ErrorCode::FileNotWritable);
            QVERIFY2(made.error().hint.contains(u"room"_s), qPrintable(made.error().toString()));
            QCOMPARE(snapshot(m_home->path()).keys(), QStringList());
        }
        QVERIFY(failed > 5 && failed < 30);
    }

    void aFullDiskKeepsTheAuthorityThatWasToBeReplaced()
    {
        const auto before = make();
        QVERIFY(before->issue({"a.test"}));
        const auto files = snapshot(m_home->path());
        const auto made = [&] {
            const FullDisk full(600);
            AuthorityPlan plan;
            plan.replace = true;
            return LocalAuthority::create(folder(), plan, Passphrase, clock());
        }();
        QCOMPARE(made.error().code, ErrorCode::FileNotWritable);
        QVERIFY(made.error().message.contains(u"(27: File too large)"_s));
        QCOMPARE(snapshot(m_home->path()), files);
    }

    void aFullDiskInTheMidstOfIssuingLeavesWhatWasThere()
    {
        const auto authority = make();
        const auto first = authority->certificateFor({"a.test"});
        QVERIFY(first);
        const auto files = snapshot(m_home->path());
        for (rlim_t bytes : {0, 10, 300, 500, 1000}) { // the lock, the key, the certificate
            const FullDisk full(bytes);
            const auto another = authority->issue({"a.test"});
            QCOMPARE(another.error().code, ErrorCode::FileNotWritable);
            QVERIFY2(another.error().hint.contains(u"room"_s), qPrintable(another.error().toString()));
            QCOMPARE(authority->certificateFor({"b.test"}).error().code, ErrorCode::FileNotWritable);
        }
        QCOMPARE(snapshot(m_home->path()), files);
        QCOMPARE(authority->certificateFor({"a.test"})->get(), first->get());
    }

    void whatCannotBeRenewedIsUsedUntilItEnds()
    {
        const auto authority = make();
        const auto first = authority->certificateFor({"a.test"});
        QVERIFY(first);
        m_now = m_now.addDays(70);
        {
            const FullDisk full(500);
            QCOMPARE(authority->certificateFor({"a.test"})->get(), first->get());
            QCOMPARE(authority->renewalProblem()->code, ErrorCode::FileNotWritable);
            m_now = m_now.addDays(21);
            QCOMPARE(authority->certificateFor({"a.test"}).error().code, ErrorCode::FileNotWritable);
        }
        const auto renewed = authority->certificateFor({"a.test"});
        QVERIFY(renewed);
        QVERIFY(renewed->get() != first->get());
        QVERIFY(!authority->renewalProblem());
    }

    void aReadOnlyHomeStillServesWhatWasIssued()
    {
        {
            const auto authority = make();
            QVERIFY(authority->certificateFor({"a.test"}));
        }
        const ReadOnlyFolder readOnly(m_home->path());
        const auto authority = LocalAuthority::open(folder(), Passphrase, clock());
        QVERIFY2(authority, authority ? "" : qPrintable(authority.error().toString()));
        QVERIFY((*authority)->certificateFor({"a.test"}));
        const auto another = (*authority)->certificateFor({"b.test"});
        QCOMPARE(another.error().code, ErrorCode::FileNotWritable);
        QVERIFY2(another.error().toString().contains(u"must be writable"_s), qPrintable(another.error().toString()));
        const auto made = LocalAuthority::create(m_home->filePath(u"second/ca"_s), {}, Passphrase, clock());
        QCOMPARE(made.error().code, ErrorCode::FileNotWritable);
        QVERIFY(made.error().message.contains(m_home->filePath(u"second"_s)));
        QCOMPARE(LocalAuthority::setAside(folder()).error().code, ErrorCode::FileNotWritable);
    }

    void aFileInTheWayOfTheFolderIsNotTakenForAnAuthority()
    {
        QFile file(folder());
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(LocalAuthority::inspect(folder()).error().code, ErrorCode::InvalidCertificate);
        QCOMPARE(LocalAuthority::create(folder(), {}, Passphrase, clock()).error().code, ErrorCode::AlreadyExists);
        QVERIFY(QFile::exists(folder()));
    }

    void aFolderThatCannotBeReadIsNoEmptyOne()
    {
        make();
        const QString elsewhere = m_home->filePath(u"elsewhere"_s);
        QVERIFY(QDir().mkpath(elsewhere));
        QVERIFY(QFile::setPermissions(folder(), {}));
        {
            const testing::NoWritePermission somebody(elsewhere, m_home->path());
            const auto refused = LocalAuthority::inspect(folder());
            QCOMPARE(refused.error().code, ErrorCode::FileNotReadable);
            QVERIFY2(refused.error().message.contains(folder()), qPrintable(refused.error().message));
            QVERIFY2(refused.error().hint.contains(u"readable for you"_s), qPrintable(refused.error().hint));
        }
        QVERIFY(QFile::setPermissions(folder(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        QVERIFY(LocalAuthority::inspect(folder()));
    }

    void anEmptyFolderIsNoAuthority()
    {
        QVERIFY(QDir().mkpath(folder()));
        QCOMPARE(LocalAuthority::inspect(folder()).error().code, ErrorCode::FileNotFound);
        QVERIFY(LocalAuthority::create(folder(), {}, Passphrase, clock()));
    }

    void whatAKilledProcessLeftIsNoHindrance()
    {
        QVERIFY(QDir().mkpath(folder() + u".new/leaves"_s));
        const pid_t child = inChild([this] { // dies with the lock in its hands
            const auto lock = lockAuthority(folder(), std::chrono::milliseconds(0));
            if (!lock)
                return false;
            _exit(0);
        });
        QCOMPARE(exitOf(child), 0);
        QVERIFY(QFile::exists(folder() + u".lock"_s));
        QVERIFY(make()->issue({"a.test"}));
        QVERIFY(!QFile::exists(folder() + u".new"_s));
    }

    void whoHoldsTheLockIsNamed()
    {
        make();
        const auto held = lockAuthority(folder());
        QVERIFY(held);
        const auto refused = lockAuthority(folder(), std::chrono::milliseconds(0));
        QCOMPARE(refused.error().code, ErrorCode::FileLocked);
        QCOMPARE(refused.error().message,
                 u"the authority \"%1\" is being changed by %2 (process %3)"_s
                     .arg(folder(), QFileInfo(QCoreApplication::applicationFilePath()).fileName())
                     .arg(QCoreApplication::applicationPid()));
        QCOMPARE(refused.error().hint, u"try again in a moment"_s);
    }

    void processesThatIssueAtOnceDoNotDisturbEachOther()
    {
        make();
        const auto work = [this] {
            const auto authority = LocalAuthority::open(folder(), Passphrase, clock());
            for (int i = 0; authority && i < 10; ++i) {
                const auto certificate = (*authority)->certificateFor({"n" + QByteArray::number(i) + ".test"});
                if (!certificate || X509_check_private_key((*certificate)->leaf.get(), (*certificate)->key.get()) != 1)
                    return false;
            }
            return bool(authority);
        };
        QList<pid_t> children;
        for (int i = 0; i < 3; ++i)
            children.append(inChild(work));
        for (const pid_t child : children)
            QCOMPARE(exitOf(child), 0);
        QCOMPARE(LocalAuthority::leaves(folder()).size(), 10);
        QVERIFY(work()); // every pair fits
    }

    void threadsMayShareAnAuthority()
    {
        const auto authority = make();
        std::vector<std::thread> threads;
        std::atomic<int> good = 0;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 5; ++n)
                    good += authority->certificateFor({"n" + QByteArray::number(n) + ".test"}).ok();
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(good.load(), 20);
        QCOMPARE(LocalAuthority::leaves(folder()).size(), 5);
    }

    void anIntermediateThatAnotherProcessRenewedIsTaken()
    {
        const auto authority = make();
        const auto other = LocalAuthority::open(folder(), Passphrase, clock());
        QVERIFY(other);
        m_now = m_now.addDays(500);
        const auto first = authority->certificateFor({"a.test"});
        const auto files = snapshot(m_home->path());
        const auto second = (*other)->certificateFor({"a.test"});
        QVERIFY(first && second);
        QCOMPARE(X509_cmp((*first)->chain.front().get(), (*second)->chain.front().get()), 0);
        QCOMPARE(snapshot(m_home->path()), files);
    }

    void leavesHaveAMaximumAndExpiredOnesMakeRoom()
    {
        const auto authority = make();
        const auto leaf = authority->issue({"a.test"});
        QVERIFY(leaf);
        for (qsizetype i = 1; i < LeafStore::LeavesMax - 1; ++i)
            QVERIFY(QFile::copy(leaf->certificatePath, folder() + u"/leaves/copy%1.crt"_s.arg(i)));
        QVERIFY(authority->certificateFor({"b.test"})); // the last that fits
        const auto refused = authority->certificateFor({"c.test"});
        QCOMPARE(refused.error().code, ErrorCode::FileNotWritable);
        QVERIFY(refused.error().message.startsWith(u"there are 1000 certificates in "_s));
        QVERIFY(authority->issue({"b.test"})); // takes the place of its own
        m_now = m_now.addDays(91);
        QVERIFY(authority->certificateFor({"c.test"}));
        QCOMPARE(LocalAuthority::leaves(folder()).size(), 1);
    }

    void authoritiesSetAsideHaveAMaximum()
    {
        make();
        for (int number = 1; number < 99; ++number)
            QVERIFY(QDir().mkpath(folder() + u".old-%1"_s.arg(number)));
        QCOMPARE(*LocalAuthority::setAside(folder()), folder() + u".old-99"_s);
        make();
        const auto files = snapshot(m_home->path());
        QCOMPARE(LocalAuthority::setAside(folder()).error().code, ErrorCode::FileNotWritable);
        AuthorityPlan plan;
        plan.replace = true;
        QCOMPARE(LocalAuthority::create(folder(), plan, Passphrase, clock()).error().code, ErrorCode::FileNotWritable);
        QCOMPARE(snapshot(m_home->path()), files);
    }

private:
    QString folder() const { return m_home->filePath(u"ca"_s); }
    LocalAuthority::Clock clock() const
    {
        return [this] { return m_now; };
    }
    std::shared_ptr<LocalAuthority> make() const
    {
        auto made = LocalAuthority::create(folder(), {}, Passphrase, clock());
        if (!made)
            qFatal("%s", qPrintable(made.error().toString()));
        return *made;
    }

    std::unique_ptr<QTemporaryDir> m_home;
    QDateTime m_now;
};

QTEST_GUILESS_MAIN(TestPkiDisk)
#include "tst_pki_disk.moc"
