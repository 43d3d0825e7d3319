// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/nssdatabase.h"
#include "support/nowritepermission.h"
#include "support/trustlab.h"

#include <QDir>
#include <QProcess>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

QString databaseOf(const TrustLab &lab)
{
    return lab.path(u"home/.pki/nssdb"_s);
}

std::unique_ptr<TrustStore> chromiumStore(const TrustLab &lab, const TrustPlaces &places)
{
    return storeWithId(places, u"nss:"_s + databaseOf(lab));
}

// The real certutil, as a person would call it.
QByteArray certutil(const TrustLab &lab, const QStringList &arguments)
{
    QProcess program;
    program.setProcessChannelMode(QProcess::MergedChannels);
    program.start(u"certutil"_s, QStringList{u"-d"_s, u"sql:"_s + databaseOf(lab)} + arguments);
    if (!program.waitForFinished() || program.exitStatus() != QProcess::NormalExit)
        qFatal("certutil did not end");
    return program.readAll();
}

void makeDatabase(const TrustLab &lab, const QString &passwordFile = {})
{
    lab.makeFolder(u"home/.pki/nssdb"_s);
    certutil(lab, passwordFile.isEmpty() ? QStringList{u"-N"_s, u"--empty-password"_s}
                                         : QStringList{u"-N"_s, u"-f"_s, passwordFile});
}

} // namespace

class TrustNssTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theRootComesAndGoes()
    {
        const TrustLab lab;
        makeDatabase(lab);
        const auto store = chromiumStore(lab, lab.places());
        COMPARE_STATE(store->inspect(lab.root()), TrustState::NotTrusted);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        COMPARE_STATE(store->inspect(lab.root()), TrustState::Trusted);
        const QByteArray listing = certutil(lab, {u"-L"_s});
        QVERIFY2(listing.contains("Portlight test- root") && listing.contains(" C,, "), listing.constData());
        QVERIFY(!listing.contains("proof"));
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QVERIFY(!certutil(lab, {u"-L"_s}).contains("Portlight"));
    }

    void aBrowserThatWasNeverStartedGetsItsDatabase()
    {
        const TrustLab lab;
        TrustPlaces places = lab.places();
        lab.writeTool(u"chromium"_s, "exit 1\n");
        places.toolFolders.prepend(lab.path(u"tools"_s));
        const auto store = chromiumStore(lab, places);
        COMPARE_STATE(store->inspect(lab.root()), TrustState::NotTrusted);
        QVERIFY(!QFile::exists(databaseOf(lab)));
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QVERIFY(!QFile::exists(databaseOf(lab)));
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        QCOMPARE(QFileInfo(databaseOf(lab)).permissions() & QFile::Permissions(0x77), QFile::Permissions(0));
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
    }

    void theRootIsFoundUnderAnotherName()
    {
        const TrustLab lab;
        makeDatabase(lab);
        certutil(lab, {u"-A"_s, u"-n"_s, u"imported by hand"_s, u"-t"_s, u"CT,C,C"_s, u"-i"_s, lab.root().path});
        const auto store = chromiumStore(lab, lab.places());
        COMPARE_STATE(store->inspect(lab.root()), TrustState::Trusted);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QVERIFY(!certutil(lab, {u"-L"_s}).contains("imported by hand"));
    }

    void whatIsThereWithoutTrustIsPartlyTrusted()
    {
        const TrustLab lab;
        makeDatabase(lab);
        for (const QString &flags : {u",,"_s, u"p,p,p"_s}) {
            certutil(lab, {u"-A"_s, u"-n"_s, u"root"_s, u"-t"_s, flags, u"-i"_s, lab.root().path});
            const auto store = chromiumStore(lab, lab.places());
            const TrustReport report = store->inspect(lab.root());
            COMPARE_STATE(report, TrustState::Partly);
            QVERIFY(report.detail.contains(flags));
            COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
            COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        }
    }

    void aLeafOfAnotherRootProvesNothing()
    {
        TrustLab lab;
        makeDatabase(lab);
        const auto store = chromiumStore(lab, lab.places());
        TrustedRoot other = lab.otherRoot();
        COMPARE_STATE(store->install(other), TrustState::Trusted); // by fingerprint alone
        other.leafPem = lab.root().leafPem;
        COMPARE_STATE(store->inspect(other), TrustState::Partly);
        COMPARE_STATE(store->inspect(lab.root()), TrustState::NotTrusted);
    }

    void otherCertificatesStay()
    {
        TrustLab lab;
        makeDatabase(lab);
        const TrustedRoot other = lab.otherRoot();
        const auto store = chromiumStore(lab, lab.places());
        COMPARE_STATE(store->install(other), TrustState::Trusted);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        COMPARE_STATE(store->inspect(other), TrustState::Trusted);
    }

    void aPrimaryPasswordIsReported()
    {
        const TrustLab lab;
        const QString password = lab.writeFile(u"password"_s, "secret\n");
        makeDatabase(lab, password);
        const auto store = chromiumStore(lab, lab.places());
        TrustReport report = store->install(lab.root());
        COMPARE_STATE(report, TrustState::NotTrusted);
        QVERIFY2(report.detail.contains(u"primary password"_s), qPrintable(report.detail));
        QVERIFY(!report.remedy.isEmpty());
        QVERIFY(!certutil(lab, {u"-L"_s}).contains("Portlight"));
        // What somebody who knows it has put there is seen, and can be removed.
        certutil(lab, {u"-A"_s, u"-n"_s, u"root"_s, u"-t"_s, u"C,,"_s, u"-i"_s, lab.root().path, u"-f"_s, password});
        COMPARE_STATE(store->inspect(lab.root()), TrustState::Trusted);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
    }

    void damagedAndLockedDatabasesAreReported()
    {
        const TrustLab lab;
        lab.writeFile(u"home/.pki/nssdb/cert9.db"_s, QByteArray(5000, '\x5a'));
        const auto store = chromiumStore(lab, lab.places());
        for (const TrustReport &report :
             {store->inspect(lab.root()), store->install(lab.root()), store->remove(lab.root())}) {
            COMPARE_STATE(report, TrustState::Unknown);
            QVERIFY2(report.detail.contains(u"locked or damaged"_s), qPrintable(report.detail));
            QVERIFY(!report.remedy.isEmpty());
        }
        QVERIFY(QFile::remove(databaseOf(lab) + u"/cert9.db"_s));
        makeDatabase(lab);

        QProcess holder;
        holder.start(u"python3"_s, {u"-c"_s,
                                    u"import sqlite3, sys\n"
                                    "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                                    "held.execute('BEGIN EXCLUSIVE')\n"
                                    "print('held', flush=True)\n"
                                    "sys.stdin.read()\n"_s,
                                    databaseOf(lab) + u"/cert9.db"_s});
        QVERIFY(holder.waitForReadyRead());
        const TrustReport locked = store->install(lab.root());
        COMPARE_STATE(locked, TrustState::Unknown);
        QVERIFY2(locked.detail.contains(u"locked or damaged"_s), qPrintable(locked.detail));
        holder.closeWriteChannel();
        QVERIFY(holder.waitForFinished());
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
    }

    void aDatabaseThatCannotBeWrittenIsNotBlamedForAnythingElse()
    {
        const TrustLab lab;
        makeDatabase(lab);
        const auto store = chromiumStore(lab, lab.places());
        for (const QString &file : {u"cert9.db"_s, u"key4.db"_s, u"pkcs11.txt"_s})
            QVERIFY(QFile::setPermissions(databaseOf(lab) + u'/' + file, QFile::Permissions(0x6644)));
        {
            const NoWritePermission closed(databaseOf(lab), lab.path(u"."_s));
            const TrustReport report = store->install(lab.root());
            COMPARE_STATE(report, TrustState::NotTrusted);
            QVERIFY2(report.detail.contains(u"cannot be written"_s), qPrintable(report.detail));
            QVERIFY2(report.remedy.contains(u"writable"_s), qPrintable(report.remedy));
        }
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
    }

    void entriesHaveAMaximum()
    {
        const TrustLab lab;
        lab.writeFile(u"home/.pki/nssdb/cert9.db"_s, {});
        // Lists what the file has; all but one of the names have no certificate.
        lab.writeTool(u"certutil"_s, "case \"$*\" in\n*'-n the last') cat '" + lab.root().path.toUtf8()
                                         + "' ;;\n*'-a -n'*) ;;\n*-L*) cat '" + lab.path(u"list"_s).toUtf8()
                                         + "' ;;\nesac\n");
        TrustPlaces places = lab.places();
        places.toolFolders.prepend(lab.path(u"tools"_s));
        const auto store = chromiumStore(lab, places);
        QByteArray listing;
        for (int index = 1; index < NssDatabase::EntriesMax; ++index)
            listing += "other " + QByteArray::number(index) + "  ,,\n";
        lab.writeFile(u"list"_s, listing + "the last  C,,\n");
        COMPARE_STATE(store->inspect(lab.root()), TrustState::Trusted);
        lab.writeFile(u"list"_s, listing + "one more  ,,\nthe last  C,,\n");
        COMPARE_STATE(store->inspect(lab.root()), TrustState::NotTrusted);
    }

    void aMissingCertutilNamesItsPackages()
    {
        const TrustLab lab;
        makeDatabase(lab);
        const auto store = chromiumStore(lab, lab.placesWithOwnTools());
        for (const TrustReport &report :
             {store->inspect(lab.root()), store->install(lab.root()), store->remove(lab.root())}) {
            COMPARE_STATE(report, TrustState::ToolMissing);
            QVERIFY(report.remedy.contains(u"libnss3-tools"_s) && report.remedy.contains(u"nss-tools (Fedora)"_s));
        }
    }

    void anotherUsersHomeIsLeftAlone()
    {
        const TrustLab lab;
        lab.writeTool(u"chromium"_s, "exit 1\n");
        TrustPlaces places = lab.places();
        places.toolFolders.prepend(lab.path(u"tools"_s));
        places.homeIsAnothers = true;
        const auto store = chromiumStore(lab, places);
        const TrustReport report = store->install(lab.root());
        COMPARE_STATE(report, TrustState::Unknown);
        QVERIFY(report.remedy.contains(u"without sudo"_s));
        QVERIFY(!QFile::exists(databaseOf(lab)));
    }

    void oneBrokenStoreStopsNoOther()
    {
        const TrustLab lab;
        makeDatabase(lab);
        lab.writeFile(u"home/.mozilla/firefox/broken.x/cert9.db"_s, "garbage");
        lab.makeFolder(u"home/.mozilla/firefox/good.x"_s);
        for (const QString &name : {u"cert9.db"_s, u"key4.db"_s, u"pkcs11.txt"_s})
            QVERIFY(QFile::copy(databaseOf(lab) + u'/' + name, lab.path(u"home/.mozilla/firefox/good.x/"_s + name)));
        QMap<QString, TrustState> states;
        for (const auto &store : findTrustStores(lab.places()))
            states[store->id().section(u'/', -1)] = store->install(lab.root()).state;
        QCOMPARE(states.value(u"nssdb"_s), TrustState::Trusted);
        QCOMPARE(states.value(u"broken.x"_s), TrustState::Unknown);
        QCOMPARE(states.value(u"good.x"_s), TrustState::Trusted);
        QCOMPARE(states.value(u"system"_s), TrustState::Unavailable);
        QCOMPARE(states.value(u"java"_s), TrustState::Unavailable);
    }
};

QTEST_GUILESS_MAIN(TrustNssTest)
#include "tst_trust_nss.moc"
