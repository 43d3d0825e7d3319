// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/privilege.h"
#include "support/nowritepermission.h"
#include "support/trustlab.h"

#include <QProcess>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

QByteArray keytool(const QStringList &arguments)
{
    QProcess program;
    program.setProcessChannelMode(QProcess::MergedChannels);
    program.start(u"keytool"_s, arguments);
    if (!program.waitForFinished(60'000) || program.exitCode() != 0)
        qFatal("keytool: %s", program.readAll().constData());
    return program.readAll();
}

// A store as a runtime has it, with another root in it.
QString makeStore(TrustLab &lab, const QString &password)
{
    lab.makeFolder(u"system/jdk/lib/security"_s);
    const QString path = lab.path(u"system/jdk/lib/security/cacerts"_s);
    keytool({u"-importcert"_s, u"-noprompt"_s, u"-alias"_s, u"other"_s, u"-file"_s, lab.otherRoot().path,
             u"-keystore"_s, path, u"-storepass"_s, password});
    return path;
}

TrustPlaces javaPlaces(const TrustLab &lab)
{
    TrustPlaces places = lab.places();
    places.javaHome = lab.path(u"system/jdk"_s);
    return places;
}

} // namespace

class TrustJavaTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theRootComesAndGoes()
    {
        TrustLab lab;
        const QString path = makeStore(lab, u"changeit"_s);
        const auto store = storeWithId(javaPlaces(lab), u"java:"_s + path);
        COMPARE_STATE(store->inspect(lab.root()), TrustState::NotTrusted);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        const QByteArray alias = "portlight-" + lab.root().fingerprint.left(16);
        const QStringList list{u"-list"_s, u"-keystore"_s, path, u"-storepass"_s, u"changeit"_s};
        const QByteArray listing = keytool(list);
        QVERIFY(listing.contains(alias) && !listing.contains("proof"));
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QVERIFY(!keytool(list).contains(alias));
        QVERIFY(keytool(list).contains("other"));
    }

    void theRootIsFoundUnderAnotherAliasAndProvenByItsLeaf()
    {
        TrustLab lab;
        const QString path = makeStore(lab, u"changeit"_s);
        keytool({u"-importcert"_s, u"-noprompt"_s, u"-alias"_s, u"by hand"_s, u"-file"_s, lab.root().path,
                 u"-keystore"_s, path, u"-storepass"_s, u"changeit"_s});
        const auto store = storeWithId(javaPlaces(lab), u"java:"_s + path);
        COMPARE_STATE(store->inspect(lab.root()), TrustState::Trusted);
        TrustedRoot wrong = lab.root();
        const CertificateFiles stranger = TestAuthority::selfSigned(lab.path(u"home"_s).toUtf8(), "stranger");
        wrong.leafPem = readFile(QString::fromUtf8(stranger.certificate));
        const TrustReport report = store->inspect(wrong);
        COMPARE_STATE(report, TrustState::Partly);
        QVERIFY(report.detail.contains(u"by hand"_s));
        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
    }

    void withoutPrivilegeTheCommandIsGiven()
    {
        TrustLab lab;
        const QString path = makeStore(lab, u"changeit"_s);
        const auto store = storeWithId(javaPlaces(lab), u"java:"_s + path);
        TrustedRoot root = lab.root();
        root.leafPem.clear(); // by its fingerprint alone
        const QStringList folders = lab.places().toolFolders;
        TrustReport report;
        {
            const NoWritePermission closed(path, lab.path(u"."_s));
            report = store->install(root);
        }
        COMPARE_STATE(report, TrustState::NotTrusted);
        QVERIFY(report.privilegedCommand.contains(root.path) && !report.remedy.isEmpty());
        QVERIFY(runPrivileged(report.privilegedCommand, PrivilegeWay::Direct, folders).ok());
        {
            const NoWritePermission closed(path, lab.path(u"."_s));
            report = store->remove(root);
        }
        COMPARE_STATE(report, TrustState::Trusted);
        QVERIFY(report.privilegedCommand.contains(u"-delete"_s));
        QVERIFY(runPrivileged(report.privilegedCommand, PrivilegeWay::Direct, folders).ok());
        COMPARE_STATE(store->inspect(root), TrustState::NotTrusted);
    }

    void aPasswordOfItsOwnIsNeeded()
    {
        TrustLab lab;
        const QString path = makeStore(lab, u"its own"_s);
        TrustPlaces places = javaPlaces(lab);
        const TrustReport report = storeWithId(places, u"java:"_s + path)->install(lab.root());
        COMPARE_STATE(report, TrustState::Unknown);
        QVERIFY2(report.remedy.contains(u"PORTLIGHT_JAVA_STOREPASS"_s), qPrintable(report.detail));
        places.javaStorePassword = u"its own"_s;
        const auto store = storeWithId(places, u"java:"_s + path);
        TrustedRoot root = lab.root();
        root.leafPem.clear(); // by its fingerprint alone
        COMPARE_STATE(store->install(root), TrustState::Trusted);
        COMPARE_STATE(store->remove(root), TrustState::NotTrusted);
    }

    void thePasswordOfItsOwnIsNoArgument()
    {
        TrustLab lab;
        const QString path = lab.writeFile(u"system/jdk/lib/security/cacerts"_s, {});
        const QByteArray log = lab.path(u"log"_s).toUtf8();
        lab.writeTool(u"keytool"_s, "echo \"$* / $PORTLIGHT_JAVA_STOREPASS\" >>\"" + log + "\"\n");
        TrustPlaces places = lab.placesWithOwnTools();
        places.javaHome = lab.path(u"system/jdk"_s);
        places.javaStorePassword = u"its own"_s;
        storeWithId(places, u"java:"_s + path)->inspect(lab.root());
        const QList<QByteArray> parts = readFile(lab.path(u"log"_s)).trimmed().split('/');
        QCOMPARE(parts.last(), " its own"_ba);
        QVERIFY(!parts.mid(0, parts.size() - 1).join('/').contains("its own"));
    }

    void aDamagedStoreIsReported()
    {
        TrustLab lab;
        const QString path = lab.writeFile(u"system/jdk/lib/security/cacerts"_s, QByteArray(3000, '\x5a'));
        const auto store = storeWithId(javaPlaces(lab), u"java:"_s + path);
        for (const TrustReport &report : {store->install(lab.root()), store->remove(lab.root())}) {
            COMPARE_STATE(report, TrustState::Unknown);
            QVERIFY2(report.detail.startsWith(u"keytool"_s), qPrintable(report.detail));
            QVERIFY2(report.remedy.contains(u"damaged"_s), qPrintable(report.remedy));
        }
        QCOMPARE(readFile(path), QByteArray(3000, '\x5a'));
    }

    void aMissingKeytoolNamesItsPackages()
    {
        const TrustLab lab;
        TrustPlaces places = lab.placesWithOwnTools();
        places.javaHome = lab.path(u"system/jdk"_s);
        const QString path = lab.writeFile(u"system/jdk/lib/security/cacerts"_s, {});
        const TrustReport report = storeWithId(places, u"java:"_s + path)->inspect(lab.root());
        COMPARE_STATE(report, TrustState::ToolMissing);
        QVERIFY(report.remedy.contains(u"default-jre-headless"_s));
    }

    void aStoreThatFollowsTheSystemIsNotChanged()
    {
        TrustLab lab;
        const QString path = makeStore(lab, u"changeit"_s);
        const QString extracted = lab.makeFolder(u"etc/pki/ca-trust/extracted/java"_s) + u"/cacerts"_s;
        QVERIFY(QFile::rename(path, extracted));
        QVERIFY(QFile::link(extracted, path));
        const QByteArray before = readFile(extracted);
        const TrustReport report = storeWithId(javaPlaces(lab), u"java:"_s + extracted)->install(lab.root());
        COMPARE_STATE(report, TrustState::NotTrusted);
        QVERIFY(report.remedy.contains(u"system's store"_s));
        QCOMPARE(readFile(extracted), before);
    }
};

QTEST_GUILESS_MAIN(TrustJavaTest)
#include "tst_trust_java.moc"
