// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/workspace.h"

#include "ctlprogram.h"

#include <QSignalSpy>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

// A workspace on a file of its own, whose domains listen on a port of their own.
struct Desk {
    QTemporaryDir folder;
    QString path = folder.filePath(u"conf/portlight.conf"_s);
    quint16 port = freePort();

    DomainDraft draft(const QString &name, quint16 backend) const
    {
        return {name, u"http://127.0.0.1:%1"_s.arg(backend), port};
    }
    QByteArray text() const { return CtlProgram::read(path); }
    void write(const QByteArray &content) const
    {
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write the configuration");
    }
    // As editors do that write a new file and rename it over the old one.
    void replace(const QByteArray &content) const
    {
        QFile file(path + u".new"_s);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write the configuration");
        file.close();
        if (::rename(QFile::encodeName(file.fileName()).constData(), QFile::encodeName(path).constData()) != 0)
            qFatal("cannot replace the configuration");
    }
    bool serves(const QByteArray &host, const QByteArray &part) const
    {
        return QTest::qWaitFor([&] { return fetch(port, host).contains(part); }, 20'000);
    }
};

QStringList names(const Workspace &workspace)
{
    QStringList list;
    for (const DomainView &domain : workspace.domains())
        list += domain.name();
    return list;
}

bool says(const Workspace &workspace, const QString &part)
{
    const Diagnostics all = workspace.diagnostics();
    return std::any_of(all.begin(), all.end(), [&](const Diagnostic &d) { return d.toString().contains(part); });
}

} // namespace

class WorkspaceTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aFirstStartWritesNothingByItself()
    {
        Desk desk;
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(workspace.isFirstStart());
        QVERIFY(!workspace.isReadOnly());
        QVERIFY(workspace.domains().isEmpty());
        QCOMPARE(workspace.listenPort(), DefaultListenPort);
        QVERIFY(!QFile::exists(desk.path));
    }

    void anAddedDomainIsWrittenAndServed()
    {
        Desk desk;
        Backend shop("shop");
        Workspace workspace(desk.path);
        workspace.open();
        QSignalSpy changed(&workspace, &Workspace::domainsChanged);
        const auto index = workspace.addDomain(desk.draft(u"shop.localhost"_s, shop.port()));
        QVERIFY2(index.ok(), index.ok() ? "" : qPrintable(index.error().toString()));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(names(workspace), QStringList{u"shop.localhost"_s});
        QVERIFY(workspace.domains().first().position.isKnown());
        QVERIFY(desk.text().contains("shop.localhost"));
        QVERIFY(desk.serves("shop.localhost", "\r\n\r\nshop"));
        QVERIFY(!workspace.isFirstStart());
        QCOMPARE(workspace.listenPort(), desk.port);
        QVERIFY(workspace.previewAsNginx(*index).contains("server_name"));
        QCOMPARE(workspace.draftOf(*index)->name, u"shop.localhost"_s);
    }

    void domainsGetHttpsOnceThereIsAnAuthority()
    {
        Desk desk;
        Workspace workspace(desk.path);
        workspace.open();
        DomainDraft secure = desk.draft(u"secure.localhost"_s, 9);
        secure.https = true;
        secure.tlsPort = desk.port == 65535 ? 65534 : desk.port + 1;
        DomainDraft plain = desk.draft(u"plain.localhost"_s, 9);
        DomainDraft declined = desk.draft(u"declined.localhost"_s, 9);
        declined.https = false;
        for (const DomainDraft &draft : {secure, plain, declined, desk.draft(u"shop.example.com"_s, 9)})
            QVERIFY(workspace.addDomain(draft).ok());
        const Result<QStringList> changed = workspace.addHttpsToDomains({u"localhost"_s});
        QVERIFY(changed);
        QCOMPARE(*changed, QStringList{u"plain.localhost"_s});
        QVERIFY(desk.text().contains("listen [::1]:" + QByteArray::number(secure.tlsPort) + " ssl;"));
        const QByteArray before = desk.text();
        QVERIFY(workspace.addHttpsToDomains({u"localhost"_s})->isEmpty());
        QCOMPARE(desk.text(), before);
    }

    void aSecondStartFindsWhatTheFirstWrote()
    {
        Desk desk;
        Backend shop("shop");
        {
            Workspace workspace(desk.path);
            workspace.open();
            QVERIFY(workspace.addDomain(desk.draft(u"shop.localhost"_s, shop.port())).ok());
        }
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(!workspace.isFirstStart());
        QCOMPARE(names(workspace), QStringList{u"shop.localhost"_s});
        QVERIFY(desk.serves("shop.localhost", "\r\n\r\nshop"));
    }

    void aDomainThatExistsIsRefusedAndNothingChanges()
    {
        Desk desk;
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(workspace.addDomain(desk.draft(u"shop.localhost"_s, 3000)).ok());
        const QByteArray before = desk.text();
        QSignalSpy changed(&workspace, &Workspace::domainsChanged);
        QCOMPARE(workspace.addDomain(desk.draft(u"shop.localhost"_s, 4000)).error().code, ErrorCode::AlreadyExists);
        QCOMPARE(desk.text(), before);
        QCOMPARE(changed.count(), 0);
    }

    void aDomainIsUpdated()
    {
        Desk desk;
        Backend first("first");
        Backend second("second");
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(workspace.addDomain(desk.draft(u"a.localhost"_s, first.port())).ok());
        QVERIFY(desk.serves("a.localhost", "first"));
        QVERIFY(workspace.updateDomain(0, desk.draft(u"b.localhost"_s, second.port())).ok());
        QVERIFY(desk.serves("b.localhost", "second"));
        QVERIFY(!workspace.updateDomain(7, desk.draft(u"c.localhost"_s, 1)).ok());
    }

    void aRemovedDomainComesBack()
    {
        Desk desk;
        Backend shop("shop");
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(workspace.addDomain(desk.draft(u"shop.localhost"_s, shop.port())).ok());
        QVERIFY(workspace.addDomain(desk.draft(u"other.localhost"_s, shop.port())).ok());
        QVERIFY(!workspace.canUndoRemove());
        QVERIFY(!workspace.undoRemove().ok());
        QVERIFY(workspace.removeDomain(0).ok());
        QCOMPARE(names(workspace), QStringList{u"other.localhost"_s});
        QVERIFY(desk.serves("shop.localhost", "HTTP/1.1 404 "));
        QVERIFY(workspace.canUndoRemove());
        QVERIFY(workspace.undoRemove().ok());
        QCOMPARE(names(workspace), (QStringList{u"shop.localhost"_s, u"other.localhost"_s}));
        QVERIFY(!workspace.canUndoRemove());
        QVERIFY(desk.serves("shop.localhost", "\r\n\r\nshop"));
    }

    void aDomainIsSwitchedOffAndOn()
    {
        Desk desk;
        Backend shop("shop");
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(workspace.addDomain(desk.draft(u"shop.localhost"_s, shop.port())).ok());
        QVERIFY(workspace.addDomain(desk.draft(u"other.localhost"_s, shop.port())).ok());
        QVERIFY(workspace.setDomainEnabled(0, false).ok());
        QVERIFY(!workspace.domains().first().enabled);
        QVERIFY(desk.serves("shop.localhost", "HTTP/1.1 404 "));
        QVERIFY(workspace.setDomainEnabled(0, true).ok());
        QVERIFY(desk.serves("shop.localhost", "\r\n\r\nshop"));
    }

    void editsFromOutsideAreFollowedAgainAndAgain()
    {
        Desk desk;
        Backend first("first");
        Backend second("second");
        Backend third("third");
        desk.write(simpleConfig(desk.port, first.address()));
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(desk.serves("a", "first"));
        desk.replace(simpleConfig(desk.port, second.address()));
        QVERIFY(desk.serves("a", "second"));
        desk.replace(simpleConfig(desk.port, third.address()));
        QVERIFY(desk.serves("a", "third"));
        desk.write(simpleConfig(desk.port, first.address()));
        QVERIFY(desk.serves("a", "first"));
        QVERIFY(!workspace.isReadOnly());
    }

    void includedFilesAreFollowedToo()
    {
        Desk desk;
        Backend first("first");
        Backend second("second");
        Backend third("third");
        const auto part = [&](const QString &name, const QByteArray &host, const Backend &backend) {
            Desk other;
            other.path = desk.folder.filePath(u"conf/sites/"_s + name);
            other.write("server { listen 127.0.0.1:" + QByteArray::number(desk.port) + "; server_name " + host
                        + "; location / { proxy_pass http://" + backend.address() + "; } }\n");
        };
        part(u"a.conf"_s, "a.test", first);
        desk.write("events {}\nhttp {\n    include sites/*.conf;\n}\n");
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(desk.serves("a.test", "first"));
        part(u"a.conf"_s, "a.test", second);
        QVERIFY(desk.serves("a.test", "second"));
        part(u"b.conf"_s, "b.test", third);
        QVERIFY(desk.serves("b.test", "third"));
        QCOMPARE(desk.text(), QByteArray("events {}\nhttp {\n    include sites/*.conf;\n}\n"));
    }

    void aFileThatComesIntoBeingIsFollowed()
    {
        Desk desk;
        Backend first("first");
        QDir().mkpath(QFileInfo(desk.path).path());
        Workspace workspace(desk.path);
        workspace.open();
        desk.write(simpleConfig(desk.port, first.address()));
        QVERIFY(desk.serves("a", "first"));
    }

    void aBadEditIsToldAndTheRunningOneGoesOn()
    {
        Desk desk;
        Backend first("first");
        desk.write(simpleConfig(desk.port, first.address()));
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(desk.serves("a", "first"));
        const QByteArray bad = "http {\n    dance;\n}\n";
        desk.replace(bad);
        QTRY_VERIFY(workspace.isReadOnly());
        QVERIFY(says(workspace, desk.path + u":2:5: error"_s));
        QVERIFY(fetch(desk.port, "a").contains("first"));
        QVERIFY(!workspace.domains().isEmpty());
        QVERIFY(!workspace.addDomain(desk.draft(u"b.localhost"_s, 1)).ok());
        QVERIFY(!workspace.removeDomain(0).ok());
        QCOMPARE(desk.text(), bad);

        desk.replace(simpleConfig(desk.port, first.address()));
        QTRY_VERIFY(!workspace.isReadOnly());
        QVERIFY(!says(workspace, u"error"_s));
    }

    void aCorruptFileAtTheStartIsLeftAsItIs()
    {
        Desk desk;
        const QByteArray bad = "http {\n    server {\n";
        desk.write(bad);
        Workspace workspace(desk.path);
        QSignalSpy told(&workspace, &Workspace::diagnosticsChanged);
        workspace.open();
        QVERIFY(workspace.isReadOnly());
        QVERIFY(told.count() > 0);
        QVERIFY(!workspace.diagnostics().isEmpty());
        const auto refused = workspace.addDomain(desk.draft(u"b.localhost"_s, 1));
        QCOMPARE(refused.error().code, ErrorCode::FileNotWritable);
        QCOMPARE(desk.text(), bad);
    }

    void aFileThatVanishesIsToldAndTheRunningOneGoesOn()
    {
        Desk desk;
        Backend first("first");
        desk.write(simpleConfig(desk.port, first.address()));
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(desk.serves("a", "first"));
        QVERIFY(QFile::remove(desk.path));
        QTRY_VERIFY(says(workspace, u"is gone"_s));
        QVERIFY(fetch(desk.port, "a").contains("first"));
        desk.write(simpleConfig(desk.port, first.address()));
        QTRY_VERIFY(!says(workspace, u"is gone"_s));
    }

    // The list that an index was taken from was another one.
    void anEditByIndexIsRefusedAfterAnUnseenChange()
    {
        Desk desk;
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(workspace.addDomain(desk.draft(u"a.localhost"_s, 3000)).ok());
        QVERIFY(workspace.addDomain(desk.draft(u"b.localhost"_s, 3000)).ok());
        const QByteArray swapped = desk.text().replace("a.localhost", "c.localhost");
        desk.replace(swapped);
        QCOMPARE(workspace.removeDomain(0).error().code, ErrorCode::FileChangedOutside);
        QCOMPARE(desk.text(), swapped);
        QCOMPARE(names(workspace).first(), u"c.localhost"_s);
        QVERIFY(workspace.removeDomain(0).ok());
    }

    void anAdditionAfterAnUnseenChangeKeepsBoth()
    {
        Desk desk;
        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(workspace.addDomain(desk.draft(u"a.localhost"_s, 3000)).ok());
        desk.replace(desk.text().replace("a.localhost", "c.localhost"));
        QVERIFY(workspace.addDomain(desk.draft(u"b.localhost"_s, 3000)).ok());
        QCOMPARE(names(workspace), (QStringList{u"c.localhost"_s, u"b.localhost"_s}));
    }

    void aTakenPortIsToldWithItsHolderUntilItIsFree()
    {
        Desk desk;
        Backend shop("shop");
        // Somebody else: our own process would hold it otherwise.
        auto holder = std::make_unique<QProcess>();
        holder->start(u"python3"_s,
                      {u"-m"_s, u"http.server"_s, u"--bind"_s, u"127.0.0.1"_s, QString::number(desk.port)});
        QTRY_VERIFY(portHolder(desk.port).startsWith(u"python"_s));

        Workspace workspace(desk.path);
        workspace.open();
        QVERIFY(workspace.addDomain(desk.draft(u"shop.localhost"_s, shop.port())).ok());
        QTRY_VERIFY(says(workspace, u"python (pid %1)"_s.arg(holder->processId())));
        holder->kill();
        holder->waitForFinished();
        QTRY_VERIFY_WITH_TIMEOUT(!says(workspace, u"taken by"_s), 20'000);
        QVERIFY(desk.serves("shop.localhost", "\r\n\r\nshop"));
    }

    void theDemoIsMappedOnce()
    {
        Desk desk;
        Workspace workspace(desk.path);
        workspace.open();
        // So that the demo uses this test's port.
        QVERIFY(workspace.addDomain(desk.draft(u"shop.localhost"_s, 3000)).ok());
        const auto index = workspace.startDemo();
        QVERIFY2(index.ok(), index.ok() ? "" : qPrintable(index.error().toString()));
        QCOMPARE(workspace.domains().at(*index).name(), u"demo.localhost"_s);
        QVERIFY(desk.serves("demo.localhost", "It works."));
        QVERIFY(workspace.setDomainEnabled(*index, false).ok());
        const auto again = workspace.startDemo();
        QCOMPARE(*again, *index);
        QCOMPARE(workspace.domains().size(), 2);
        QVERIFY(desk.serves("demo.localhost", "It works."));
    }

    void portsThatOthersListenOnAreFound()
    {
        Desk desk;
        QProcess other;
        other.start(u"python3"_s, {u"-m"_s, u"http.server"_s, u"--bind"_s, u"127.0.0.1"_s, QString::number(desk.port)});
        QTRY_VERIFY(!portHolder(desk.port).isEmpty());
        Workspace workspace(desk.path);
        QSignalSpy found(&workspace, &Workspace::listeningPortsFound);
        workspace.findListeningPorts();
        QTRY_COMPARE(found.count(), 1);
        const auto ports = found.first().first().value<QList<ListeningPort>>();
        QVERIFY(std::any_of(ports.begin(), ports.end(), [&](const ListeningPort &port) {
            return port.port == desk.port && port.process == u"python"_s;
        }));
        other.kill();
        other.waitForFinished();
    }

    void endingItWhileASearchRunsIsSafe()
    {
        Desk desk;
        Workspace workspace(desk.path);
        for (int i = 0; i < 8; ++i)
            workspace.findListeningPorts();
        QSignalSpy found(&workspace, &Workspace::listeningPortsFound);
        QVERIFY(found.isEmpty()); // answers come with the event loop only
    }
};

QTEST_GUILESS_MAIN(WorkspaceTest)
#include "tst_workspace.moc"
