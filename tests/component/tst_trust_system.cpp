// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/anchorlayout.h"
#include "pki/privilege.h"
#include "support/nowritepermission.h"
#include "support/tlspage.h"
#include "support/trustlab.h"

#include <QDir>
#include <QProcess>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

const QString DebianAnchors = u"system/usr/local/share/ca-certificates"_s;
const QString DebianBundle = u"system/etc/ssl/certs/ca-certificates.crt"_s;

// curl's exit code: 0, or 60 when the server's certificate is not trusted, 77 when the roots cannot be read.
int curl(const TlsPage &page, const QStringList &trust)
{
    QProcess program;
    QStringList arguments{u"--silent"_s, u"--show-error"_s, u"--noproxy"_s, u"*"_s};
    program.start(u"curl"_s, arguments + trust + QStringList{page.url()});
    if (!program.waitForFinished() || program.exitStatus() != QProcess::NormalExit)
        qFatal("curl did not end");
    const bool loaded = program.readAllStandardOutput().contains(TlsPage::Text);
    return loaded == (program.exitCode() == 0) ? program.exitCode() : -1;
}

int curlByBundle(const TrustLab &lab, const TlsPage &page)
{
    return curl(page, {u"--cacert"_s, lab.path(DebianBundle)});
}

int curlByFolder(const TrustLab &lab, const TlsPage &page)
{
    // Without a file of its own it would read the machine's as well.
    return curl(
        page, {u"--cacert"_s, lab.path(u"authority/other.pem"_s), u"--capath"_s, lab.path(u"system/etc/ssl/certs"_s)});
}

// A Debian system with one root of its own and the real update-ca-certificates.
void makeDebian(TrustLab &lab)
{
    lab.makeFolder(u"system/etc/ssl/certs"_s);
    lab.writeFile(DebianAnchors + u"/other.crt"_s, lab.otherRoot().pem);
}

// What p11-kit's programs do, in a scratch system: all anchors into one file.
void makeUpdater(const TrustLab &lab, const QString &program, const QString &anchors, const QString &bundle)
{
    const QString file =
        lab.writeFile(u"system/usr/bin/"_s + program, "#!/bin/sh\nset -e\ncat \"" + lab.path(anchors).toUtf8()
                                                          + "\"/* >\"" + lab.path(bundle).toUtf8() + "\"\n");
    QFile::setPermissions(file, QFile::ReadOwner | QFile::ExeOwner);
}

} // namespace

class TrustSystemTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void curlTrustsTheScratchSystemWhileTheRootIsIn()
    {
        TrustLab lab;
        makeDebian(lab);
        const TlsPage page(lab.server());
        const auto store = storeWithId(lab.places(), u"system"_s);
        COMPARE_STATE(store->inspect(lab.root()), TrustState::NotTrusted);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        QVERIFY(QFile::exists(anchorPath(*findAnchorLayout(lab.places()), lab.root())));
        QCOMPARE(curlByBundle(lab, page), 0);
        QCOMPARE(curlByFolder(lab, page), 0);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QVERIFY(!QFile::exists(anchorPath(*findAnchorLayout(lab.places()), lab.root())));
        QCOMPARE(curlByBundle(lab, page), 60);
        QCOMPARE(curlByFolder(lab, page), 60);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        // Not even a link that leads nowhere.
        const QDir certificates(lab.path(u"system/etc/ssl/certs"_s));
        QVERIFY(certificates.entryList({u"*portlight*"_s}, QDir::AllEntries | QDir::System).isEmpty());
        QCOMPARE(certificates.entryList({u"other.pem"_s}).size(), 1);
    }

    void aSystemWithNothingElseForgetsTheRootAsWell()
    {
        const TrustLab lab;
        lab.makeFolder(DebianAnchors);
        const TlsPage page(lab.server());
        const auto store = storeWithId(lab.places(), u"system"_s);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        QCOMPARE(curlByBundle(lab, page), 0);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QCOMPARE(curlByBundle(lab, page), 77);
    }

    void theRootIsFoundUnderAnotherFileName()
    {
        TrustLab lab;
        makeDebian(lab);
        const QString byHand = lab.writeFile(DebianAnchors + u"/by hand.crt"_s, lab.root().pem);
        const auto store = storeWithId(lab.places(), u"system"_s);
        const TrustReport before = store->inspect(lab.root());
        COMPARE_STATE(before, TrustState::Partly); // the update has not run
        QVERIFY(before.remedy.contains(u"update-ca-certificates"_s));
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        QVERIFY(!QFile::exists(anchorPath(*findAnchorLayout(lab.places()), lab.root())));
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QVERIFY(!QFile::exists(byHand));
    }

    void whatStandsInAFileWithOthersIsLeftToItsOwner()
    {
        TrustLab lab;
        makeDebian(lab);
        const QString shared = lab.writeFile(DebianAnchors + u"/shared.crt"_s, lab.otherRoot().pem + lab.root().pem);
        const QByteArray content = readFile(shared);
        const auto store = storeWithId(lab.places(), u"system"_s);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        const TrustReport report = store->remove(lab.root());
        COMPARE_STATE(report, TrustState::Partly); // files of several are not in the folder of hashed names
        QVERIFY2(report.detail.contains(shared), qPrintable(report.detail));
        QVERIFY(report.remedy.contains(u"--fresh"_s));
        QCOMPARE(readFile(shared), content);
        QVERIFY(!QFile::exists(anchorPath(*findAnchorLayout(lab.places()), lab.root())));
    }

    void whatIsInTheStoreButSignedNothingIsPartlyTrusted()
    {
        TrustLab lab;
        makeDebian(lab);
        const auto store = storeWithId(lab.places(), u"system"_s);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        TrustedRoot wrong = lab.root();
        const CertificateFiles stranger = TestAuthority::selfSigned(lab.path(u"home"_s).toUtf8(), "stranger");
        wrong.leafPem = readFile(QString::fromUtf8(stranger.certificate));
        const TrustReport report = store->inspect(wrong);
        COMPARE_STATE(report, TrustState::Partly);
        QVERIFY2(report.detail.contains(u"self-signed certificate"_s), qPrintable(report.detail));
        // Removed without an update, it is trusted until the next one.
        QVERIFY(QFile::remove(anchorPath(*findAnchorLayout(lab.places()), lab.root())));
        COMPARE_STATE(store->inspect(lab.root()), TrustState::Partly);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
    }

    void withoutPrivilegeTheCommandIsGiven()
    {
        TrustLab lab;
        makeDebian(lab);
        const auto store = storeWithId(lab.places(), u"system"_s);
        TrustReport report;
        {
            const NoWritePermission closed(lab.path(DebianAnchors), lab.path(u"."_s));
            report = store->install(lab.root());
        }
        COMPARE_STATE(report, TrustState::NotTrusted);
        QCOMPARE(report.privilegedCommand.value(0), u"sh"_s);
        QString command = shellText(report.privilegedCommand);
        QVERIFY2(command.startsWith(u"sh -c 'install -m 0644 -- "_s + lab.root().path), qPrintable(command));
        QVERIFY(command.contains(u"update-ca-certificates"_s) && !report.remedy.isEmpty());
        QVERIFY(runPrivileged(report.privilegedCommand, PrivilegeWay::Direct, lab.places().toolFolders).ok());
        COMPARE_STATE(store->inspect(lab.root()), TrustState::Trusted);
        {
            const NoWritePermission closed(lab.path(DebianAnchors), lab.path(u"."_s));
            report = store->remove(lab.root());
        }
        COMPARE_STATE(report, TrustState::Trusted);
        command = shellText(report.privilegedCommand);
        QVERIFY2(command.startsWith(u"sh -c 'rm -f -- "_s) && command.contains(u"--fresh"_s), qPrintable(command));
        QVERIFY(runPrivileged(report.privilegedCommand, PrivilegeWay::Direct, lab.places().toolFolders).ok());
        COMPARE_STATE(store->inspect(lab.root()), TrustState::NotTrusted);
    }

    void otherLayoutsRunTheirOwnProgram_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("anchors");
        QTest::addColumn<QString>("bundle");
        QTest::newRow("Fedora") << u"update-ca-trust"_s << u"system/etc/pki/ca-trust/source/anchors"_s
                                << u"system/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"_s;
        QTest::newRow("Arch") << u"trust"_s << u"system/etc/ca-certificates/trust-source/anchors"_s
                              << u"system/etc/ca-certificates/extracted/tls-ca-bundle.pem"_s;
        QTest::newRow("SUSE") << u"update-ca-certificates"_s << u"system/usr/share/pki/trust/anchors"_s
                              << u"system/var/lib/ca-certificates/ca-bundle.pem"_s;
    }
    void otherLayoutsRunTheirOwnProgram()
    {
        QFETCH(QString, program);
        QFETCH(QString, anchors);
        QFETCH(QString, bundle);
        TrustLab lab;
        lab.writeFile(anchors + u"/other.crt"_s, lab.otherRoot().pem);
        const auto store = storeWithId(lab.places(), u"system"_s);
        const TrustReport missing = store->install(lab.root());
        COMPARE_STATE(missing, TrustState::ToolMissing);
        QVERIFY(missing.detail.contains(program) && missing.remedy.contains(u"package"_s));

        makeUpdater(lab, program, anchors, bundle);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        QVERIFY(readFile(lab.path(bundle)).contains(lab.root().pem));
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QVERIFY(!readFile(lab.path(bundle)).contains(lab.root().pem));
    }

    void aFailingProgramIsReportedInItsWords()
    {
        TrustLab lab;
        makeDebian(lab);
        TrustPlaces places = lab.placesWithOwnTools();
        const auto store = storeWithId(places, u"system"_s);
        COMPARE_STATE(store->install(lab.root()), TrustState::ToolMissing);
        lab.writeTool(u"update-ca-certificates"_s, "echo 'no space left on device' >&2; exit 1\n");
        const TrustReport report = store->install(lab.root());
        COMPARE_STATE(report, TrustState::Partly);
        QVERIFY2(report.detail.contains(u"no space left on device"_s), qPrintable(report.detail));
        QVERIFY(!report.remedy.isEmpty());
    }

    void aSystemWithoutAnchorsSaysSo()
    {
        const TrustLab lab;
        const auto store = storeWithId(lab.places(), u"system"_s);
        COMPARE_STATE(store->inspect(lab.root()), TrustState::Unavailable);
        COMPARE_STATE(store->install(lab.root()), TrustState::Unavailable);
        COMPARE_STATE(store->remove(lab.root()), TrustState::Unavailable);
    }
};

QTEST_GUILESS_MAIN(TrustSystemTest)
#include "tst_trust_system.moc"
