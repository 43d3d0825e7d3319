// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/domainsmodel.h"
#include "domains/portchips.h"
#include "domains/ratehistory.h"
#include "ui/authorities.h"
#include "ui/modeltext.h"
#include "widgets/cells.h"

#include <QAbstractItemModelTester>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

class TestDomainsModel : public QObject
{
    Q_OBJECT

    static DomainView view(int index, const QString &name, const QString &target)
    {
        DomainView view;
        view.index = index;
        view.names = {name};
        view.target = target;
        view.display = QString(target).remove(u"http://"_s);
        view.listens = {u"127.0.0.1:8080"_s};
        view.url = u"http://%1:8080"_s.arg(name);
        view.ours = true;
        return view;
    }

    static KnownPorts ports()
    {
        ListeningPort node;
        node.port = 3000;
        node.process = u"node"_s;
        ListeningPort hidden;
        hidden.port = 5000;
        return {true, {node, hidden}};
    }

    static EngineStatus answered(const QByteArray &domain, int status)
    {
        EngineStatus engine;
        engine.domains.insert(domain, {10, 0, status});
        return engine;
    }

private Q_SLOTS:
    void statesSayHowADomainDoes()
    {
        const auto said = [](const DomainRow &row) { return u"%1 | %2"_s.arg(row.what, row.state); };
        const EngineStatus quiet;
        const DomainView shop = view(0, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
        QCOMPARE(said(describeDomain(shop, quiet, ports())), u"node | HTTP"_s);
        QCOMPARE(said(describeDomain(shop, quiet, {})), u" | HTTP"_s); // nobody has looked yet
        const DomainView silent = view(1, u"legacy.localhost"_s, u"http://localhost:8081"_s);
        QCOMPARE(said(describeDomain(silent, quiet, ports())), u"nothing listens | 502"_s);
        QCOMPARE(said(describeDomain(silent, answered("legacy.localhost", 200), ports())), u" | HTTP"_s);
        QCOMPARE(said(describeDomain(shop, answered("shop.localhost", 502), ports())), u"node | 502"_s);
        QCOMPARE(describeDomain(shop, answered("shop.localhost", 502), ports()).tone, Tone::Warning);
        const DomainView other = view(2, u"x.localhost"_s, u"http://127.0.0.1:5000"_s);
        QCOMPARE(describeDomain(other, quiet, ports()).what, u"another user's process"_s);
        const DomainView remote = view(3, u"far.localhost"_s, u"http://10.0.0.5:80"_s);
        QCOMPARE(said(describeDomain(remote, quiet, ports())), u"another machine | HTTP"_s);
        DomainView off = silent;
        off.enabled = false;
        QCOMPARE(describeDomain(off, quiet, ports()).state, u"off"_s);
    }

    void aListenerThatIsNotOpenIsTheDomainsProblem()
    {
        EngineStatus status;
        status.listeners.append({"127.0.0.1:8080", false, u"port 8080 is taken by node (pid 4711)"_s});
        const DomainRow row = describeDomain(view(0, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s), status, ports());
        QCOMPARE(row.state, u"not open"_s);
        QCOMPARE(row.detail, u"port 8080 is taken by node (pid 4711)"_s);
    }

    void theLockSaysHowHttpsStands_data()
    {
        QTest::addColumn<DomainView>("view");
        QTest::addColumn<AuthorityStatus>("authority");
        QTest::addColumn<QString>("icon");
        QTest::addColumn<Tone>("tone");
        QTest::addColumn<QString>("text");
        DomainView plain = view(0, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
        DomainView declined = plain;
        declined.declinedHttps = true;
        DomainView local = plain;
        local.https = local.localCertificate = true;
        DomainView files = plain;
        files.https = true;
        AuthorityStatus ready = readyAuthority();
        AuthorityStatus trusted = ready;
        trusted.stores = {storeNamed(u"Chromium"_s, TrustStoreStatus::State::Trusted),
                          storeNamed(u"Java"_s, TrustStoreStatus::State::Unavailable)};
        AuthorityStatus nowhere = ready;
        nowhere.stores = {storeNamed(u"Chromium"_s, TrustStoreStatus::State::NotTrusted)};
        AuthorityStatus unproven = ready;
        unproven.trustKnown = false;
        AuthorityStatus locked = ready;
        locked.state = AuthorityState::Locked;
        AuthorityStatus broken = ready;
        broken.state = AuthorityState::Broken;
        QTest::newRow("plain") << plain << ready << u"lock-open"_s << Tone::Neutral << u"Plain HTTP"_s;
        QTest::newRow("declined") << declined << ready << u"lock-open"_s << Tone::Neutral
                                  << u"HTTPS is switched off here"_s;
        QTest::newRow("trusted") << local << trusted << u"lock"_s << Tone::Good << u"HTTPS, and this desk trusts it"_s;
        QTest::newRow("in some stores") << local << ready << u"lock"_s << Tone::Warning
                                        << u"HTTPS, not trusted yet by: System, Firefox"_s;
        QTest::newRow("in none") << local << nowhere << u"lock"_s << Tone::Warning
                                 << u"HTTPS, but nothing trusts the local CA yet: see the Certificates page"_s;
        QTest::newRow("not proven") << local << unproven << u"lock"_s << Tone::Neutral
                                    << u"HTTPS with a certificate of the local CA"_s;
        QTest::newRow("locked") << local << locked << u"lock"_s << Tone::Warning
                                << u"The local CA is locked: unlock it on the Certificates page"_s;
        QTest::newRow("broken") << local << broken << u"warning"_s << Tone::Error
                                << u"The local CA cannot be used: see the Certificates page"_s;
        QTest::newRow("no authority") << local << AuthorityStatus() << u"lock"_s << Tone::Warning
                                      << u"HTTPS waits for a local CA: create one on the Certificates page"_s;
        QTest::newRow("own files") << files << AuthorityStatus() << u"lock"_s << Tone::Good
                                   << u"HTTPS with a certificate of your own"_s;
    }

    void theLockSaysHowHttpsStands()
    {
        QFETCH(DomainView, view);
        QFETCH(AuthorityStatus, authority);
        const DomainLock lock = describeLock(view, authority, {});
        QTEST(lock.icon, "icon");
        QTEST(lock.tone, "tone");
        QTEST(lock.text, "text");
    }

    void problemsOfItsCertificateAreTheDomains()
    {
        const auto at = [](int line) { return TextPosition{u"p.conf"_s, line, 1}; };
        const Diagnostics all{
            {Severity::Warning, ErrorCode::NameNotAllowed, u"not below localhost"_s, at(14), u"another name"_s},
            {Severity::Warning, ErrorCode::InvalidValue, u"no matter"_s, at(15), {}},
            {Severity::Warning, ErrorCode::InvalidCertificate, u"of the next one"_s, at(20), {}}};
        QCOMPARE(certificateProblems(all, at(10), at(20)).size(), 1);
        QCOMPARE(certificateProblems(all, at(20), {}).first().message, u"of the next one"_s);
        QVERIFY(certificateProblems(all, {}, {}).isEmpty());
        DomainView files;
        files.https = true;
        const DomainLock lock = describeLock(files, {}, certificateProblems(all, at(10), at(20)));
        QCOMPARE(lock.tone, Tone::Error);
        QCOMPARE(lock.text, u"not below localhost — another name"_s);
    }

    void rowsReadAsTheyShould()
    {
        DomainsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        DomainRow busy = describeDomain(view(0, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s), {}, ports());
        busy.rate = 18.2;
        model.setRows({busy, describeDomain(view(1, u"legacy.localhost"_s, u"http://127.0.0.1:8081"_s), {}, ports())});
        QCOMPARE(modelText(model), (QStringList{u"shop.localhost | 127.0.0.1:3000 | node | HTTP | 18/s"_s,
                                                u"legacy.localhost | 127.0.0.1:8081 | nothing listens | 502 | 0/s"_s}));
        QVERIFY(model.index(0, DomainsModel::SwitchColumn).data(CellCheckedRole).toBool());
        QCOMPARE(model.index(1, DomainsModel::DotColumn).data(Qt::AccessibleTextRole).toString(), u"502"_s);
    }

    void onlyWhatChangedIsTold()
    {
        DomainsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto row = [](int index, const QString &name) {
            return describeDomain(view(index, name, u"http://127.0.0.1:3000"_s), {}, ports());
        };
        model.setRows({row(0, u"a"_s), row(1, u"b"_s), row(2, u"c"_s)});
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setRows({row(0, u"a"_s), row(1, u"c"_s)});
        QCOMPARE(removed.count(), 1);
        QCOMPARE(removed.first().at(1).toInt(), 1);
        model.setRows({row(0, u"a"_s), row(1, u"b"_s), row(2, u"c"_s)});
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(model.rowOfDomain(2), 2);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        DomainRow faster = row(1, u"b"_s);
        faster.rate = 3;
        model.setRows({row(0, u"a"_s), faster, row(2, u"c"_s)});
        QCOMPARE(changed.count(), 1);
        QCOMPARE(reset.count(), 0);
    }

    void ratesComeFromTheCounters()
    {
        RateHistory rates;
        EngineStatus status;
        status.takenAtMs = 1000;
        status.domains.insert("a", {100, 0, 200});
        rates.push(status);
        QCOMPARE(rates.current("a"), 0.0); // what happened before is not this second's
        status.takenAtMs = 3000;
        status.domains["a"].requests = 136;
        rates.push(status);
        QCOMPARE(rates.current("a"), 18.0);
        status.takenAtMs = 4000;
        status.domains["a"].requests = 7; // the engine was restarted
        rates.push(status);
        QCOMPARE(rates.current("a"), 7.0);
        for (int i = 0; i < 2 * RateHistory::SamplesMax; ++i) {
            status.takenAtMs += 1000;
            rates.push(status);
        }
        QCOMPARE(rates.of("a").size(), RateHistory::SamplesMax);
        QVERIFY(rates.of("unknown").isEmpty());
    }

    void portsGetANameToOffer()
    {
        ListeningPort port;
        port.port = 5173;
        port.process = u"node"_s;
        port.workingDirectory = u"~/work/Landing Page"_s;
        QCOMPARE(suggestedName(port), u"landing-page"_s);
        port.workingDirectory = u"~"_s;
        QCOMPARE(suggestedName(port), u"node"_s);
        port.process.clear();
        QCOMPARE(suggestedName(port), u"app5173"_s);
    }
};

QTEST_MAIN(TestDomainsModel)
#include "tst_domainsmodel.moc"
