// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/livecertificates.h"

#include <QTest>
#include <QThreadPool>

#include <atomic>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

const QDateTime Today(QDate(2026, 5, 1), QTime(12, 0), Qt::UTC);

// Good from today for so many days.
std::shared_ptr<const TlsCertificate> certificateOf(int days)
{
    auto made = std::make_shared<TlsCertificate>();
    made->leaf.reset(X509_new());
    ASN1_TIME_set(X509_getm_notBefore(made->leaf.get()), Today.toSecsSinceEpoch());
    ASN1_TIME_set(X509_getm_notAfter(made->leaf.get()), Today.addDays(days).toSecsSinceEpoch());
    return made;
}

// Gives the same certificate for every name, but another for "brief".
class FakeAuthority final : public LocalCertificates
{
public:
    Result<std::shared_ptr<const TlsCertificate>> certificateFor(const QByteArrayList &names) override
    {
        return names.first() == "brief" ? m_brief : m_long;
    }

private:
    const std::shared_ptr<const TlsCertificate> m_long = certificateOf(90);
    const std::shared_ptr<const TlsCertificate> m_brief = certificateOf(3);
};

// Live certificates at a time that a test moves.
struct Live {
    void ask(int count)
    {
        for (int i = 0; i < count; ++i)
            QVERIFY(certificates.certificateFor({QByteArray::number(i)}));
    }
    QDateTime now = Today;
    LiveCertificates certificates{[this] { return now; }};
};

} // namespace

class LiveCertificatesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoAsksEarlyWaitsForTheAuthority()
    {
        Live live;
        live.certificates.expect();
        QThreadPool worker;
        std::atomic<int> got{-1};
        worker.start([&] { got = live.certificates.certificateFor({"a"}) ? 1 : 0; });
        live.certificates.use(std::make_shared<FakeAuthority>());
        QVERIFY(worker.waitForDone(20'000));
        QCOMPARE(got.load(), 1);
    }

    void anAuthorityThatTakesTooLongIsNotWaitedForAgain()
    {
        Live live;
        live.certificates.expect();
        const auto refused = live.certificates.certificateFor({"a"});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::AuthorityLocked);
        QVERIFY(!refused.error().hint.isEmpty());
        live.certificates.use(std::make_shared<FakeAuthority>());
        QVERIFY(live.certificates.certificateFor({"a"}));
    }

    void aRefusalIsPassedOnAsItIs()
    {
        Live live;
        live.certificates.refuse({ErrorCode::NoAuthority, u"there is none"_s, {}, u"make one"_s});
        const auto refused = live.certificates.certificateFor({"a"});
        QCOMPARE(refused.error().code, ErrorCode::NoAuthority);
        QCOMPARE(refused.error().hint, u"make one"_s);
    }

    void theFirstWhoAsksHasItOpened()
    {
        Live live;
        std::atomic<int> opened{0};
        live.certificates.openWhenAsked([&] { ++opened; });
        QCOMPARE(opened.load(), 0);
        QThreadPool worker;
        worker.start([&] { (void)live.certificates.certificateFor({"a"}); });
        QTRY_COMPARE(opened.load(), 1);
        live.certificates.use(std::make_shared<FakeAuthority>());
        QVERIFY(worker.waitForDone(20'000));
        QVERIFY(live.certificates.certificateFor({"a"}));
        QCOMPARE(opened.load(), 1);
    }

    void whoAskedBeforeHasItOpenedAtOnce()
    {
        Live live;
        QVERIFY(!live.certificates.certificateFor({"a"}));
        int opened = 0;
        live.certificates.openWhenAsked([&] { ++opened; });
        QCOMPARE(opened, 1);
        live.certificates.use(std::make_shared<FakeAuthority>());
        QVERIFY(live.certificates.certificateFor({"a"}));
        QCOMPARE(opened, 1);
    }

    void whatWasHandedOutIsDueAtTwoThirds()
    {
        Live live;
        live.certificates.use(std::make_shared<FakeAuthority>());
        live.ask(1);
        live.now = Today.addDays(60);
        QVERIFY(!live.certificates.takeDue());
        live.now = live.now.addSecs(1);
        QVERIFY(live.certificates.takeDue());
        QVERIFY(!live.certificates.takeDue()); // it was taken
    }

    void whatWasMadeWhileTheClockWasAheadIsDue()
    {
        Live live;
        live.certificates.use(std::make_shared<FakeAuthority>());
        live.ask(1);
        live.now = Today.addSecs(-1);
        QVERIFY(live.certificates.takeDue());
        QVERIFY(!live.certificates.takeDue());
    }

    void soManyAreWatchedAndNoMore()
    {
        Live last;
        last.certificates.use(std::make_shared<FakeAuthority>());
        last.ask(int(HandedOutMax) - 1);
        QVERIFY(last.certificates.certificateFor({"brief"}));
        last.now = Today.addDays(3);
        QVERIFY(last.certificates.takeDue());

        Live onePast;
        onePast.certificates.use(std::make_shared<FakeAuthority>());
        onePast.ask(int(HandedOutMax));
        QVERIFY(onePast.certificates.certificateFor({"brief"})); // handed out all the same
        onePast.now = Today.addDays(3);
        QVERIFY(!onePast.certificates.takeDue());
    }
};

QTEST_APPLESS_MAIN(LiveCertificatesTest)
#include "tst_livecertificates.moc"
