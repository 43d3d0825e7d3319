// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/anchorproof.h"
#include "pki/firefoxprofiles.h"
#include "pki/javastores.h"
#include "pki/nssdatabase.h"
#include "pki/privilege.h"
#include "support/trustlab.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

class TrustParsingTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void profilesAreRead()
    {
        const QList<FirefoxProfile> profiles = parseProfilesIni("[Install4F96D1932A9F858E]\r\n"
                                                                "Default=abc.default-release\r\n"
                                                                "\r\n"
                                                                "[Profile1]\r\n"
                                                                "Name=default\r\n"
                                                                "IsRelative=1\r\n"
                                                                "Path=k3.default\r\n"
                                                                "[Profile0]\n"
                                                                "; a comment\n"
                                                                "Name = Zoë = 1\n"
                                                                "IsRelative=0\n"
                                                                "Path=/srv/profiles/zoe\n"
                                                                "[General]\n"
                                                                "Path=not-a-profile\n");
        const QList<FirefoxProfile> expected{{u"default"_s, u"k3.default"_s, true},
                                             {u"Zoë = 1"_s, u"/srv/profiles/zoe"_s, false}};
        QCOMPARE(profiles, expected);
    }

    void whatIsNoProfileIsLeftOut()
    {
        QCOMPARE(parseProfilesIni({}), QList<FirefoxProfile>());
        QCOMPARE(parseProfilesIni("Path=before any section\n[Profile0]\nName=without a path\n[Profile1"),
                 QList<FirefoxProfile>());
        QCOMPARE(parseProfilesIni(QByteArray("\0\xff[[[===\n", 9)), QList<FirefoxProfile>());
    }

    void profilesHaveAMaximum()
    {
        QByteArray text;
        for (int index = 0; index < FirefoxProfilesMax; ++index)
            text += "[Profile" + QByteArray::number(index) + "]\nPath=p" + QByteArray::number(index) + '\n';
        QCOMPARE(parseProfilesIni(text).size(), FirefoxProfilesMax);
        QCOMPARE(parseProfilesIni(text + "[ProfileX]\nPath=one more\n").size(), FirefoxProfilesMax);
    }

    void certutilsListIsRead()
    {
        const QList<NssEntry> entries =
            parseNssList("\n"
                         "Certificate Nickname                                         Trust Attributes\n"
                         "                                                             SSL,S/MIME,JAR/XPI\n"
                         "\n"
                         "Portlight local CA anna@laptop 3f2a91c0                      C,,  \n"
                         "a name that is so long that it leaves no more than a single blank CT,C,c\n"
                         "nothing                                                      ,,   \n"
                         "own key                                                      u,pu,u\n");
        const QList<NssEntry> expected{
            {u"Portlight local CA anna@laptop 3f2a91c0"_s, u"C,,"_s},
            {u"a name that is so long that it leaves no more than a single blank"_s, u"CT,C,c"_s},
            {u"nothing"_s, u",,"_s},
            {u"own key"_s, u"u,pu,u"_s},
        };
        QCOMPARE(entries, expected);
        QVERIFY(parseNssList("certutil: function failed: SEC_ERROR_BAD_DATABASE\n").isEmpty());
    }

    void nicknamesHaveNoColons()
    {
        TrustedRoot root;
        root.fingerprint = QByteArray(64, 'a');
        root.name = u" NSS: takes this\tfor a token "_s;
        QCOMPARE(nssNickname(root), u"NSS- takes this for a token"_s);
        root.name.clear();
        QCOMPARE(nssNickname(root), u"Portlight aaaaaaaa"_s);
    }

    void keytoolsListIsRead()
    {
        TrustLab lab;
        const TrustedRoot other = lab.otherRoot();
        const QByteArray listing = "Keystore type: JKS\nKeystore provider: SUN\n\nYour keystore contains 3 entries\n\n"
                                   "Alias name: debian:one.pem\nCreation date: Jun 24, 2025\n"
                                   "Entry type: trustedCertEntry\n\n"
                                   + lab.root().pem + "\n\n*******************************************\n\n\n"
                                   + "Alias name: broken\r\nEntry type: trustedCertEntry\n\n"
                                     "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
                                   + "Alias name: two words\r\n" + other.pem + "Alias name: cut";
        const QList<JavaEntry> expected{{u"debian:one.pem"_s, lab.root().fingerprint},
                                        {u"two words"_s, other.fingerprint}};
        QCOMPARE(parseJavaListing(listing), expected);
        QVERIFY(parseJavaListing("keytool error: java.io.IOException").isEmpty());
    }

    void certificatesAreFoundAmongOtherText()
    {
        TrustLab lab;
        const TrustedRoot other = lab.otherRoot();
        const QByteArray text = "# ACCVRAIZ1\n" + lab.root().pem
                                + "-----BEGIN CERTIFICATE-----\ngarbage\n-----END CERTIFICATE-----\n"
                                + QByteArray("\0\1\2", 3) + other.pem + "-----BEGIN ";
        const QByteArrayList expected{lab.root().fingerprint, other.fingerprint};
        QCOMPARE(fingerprintsInPem(text), expected);
        QCOMPARE(fingerprintsInPem({}), QByteArrayList());
        const Result<QByteArrayList> absent = fingerprintsInFile(lab.path(u"nothing"_s));
        QVERIFY(!absent.ok());
        QCOMPARE(absent.error().code, ErrorCode::FileNotFound);
    }

    void largeFilesOfCertificatesAreNotRead()
    {
        TrustLab lab;
        QByteArray text = lab.root().pem;
        text.resize(AnchorFileBytesMax, '\n');
        QVERIFY(fingerprintsInFile(lab.writeFile(u"full.pem"_s, text)).ok());
        const Result<QByteArrayList> tooLarge = fingerprintsInFile(lab.writeFile(u"over.pem"_s, text + '\n'));
        QVERIFY(!tooLarge.ok());
        QCOMPARE(tooLarge.error().code, ErrorCode::FileNotReadable);
        QVERIFY(tooLarge.error().message.contains(u"over.pem"_s));
    }

    void commandsAreShownAsAShellTakesThem()
    {
        QCOMPARE(shellText({u"/usr/sbin/update-ca-certificates"_s, u"--fresh"_s}),
                 u"/usr/sbin/update-ca-certificates --fresh"_s);
        QCOMPARE(shellText({u"rm"_s, u"a b"_s, QString(), u"$HOME"_s, u"it's"_s, u"ü"_s}),
                 u"rm 'a b' '' '$HOME' 'it'\\''s' 'ü'"_s);
    }

    void privilegeComesFromWhatIsThere()
    {
        TrustLab lab;
        PrivilegeSurroundings here;
        here.toolFolders = QStringList{lab.path(u"tools"_s)};
        here.desktop = here.terminal = true;
        QCOMPARE(privilegeWay(here), PrivilegeWay::None);
        lab.writeTool(u"pkexec"_s, "exit 0\n");
        QCOMPARE(privilegeWay(here), PrivilegeWay::Pkexec);
        lab.writeTool(u"sudo"_s, "exit 0\n");
        QCOMPARE(privilegeWay(here), PrivilegeWay::Sudo);
        here.terminal = false;
        QCOMPARE(privilegeWay(here), PrivilegeWay::Pkexec);
        here.desktop = false;
        QCOMPARE(privilegeWay(here), PrivilegeWay::None);
        here.root = true;
        QCOMPARE(privilegeWay(here), PrivilegeWay::Direct);
    }
};

QTEST_GUILESS_MAIN(TrustParsingTest)
#include "tst_trustparsing.moc"
