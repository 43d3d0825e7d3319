// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/anchorlayout.h"
#include "pki/firefoxprofiles.h"
#include "pki/javastores.h"
#include "pki/nssplaces.h"
#include "support/trustlab.h"

#include <QDir>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

// Name and folder of each place, in their order, below the scratch home.
QStringList nssPlaces(const TrustLab &lab, const TrustPlaces &places)
{
    QStringList lines;
    for (const NssPlace &place : findNssPlaces(places, TrustPrograms(places.toolFolders, places.home))) {
        const QString folder = QDir(lab.path(u"home"_s)).relativeFilePath(place.folder);
        lines.append(place.name + u": "_s + (place.folder.isEmpty() ? place.absence : folder));
    }
    return lines;
}

QStringList nssPlaces(const TrustLab &lab)
{
    return nssPlaces(lab, lab.placesWithOwnTools());
}

} // namespace

class TrustPlacesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aHomeWithoutBrowsersSaysSo()
    {
        const TrustLab lab;
        const QStringList expected{u"Chromium and Chrome: neither Chromium nor Chrome is installed"_s,
                                   u"Firefox: there is no Firefox profile"_s};
        QCOMPARE(nssPlaces(lab), expected);
    }

    void browsersThatWereNeverStartedAreKnown()
    {
        const TrustLab lab;
        lab.writeTool(u"google-chrome-stable"_s, "exit 1\n");
        lab.writeTool(u"firefox-esr"_s, "exit 1\n");
        const QStringList expected{u"Chromium and Chrome: .pki/nssdb"_s, u"Firefox: Firefox has no profile yet"_s};
        QCOMPARE(nssPlaces(lab), expected);
    }

    void theNewerChromiumPlaceCountsWhereTheOlderIsMissing()
    {
        const TrustLab lab;
        lab.writeTool(u"chromium"_s, "exit 1\n");
        lab.writeFile(u"home/.local/share/pki/nssdb/cert9.db"_s, {});
        QCOMPARE(nssPlaces(lab).first(), u"Chromium and Chrome: .local/share/pki/nssdb"_s);

        lab.writeFile(u"home/.pki/nssdb/cert9.db"_s, {});
        QCOMPARE(nssPlaces(lab).mid(0, 2),
                 QStringList({u"Chromium and Chrome: .pki/nssdb"_s,
                              u"Chromium and Chrome, newer place: .local/share/pki/nssdb"_s}));
    }

    void theDataAndConfigurationHomesAreObeyed()
    {
        const TrustLab lab;
        TrustPlaces places = lab.placesWithOwnTools();
        places.dataHome = lab.path(u"home/data"_s);
        places.configHome = lab.path(u"home/settings"_s);
        lab.writeFile(u"home/data/pki/nssdb/cert9.db"_s, {});
        lab.writeFile(u"home/settings/mozilla/firefox/k.work/cert9.db"_s, {});
        const QStringList expected{u"Chromium and Chrome: data/pki/nssdb"_s,
                                   u"Firefox, profile work: settings/mozilla/firefox/k.work"_s};
        QCOMPARE(nssPlaces(lab, places), expected);
    }

    void packagedBrowsersHavePlacesOfTheirOwn()
    {
        const TrustLab lab;
        lab.makeFolder(u"home/snap/chromium/current"_s);
        lab.writeFile(u"home/.var/app/org.chromium.Chromium/data/pki/nssdb/cert9.db"_s, {});
        lab.writeFile(u"home/.var/app/com.google.Chrome/.pki/nssdb/cert9.db"_s, {});
        lab.writeFile(u"home/snap/firefox/common/.mozilla/firefox/s.default/cert9.db"_s, {});
        lab.writeFile(u"home/.var/app/org.mozilla.firefox/.mozilla/firefox/f.default/cert9.db"_s, {});
        const QStringList expected{
            u"Chromium and Chrome: neither Chromium nor Chrome is installed"_s,
            u"Chromium (snap): snap/chromium/current/.pki/nssdb"_s,
            u"Chromium (flatpak): .var/app/org.chromium.Chromium/data/pki/nssdb"_s,
            u"Chrome (flatpak): .var/app/com.google.Chrome/.pki/nssdb"_s,
            u"Firefox (snap), profile default: snap/firefox/common/.mozilla/firefox/s.default"_s,
            u"Firefox (flatpak), profile default: .var/app/org.mozilla.firefox/.mozilla/firefox/f.default"_s,
        };
        QCOMPARE(nssPlaces(lab), expected);
    }

    void firefoxProfilesGoByTheirNames()
    {
        const TrustLab lab;
        const QString elsewhere = lab.writeFile(u"elsewhere/zoe/cert9.db"_s, {});
        lab.writeFile(u"home/.mozilla/firefox/a1.default-release/cert9.db"_s, {});
        lab.writeFile(u"home/.mozilla/firefox/b2.forgotten/cert9.db"_s, {});
        lab.makeFolder(u"home/.mozilla/firefox/c3.never-used"_s);
        lab.makeFolder(u"home/.mozilla/firefox/Crash Reports"_s);
        lab.writeFile(u"home/.mozilla/firefox/profiles.ini"_s,
                      "[Profile0]\nName=Daily\nIsRelative=1\nPath=a1.default-release\n"
                      "[Profile1]\nName=Zoë\nIsRelative=0\nPath="
                          + QFileInfo(elsewhere).path().toUtf8() + "\n[Profile2]\nName=Gone\nPath=c3.never-used\n");
        const QList<FirefoxFolder> found = findFirefoxFolders(lab.path(u"home/.mozilla/firefox"_s));
        QStringList names;
        for (const FirefoxFolder &folder : found)
            names.append(folder.name);
        QCOMPARE(names, QStringList({u"Zoë"_s, u"Daily"_s, u"forgotten"_s}));
        QCOMPARE(found.first().folder, QFileInfo(elsewhere).canonicalPath());
    }

    void profilesIniHasAMaximum()
    {
        const TrustLab lab;
        const QString base = u"home/.mozilla/firefox"_s;
        lab.writeFile(base + u"/a1.x/cert9.db"_s, {});
        const QByteArray profile = "\n[Profile0]\nName=Daily\nPath=a1.x";
        const QByteArray comment(qsizetype(ProfilesIniBytesMax) - profile.size(), ';');
        lab.writeFile(base + u"/profiles.ini"_s, comment + profile);
        QCOMPARE(findFirefoxFolders(lab.path(base)).first().name, u"Daily"_s);
        lab.writeFile(base + u"/profiles.ini"_s, comment + ';' + profile); // its last letter is not read
        QCOMPARE(findFirefoxFolders(lab.path(base)).first().name, u"x"_s);
    }

    void placesHaveAMaximum()
    {
        const TrustLab lab;
        for (int index = 0; index < NssStoresMax + 5; ++index)
            lab.writeFile(u"home/.mozilla/firefox/p%1.x/cert9.db"_s.arg(index), {});
        QCOMPARE(findFirefoxFolders(lab.path(u"home/.mozilla/firefox"_s)).size(), FirefoxProfilesMax);
        QCOMPARE(nssPlaces(lab).size(), NssStoresMax);
    }

    void layoutsAreProbedInOrder()
    {
        const TrustLab lab;
        QVERIFY(!findAnchorLayout(lab.places()));
        const std::pair<QString, QString> layouts[] = {
            {u"SUSE"_s, u"usr/share/pki/trust/anchors"_s},
            {u"Arch"_s, u"etc/ca-certificates/trust-source/anchors"_s},
            {u"Debian"_s, u"usr/local/share/ca-certificates"_s},
            {u"Fedora"_s, u"etc/pki/ca-trust/source/anchors"_s},
        };
        for (const auto &[family, folder] : layouts) {
            const QString anchors = lab.makeFolder(u"system/"_s + folder);
            const std::optional<AnchorLayout> layout = findAnchorLayout(lab.places());
            QVERIFY(layout);
            QCOMPARE(layout->family, family);
            QCOMPARE(layout->anchors, anchors);
            QVERIFY(layout->bundle.startsWith(lab.path(u"system/"_s)));
        }
    }

    void noProgramThatRebuildsTheMachinesStoreRunsForAScratchSystem()
    {
        const TrustLab lab;
        const TrustPlaces places = lab.placesWithOwnTools();
        const TrustPrograms programs(places.toolFolders, {});
        lab.writeTool(u"update-ca-trust"_s, "exit 0\n");
        lab.writeTool(u"update-ca-certificates"_s, "exit 0\n");
        lab.makeFolder(u"system/usr/local/share/ca-certificates"_s);
        const std::optional<AnchorLayout> debian = findAnchorLayout(places);
        QCOMPARE(debian->programPath(programs), lab.path(u"tools/update-ca-certificates"_s));
        QVERIFY(debian->arguments.contains(lab.path(u"system/etc/ssl/certs"_s)));
        QVERIFY(debian->afterRemove.contains(u"--fresh"_s));

        lab.makeFolder(u"system/etc/pki/ca-trust/source/anchors"_s);
        const std::optional<AnchorLayout> fedora = findAnchorLayout(places);
        QCOMPARE(fedora->programPath(programs), QString());
        TrustPlaces machine = places;
        machine.systemRoot = u"/"_s;
        if (const std::optional<AnchorLayout> own = findAnchorLayout(machine))
            QVERIFY(!own->arguments.contains(u"--etccertsdir"_s));
    }

    void anchorsAreFoundByFingerprint()
    {
        TrustLab lab;
        lab.makeFolder(u"system/usr/local/share/ca-certificates"_s);
        const AnchorLayout layout = *findAnchorLayout(lab.places());
        const QString folder = u"system/usr/local/share/ca-certificates/"_s;
        lab.writeFile(folder + u"portlight-0000000000000000.crt"_s, lab.otherRoot().pem);
        lab.writeFile(folder + u"README"_s, lab.root().pem);
        QVERIFY(findAnchorFiles(layout, lab.root()).own.isEmpty());

        const QString own = lab.writeFile(folder + u"deeper/by hand.crt"_s, "a comment\n" + lab.root().pem);
        const QString shared = lab.writeFile(folder + u"all.crt"_s, lab.otherRoot().pem + lab.root().pem);
        const AnchorFiles files = findAnchorFiles(layout, lab.root());
        QCOMPARE(files.own, QStringList{own});
        QCOMPARE(files.shared, QStringList{shared});
        QCOMPARE(anchorPath(layout, lab.root()),
                 lab.path(folder + u"portlight-"_s + QString::fromLatin1(lab.root().fingerprint.left(16)) + u".crt"_s));
    }

    void anchorFilesHaveAMaximum()
    {
        const TrustLab lab;
        lab.makeFolder(u"system/usr/local/share/ca-certificates"_s);
        const AnchorLayout layout = *findAnchorLayout(lab.places());
        for (int index = 0; index < AnchorFilesMax; ++index)
            lab.writeFile(u"system/usr/local/share/ca-certificates/%1.crt"_s.arg(index), lab.root().pem);
        QCOMPARE(findAnchorFiles(layout, lab.root()).own.size(), AnchorFilesMax);
        lab.writeFile(u"system/usr/local/share/ca-certificates/one-more.crt"_s, lab.root().pem);
        QCOMPARE(findAnchorFiles(layout, lab.root()).own.size(), AnchorFilesMax);
    }

    void javaFilesThatAreOneCountOnce()
    {
        const TrustLab lab;
        const TrustPlaces places = lab.placesWithOwnTools();
        const TrustPrograms programs(places.toolFolders, {});
        QVERIFY(findJavaStores(places, programs).empty());

        const QString shared = lab.writeFile(u"system/etc/ssl/certs/java/cacerts"_s, {});
        for (const QString &name : {u"java-17"_s, u"java-25"_s}) {
            const QString security = lab.makeFolder(u"system/usr/lib/jvm/"_s + name + u"/lib/security"_s);
            QVERIFY(QFile::link(shared, security + u"/cacerts"_s));
        }
        QVERIFY(QFile::link(lab.path(u"system/usr/lib/jvm/java-17"_s), lab.path(u"system/usr/lib/jvm/default"_s)));
        const QString old = lab.writeFile(u"system/usr/lib/jvm/java-8/jre/lib/security/cacerts"_s, {});
        const std::vector<JavaStorePlace> stores = findJavaStores(places, programs);
        QCOMPARE(stores.size(), size_t(2));
        QCOMPARE(stores[0].path, QFileInfo(shared).canonicalFilePath());
        QCOMPARE(stores[0].used.size(), 2);
        QCOMPARE(stores[0].keytool, QString());
        QCOMPARE(stores[1].path, QFileInfo(old).canonicalFilePath());
    }

    void javaHomeIsLookedAtAndItsKeytoolTaken()
    {
        const TrustLab lab;
        TrustPlaces places = lab.placesWithOwnTools();
        places.javaHome = lab.path(u"system/jdk"_s);
        lab.writeFile(u"system/jdk/lib/security/cacerts"_s, {});
        const TrustPrograms programs(places.toolFolders, {});
        lab.writeTool(u"keytool"_s, "exit 1\n");
        QCOMPARE(findJavaStores(places, programs).at(0).keytool, lab.path(u"tools/keytool"_s));
        QFile keytool(lab.writeFile(u"system/jdk/bin/keytool"_s, "#!/bin/sh\n"));
        QVERIFY(keytool.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        QCOMPARE(findJavaStores(places, programs).at(0).keytool, QFileInfo(keytool.fileName()).canonicalFilePath());
    }

    void aScratchSystemDoesNotReachTheMachinesJava()
    {
        const TrustLab lab;
        TrustPlaces places = lab.placesWithOwnTools();
        places.javaHome = lab.path(u"system-beside"_s);
        lab.writeFile(u"system-beside/lib/security/cacerts"_s, {});
        const TrustPrograms programs({}, {});
        QVERIFY(findJavaStores(places, programs).empty());
        places.systemRoot = lab.path(u"."_s);
        places.javaHome = lab.path(u"./system-beside"_s);
        QCOMPARE(findJavaStores(places, programs).size(), size_t(1));
    }

    void javaStoresHaveAMaximum()
    {
        const TrustLab lab;
        const TrustPrograms programs({}, {});
        for (int index = 0; index < JavaStoresMax; ++index)
            lab.writeFile(u"system/usr/lib/jvm/j%1/lib/security/cacerts"_s.arg(index), {});
        QCOMPARE(findJavaStores(lab.places(), programs).size(), size_t(JavaStoresMax));
        lab.writeFile(u"system/usr/lib/jvm/one-more/lib/security/cacerts"_s, {});
        QCOMPARE(findJavaStores(lab.places(), programs).size(), size_t(JavaStoresMax));
    }

    void storesOfTheSystemAreKnownByTheirPlace()
    {
        QVERIFY(followsSystemAnchors({u"/etc/pki/ca-trust/extracted/java/cacerts"_s, {}, {}}));
        QVERIFY(followsSystemAnchors({u"/etc/ca-certificates/extracted/java-cacerts.jks"_s, {}, {}}));
        QVERIFY(!followsSystemAnchors({u"/etc/ssl/certs/java/cacerts"_s, {}, {}}));
    }

    void hintsNameTheFile()
    {
        for (const TrustHint &hint : trustHints(u"/home/a b/root.crt"_s)) {
            QVERIFY(!hint.program.isEmpty() && !hint.note.isEmpty());
            QVERIFY2(hint.setting.contains(u"'/home/a b/root.crt'"_s), qPrintable(hint.setting));
        }
        QCOMPARE(trustHints({}).first().program, u"Node.js"_s);
    }
};

QTEST_GUILESS_MAIN(TrustPlacesTest)
#include "tst_trustplaces.moc"
