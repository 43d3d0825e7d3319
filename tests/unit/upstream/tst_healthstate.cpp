// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/healthstate.h"

#include <QTest>

using namespace portlight;

namespace {

// One letter a check, '+' passed, '-' failed; gives one letter a state: h, c, u.
QByteArray run(HealthState &state, const char *checks)
{
    QByteArray states;
    for (const char *check = checks; *check; ++check) {
        state.take(*check == '+');
        states += healthWord(state.health())[0];
    }
    return states;
}

} // namespace

class HealthStateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneFailureIsEnoughByDefault()
    {
        HealthState state({});
        QCOMPARE(state.health(), PeerHealth::Healthy);
        QCOMPARE(run(state, "++-+-"), "hhuhu");
    }

    void failuresAndPassesCountInARow_data()
    {
        QTest::addColumn<int>("fails");
        QTest::addColumn<int>("passes");
        QTest::addColumn<QByteArray>("checks");
        QTest::addColumn<QByteArray>("states");
        QTest::newRow("three failures") << 3 << 1 << QByteArray("---") << QByteArray("hhu");
        QTest::newRow("a pass between") << 3 << 1 << QByteArray("--+--") << QByteArray("hhhhh");
        QTest::newRow("two passes") << 1 << 2 << QByteArray("-++") << QByteArray("uuh");
        QTest::newRow("a failure between") << 1 << 2 << QByteArray("-+-+") << QByteArray("uuuu");
        QTest::newRow("there and back") << 2 << 3 << QByteArray("--+++--") << QByteArray("huuuhhu");
    }
    void failuresAndPassesCountInARow()
    {
        QFETCH(int, fails);
        QFETCH(int, passes);
        QFETCH(QByteArray, checks);
        QFETCH(QByteArray, states);
        HealthState state({.fails = fails, .passes = passes});
        QCOMPARE(run(state, checks.constData()), states);
    }

    void takeTellsWhenTheStateChanges()
    {
        HealthState state({.fails = 2});
        QVERIFY(!state.take(true));
        QVERIFY(!state.take(false));
        QVERIFY(state.take(false));
        QVERIFY(!state.take(false));
        QVERIFY(state.take(true));
    }

    void aMandatoryCheckIsDecidedByTheFirst()
    {
        HealthState good({.fails = 3, .passes = 3, .mandatory = true});
        QCOMPARE(good.health(), PeerHealth::Checking);
        QCOMPARE(run(good, "+"), "h");
        HealthState bad({.fails = 3, .passes = 3, .mandatory = true});
        QCOMPARE(run(bad, "-++"), "uuu");
        QCOMPARE(run(bad, "+"), "h");
    }

    void aReload_data()
    {
        QTest::addColumn<bool>("mandatory");
        QTest::addColumn<bool>("persistent");
        QTest::addColumn<bool>("sameCheck");
        QTest::addColumn<QByteArray>("before"); // checks
        QTest::addColumn<PeerHealth>("after");
        const QByteArray good = "+";
        const QByteArray bad = "-";
        QTest::newRow("healthy stays") << false << false << true << good << PeerHealth::Healthy;
        QTest::newRow("unhealthy stays") << false << false << true << bad << PeerHealth::Unhealthy;
        QTest::newRow("another check forgives") << false << false << false << bad << PeerHealth::Healthy;
        QTest::newRow("mandatory begins anew") << true << false << true << good << PeerHealth::Checking;
        QTest::newRow("mandatory, unhealthy") << true << false << true << bad << PeerHealth::Unhealthy;
        QTest::newRow("persistent") << true << true << true << good << PeerHealth::Healthy;
        QTest::newRow("persistent, another check") << true << true << false << good << PeerHealth::Healthy;
        QTest::newRow("persistent, unhealthy, another check") << true << true << false << bad << PeerHealth::Checking;
        QTest::newRow("nothing known") << true << true << true << QByteArray() << PeerHealth::Checking;
    }
    void aReload()
    {
        QFETCH(bool, mandatory);
        QFETCH(bool, persistent);
        QFETCH(bool, sameCheck);
        QFETCH(QByteArray, before);
        QFETCH(PeerHealth, after);
        const HealthThresholds thresholds{.mandatory = mandatory, .persistent = persistent};
        HealthState old(thresholds);
        run(old, before.constData());
        HealthState state(thresholds);
        state.adopt(old, sameCheck);
        QCOMPARE(state.health(), after);
    }

    void whatWasCountedBeforeAReloadCounts()
    {
        HealthState old({.fails = 3});
        run(old, "--");
        HealthState state({.fails = 3});
        state.adopt(old, true);
        QVERIFY(state.take(false));
        HealthState other({.fails = 3});
        other.adopt(old, false);
        QVERIFY(!other.take(false));
    }

    void theWorstOfSeveralChecksCounts()
    {
        QCOMPARE(worseHealth(PeerHealth::Healthy, PeerHealth::Checking), PeerHealth::Checking);
        QCOMPARE(worseHealth(PeerHealth::Unhealthy, PeerHealth::Checking), PeerHealth::Unhealthy);
        QCOMPARE(worseHealth(PeerHealth::Unchecked, PeerHealth::Healthy), PeerHealth::Healthy);
    }

    void aHistoryKeepsTheNewest()
    {
        HealthHistory history;
        for (size_t i = 0; i < HealthHistory::ResultsMax; ++i)
            history.append({.status = int(i), .passed = true, .health = PeerHealth::Healthy});
        QCOMPARE(history.size(), HealthHistory::ResultsMax);
        QCOMPARE(history.at(0).status, 0);
        history.append({.status = 999, .passed = false, .health = PeerHealth::Unhealthy});
        QCOMPARE(history.size(), HealthHistory::ResultsMax);
        QCOMPARE(history.at(0).status, 1);
        QCOMPARE(history.last().status, 999);
        QCOMPARE(history.checks, HealthHistory::ResultsMax + 1);
        QCOMPARE(history.fails, quint64(1));
    }

    void aHistoryCountsHowOftenThePeerBecameUnhealthy()
    {
        using std::chrono::seconds;
        HealthHistory history;
        const auto time = [](int second) { return std::chrono::system_clock::time_point(seconds(second)); };
        const auto add = [&](int second, PeerHealth health) {
            history.append({.at = time(second), .passed = health == PeerHealth::Healthy, .health = health});
        };
        add(1, PeerHealth::Healthy);
        add(2, PeerHealth::Unhealthy);
        add(3, PeerHealth::Unhealthy);
        QCOMPARE(history.unhealthy, quint64(1));
        QVERIFY(history.since == time(2));
        add(4, PeerHealth::Healthy);
        add(5, PeerHealth::Unhealthy);
        QCOMPARE(history.unhealthy, quint64(2));
        QCOMPARE(history.health, PeerHealth::Unhealthy);
        QVERIFY(history.since == time(5));
    }
};

QTEST_APPLESS_MAIN(HealthStateTest)
#include "tst_healthstate.moc"
