// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/localauthority.h"
#include "support/tlspage.h"
#include "support/trustlab.h"

#include <QProcess>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

// What the local authority itself made: constrained to local names, and with an intermediate.
struct LocalRoot {
    TrustedRoot root;
    CertificateFiles server; // of demo.localhost
};

LocalRoot makeLocalRoot(const TrustLab &lab)
{
    AuthorityPlan plan;
    plan.label = u"test"_s;
    const auto authority = LocalAuthority::create(lab.path(u"ca"_s), plan, "correct horse battery");
    if (!authority)
        qFatal("%s", qPrintable(authority.error().toString()));
    const Result<LeafFacts> leaf = (*authority)->issue({"demo.localhost"});
    if (!leaf)
        qFatal("%s", qPrintable(leaf.error().toString()));
    const AuthorityFacts &facts = (*authority)->facts();
    const Result<QByteArray> chain = (*authority)->leafPem(*leaf);
    const Result<QByteArray> key = (*authority)->leafKeyPem(*leaf);
    if (!chain || !key)
        qFatal("the certificate cannot be exported");
    return {{facts.rootPem, facts.fingerprint, facts.name, *chain, lab.writeFile(u"root.pem"_s, facts.rootPem)},
            {lab.writeFile(u"chain.pem"_s, *chain).toUtf8(), lab.writeFile(u"key.pem"_s, *key).toUtf8()}};
}

// A home with Chromium's database, a Debian system with a Java runtime.
TrustPlaces fullPlaces(TrustLab &lab)
{
    lab.writeTool(u"chromium"_s, "exit 1\n");
    lab.writeFile(u"system/usr/local/share/ca-certificates/other.crt"_s, lab.otherRoot().pem);
    const QString security = lab.makeFolder(u"system/usr/lib/jvm/java/lib/security"_s);
    QProcess keytool;
    keytool.start(u"keytool"_s,
                  {u"-importcert"_s, u"-noprompt"_s, u"-alias"_s, u"other"_s, u"-file"_s, lab.otherRoot().path,
                   u"-keystore"_s, security + u"/cacerts"_s, u"-storepass"_s, u"changeit"_s});
    if (!keytool.waitForFinished(60'000) || keytool.exitCode() != 0)
        qFatal("keytool: %s", keytool.readAll().constData());
    TrustPlaces places = lab.places();
    places.toolFolders.prepend(lab.path(u"tools"_s));
    return places;
}

} // namespace

class TrustAuthorityTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theAuthoritysRootIsTrustedEverywhereAndNowhereAgain()
    {
        TrustLab lab;
        const LocalRoot local = makeLocalRoot(lab);
        const auto stores = findTrustStores(fullPlaces(lab));
        QStringList changed;
        for (const auto &store : stores) {
            if (store->inspect(local.root).state == TrustState::Unavailable)
                continue;
            COMPARE_STATE(store->inspect(local.root), TrustState::NotTrusted);
            COMPARE_STATE(store->install(local.root), TrustState::Trusted);
            changed.append(store->id().section(u':', 0, 0));
        }
        QCOMPARE(changed, QStringList({u"system"_s, u"nss"_s, u"java"_s}));
        for (const auto &store : stores) {
            if (store->inspect(local.root).state != TrustState::Unavailable)
                COMPARE_STATE(store->remove(local.root), TrustState::NotTrusted);
        }
    }

    void curlLoadsAPageWithACertificateOfTheAuthority()
    {
        TrustLab lab;
        const LocalRoot local = makeLocalRoot(lab);
        const TlsPage page(local.server);
        const auto system = storeWithId(fullPlaces(lab), u"system"_s);
        COMPARE_STATE(system->install(local.root), TrustState::Trusted);
        QProcess curl;
        curl.start(u"curl"_s, {u"--silent"_s, u"--show-error"_s, u"--noproxy"_s, u"*"_s, u"--cacert"_s,
                               lab.path(u"system/etc/ssl/certs/ca-certificates.crt"_s), page.url()});
        QVERIFY(curl.waitForFinished());
        QVERIFY2(curl.readAllStandardOutput().contains(TlsPage::Text), curl.readAllStandardError().constData());
    }
};

QTEST_GUILESS_MAIN(TrustAuthorityTest)
#include "tst_trust_authority.moc"
