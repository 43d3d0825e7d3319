// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/chromium.h"
#include "support/tlspage.h"
#include "support/trustlab.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

class TrustChromiumTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void chromiumLoadsThePageWhileTheRootIsTrusted_data()
    {
        QTest::addColumn<bool>("startedBefore");
        QTest::newRow("it ran before and made its database") << true;
        QTest::newRow("it was never started") << false;
    }
    void chromiumLoadsThePageWhileTheRootIsTrusted()
    {
        QFETCH(bool, startedBefore);
        const TrustLab lab;
        const TlsPage page(lab.server());
        const QByteArray refusal = "net::ERR_CERT_AUTHORITY_INVALID";
        if (startedBefore)
            QCOMPARE(browse(lab.path(u"home"_s), page.url()), refusal);

        std::unique_ptr<TrustStore> store;
        for (std::unique_ptr<TrustStore> &found : findTrustStores(lab.places())) {
            if (found->id().startsWith(u"nss:"_s + lab.path(u"home/"_s)))
                store = std::move(found);
        }
        QVERIFY(store);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        const QByteArray shown = browse(lab.path(u"home"_s), page.url());
        QVERIFY2(shown.contains(TlsPage::Text), shown.constData());

        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QCOMPARE(browse(lab.path(u"home"_s), page.url()), refusal);
    }
};

QTEST_GUILESS_MAIN(TrustChromiumTest)
#include "tst_trust_chromium.moc"
