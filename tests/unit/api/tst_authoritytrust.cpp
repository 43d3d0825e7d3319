// SPDX-License-Identifier: GPL-3.0-or-later
// What an authority does to the stores of trusted roots, and to those who are asked for privilege.
#include "support/authoritydesk.h"

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

class AuthorityTrustTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aStoreThatFailsStopsNoOther()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const AuthorityOutcome trusted = outcomeOf(*authority, [&] { return authority->trust(); });
        QVERIFY(!trusted.ok);
        QCOMPARE(trusted.stores.size(), 4);
        QCOMPARE(*desk.notes, (QStringList{u"install broken with a leaf"_s, u"install good with a leaf"_s,
                                           u"install absent with a leaf"_s, u"install system with a leaf"_s}));
        QVERIFY2(trusted.error.message.contains(u"broken, system"_s), qPrintable(trusted.error.message));
        QVERIFY2(trusted.error.hint.contains(u"update-it now"_s), qPrintable(trusted.error.hint));
        QCOMPARE(trusted.text, u"The root is trusted in 1 of 3 stores."_s);
        QVERIFY(authority->status().trustKnown);
        QCOMPARE(authority->status().stores.size(), 4);

        const AuthorityOutcome good = outcomeOf(*authority, [&] { return authority->trust({u"good"_s}); });
        QVERIFY2(good.ok, qPrintable(good.error.toString()));
        QCOMPARE(good.text, u"good trusts the root."_s);
        QCOMPARE(authority->status().stores.size(), 4);
        const AuthorityOutcome privileged = outcomeOf(*authority, [&] { return authority->trust({u"system"_s}); });
        QCOMPARE(privileged.error.code, ErrorCode::PermissionDenied);
        const AuthorityOutcome nobody = outcomeOf(*authority, [&] { return authority->untrust({u"nobody"_s}); });
        QCOMPARE(nobody.error.code, ErrorCode::NotFound);
        QVERIFY2(nobody.error.hint.contains(u"good"_s), qPrintable(nobody.error.hint));
        const AuthorityOutcome gone = outcomeOf(*authority, [&] { return authority->untrust(); });
        QVERIFY2(gone.ok, qPrintable(gone.error.toString()));
    }

    void whatNeedsPrivilegeIsRunAsItWasShownAndProvenAgain()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const auto run = [&] { return authority->runPrivileged(u"system"_s); };
        QCOMPARE(outcomeOf(*authority, run).error.code, ErrorCode::NotFound); // nothing was shown yet
        outcomeOf(*authority, [&] { return authority->trust({u"system"_s}); });
        desk.notes->clear();
        QVERIFY(outcomeOf(*authority, run).ok);
        QCOMPARE(*desk.notes, (QStringList{u"privileged update-it now"_s, u"inspect system with a leaf"_s}));
        *desk.refusal = {ErrorCode::Cancelled, u"dismissed"_s, {}, {}};
        const AuthorityOutcome refused = outcomeOf(*authority, run);
        QCOMPARE(refused.error.code, ErrorCode::Cancelled);
        QCOMPARE(refused.stores.size(), 1); // proven all the same
    }

    void rootsOfFormerAuthoritiesGoWithTheRest()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const QString former = authority->status().fingerprint;
        AuthorityRequest another;
        another.replace = true;
        QVERIFY(create(*authority, another).ok);
        *desk.held = {u"good "_s + former, u"system "_s + former};
        const AuthorityOutcome gone = outcomeOf(*authority, [&] { return authority->untrust(); });
        QCOMPARE(*desk.held, QStringList{u"system "_s + former}); // which takes an administrator
        QVERIFY(!gone.ok);
        const TrustStoreStatus system = gone.stores.last();
        QCOMPARE(system.state, TrustStoreStatus::State::Partly);
        QVERIFY2(system.detail.contains(u"former authority"_s), qPrintable(system.detail));
        QCOMPARE(system.privilegedCommand.first(), u"sh"_s);
        QCOMPARE(system.privilegedCommand.last(), u"update-it now && update-it now"_s);
    }

    void waitingForAnAdministratorCanBeGivenUp()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        outcomeOf(*authority, [&] { return authority->trust(); });
        const QList<TrustStoreStatus> known = authority->status().stores;
        desk.asks->release();
        const AuthorityOutcome given = outcomeOf(*authority, [&] {
            const quint64 id = authority->runPrivileged(u"system"_s);
            if (QTest::qWaitFor([&] { return desk.asks->available() == 0; }, PatienceMs))
                authority->cancel();
            return id;
        });
        QCOMPARE(given.error.code, ErrorCode::Cancelled);
        QCOMPARE(authority->status().stores, known);
        QVERIFY(
            outcomeOf(*authority, [&] { return authority->trust({u"good"_s}); }).ok); // the next one is none the wiser
    }

    void closingDoesNotWaitForAnAdministrator()
    {
        Desk desk;
        auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        outcomeOf(*authority, [&] { return authority->trust({u"system"_s}); });
        desk.asks->release();
        desk.notes->clear();
        authority->runPrivileged(u"system"_s);
        QVERIFY(QTest::qWaitFor([&] { return desk.asks->available() == 0; }, PatienceMs));
        authority.reset();
        QCOMPARE(*desk.notes, QStringList{u"privileged update-it now"_s}); // the stores are not looked at any more
    }

    void trustWantsAnAuthority()
    {
        Desk desk;
        const auto authority = desk.authority();
        QCOMPARE(outcomeOf(*authority, [&] { return authority->trust(); }).error.code, ErrorCode::NoAuthority);
        QVERIFY(desk.notes->isEmpty());
    }
};

QTEST_GUILESS_MAIN(AuthorityTrustTest)
#include "tst_authoritytrust.moc"
