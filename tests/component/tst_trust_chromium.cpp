// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/tlspage.h"
#include "support/trustlab.h"

#include <QProcess>
#include <QTest>

#include <unistd.h>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr int BrowserPatienceMs = 60'000;

QProcessEnvironment browserEnvironment(const TrustLab &lab)
{
    QProcessEnvironment environment;
    environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
    environment.insert(u"HOME"_s, lab.path(u"home"_s));
    environment.insert(u"XDG_CONFIG_HOME"_s, lab.path(u"home/.config"_s));
    environment.insert(u"XDG_CACHE_HOME"_s, lab.path(u"home/.cache"_s));
    environment.insert(u"XDG_DATA_HOME"_s, lab.path(u"home/.local/share"_s));
    environment.insert(u"XDG_RUNTIME_DIR"_s, lab.path(u"home/.run"_s));
    return environment;
}

// The page in the real browser, or why it does not show it: "net::ERR_…". No flag makes an exception for certificates.
QByteArray browse(const TrustLab &lab, const QString &url)
{
    QStringList arguments{u"--headless"_s,
                          u"--disable-gpu"_s,
                          u"--disable-quic"_s,
                          u"--no-first-run"_s,
                          u"--disable-background-networking"_s,
                          u"--disable-component-update"_s,
                          u"--disable-sync"_s,
                          u"--disable-dev-shm-usage"_s,
                          u"--user-data-dir="_s + lab.path(u"home/profile"_s),
                          u"--dump-dom"_s,
                          url};
    if (::geteuid() == 0)
        arguments.prepend(u"--no-sandbox"_s); // which root cannot have
    QProcess browser;
    browser.setProcessEnvironment(browserEnvironment(lab));
    browser.start(u"chromium"_s, arguments);
    const bool ended = browser.waitForFinished(BrowserPatienceMs);
    const QByteArray words = browser.readAllStandardError();
    if (!ended)
        qFatal("chromium did not end: %s", words.constData());
    const QByteArray page = browser.readAllStandardOutput();
    if (!page.isEmpty())
        return page;
    const qsizetype error = words.indexOf("net::ERR_");
    return error < 0 ? words : words.mid(error).split('\n').first().trimmed();
}

} // namespace

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
        lab.makeFolder(u"home/.run"_s);
        const TlsPage page(lab.server());
        const QByteArray refusal = "net::ERR_CERT_AUTHORITY_INVALID";
        if (startedBefore)
            QCOMPARE(browse(lab, page.url()), refusal);

        std::unique_ptr<TrustStore> store;
        for (std::unique_ptr<TrustStore> &found : findTrustStores(lab.places())) {
            if (found->id().startsWith(u"nss:"_s + lab.path(u"home/"_s)))
                store = std::move(found);
        }
        QVERIFY(store);
        COMPARE_STATE(store->install(lab.root()), TrustState::Trusted);
        const QByteArray shown = browse(lab, page.url());
        QVERIFY2(shown.contains(TlsPage::Text), shown.constData());

        COMPARE_STATE(store->remove(lab.root()), TrustState::NotTrusted);
        QCOMPARE(browse(lab, page.url()), refusal);
    }
};

QTEST_GUILESS_MAIN(TrustChromiumTest)
#include "tst_trust_chromium.moc"
