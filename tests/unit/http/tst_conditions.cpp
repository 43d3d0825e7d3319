// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/conditions.h"

#include <QTest>

using namespace portlight;

namespace {

constexpr const char *Before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char *Same = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char *After = "Sun, 06 Nov 1994 08:49:38 GMT";
const Validators File{784111777, "\"2ebcd3e1-5\""};
const Validators Undated{std::nullopt, {}};

} // namespace

class ConditionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutConditionsTheResponseIsSent()
    {
        QVERIFY(RequestConditions{}.isEmpty());
        QCOMPARE(evaluateConditions({}, File, IfModifiedSince::Exact), ConditionOutcome::Send);
    }

    void modifiedSince_data()
    {
        QTest::addColumn<QByteArray>("date");
        QTest::addColumn<bool>("unchangedIfExact");
        QTest::addColumn<bool>("unchangedIfBefore");
        QTest::newRow("earlier") << QByteArray(Before) << false << false;
        QTest::newRow("same") << QByteArray(Same) << true << true;
        QTest::newRow("later") << QByteArray(After) << false << true;
        QTest::newRow("broken") << QByteArray("yesterday") << false << false;
        QTest::newRow("empty") << QByteArray("") << false << false;
    }
    void modifiedSince()
    {
        QFETCH(QByteArray, date);
        QFETCH(bool, unchangedIfExact);
        QFETCH(bool, unchangedIfBefore);
        const RequestConditions request{
            .ifModifiedSince = date, .ifUnmodifiedSince = {}, .ifMatch = {}, .ifNoneMatch = {}};
        const auto unchanged = [&](const Validators &response, IfModifiedSince mode) {
            return evaluateConditions(request, response, mode) == ConditionOutcome::NotModified;
        };
        QCOMPARE(unchanged(File, IfModifiedSince::Exact), unchangedIfExact);
        QCOMPARE(unchanged(File, IfModifiedSince::Before), unchangedIfBefore);
        QVERIFY(!unchanged(File, IfModifiedSince::Off));
        QVERIFY(!unchanged(Undated, IfModifiedSince::Before));
    }

    void unmodifiedSince_data()
    {
        QTest::addColumn<QByteArray>("date");
        QTest::addColumn<bool>("holds");
        QTest::newRow("earlier") << QByteArray(Before) << false;
        QTest::newRow("same") << QByteArray(Same) << true;
        QTest::newRow("later") << QByteArray(After) << true;
        QTest::newRow("broken") << QByteArray("tomorrow") << false;
    }
    void unmodifiedSince()
    {
        QFETCH(QByteArray, date);
        QFETCH(bool, holds);
        RequestConditions request;
        request.ifUnmodifiedSince = date;
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact),
                 holds ? ConditionOutcome::Send : ConditionOutcome::PreconditionFailed);
        QCOMPARE(evaluateConditions(request, Undated, IfModifiedSince::Exact), ConditionOutcome::PreconditionFailed);
    }

    void tagLists_data()
    {
        QTest::addColumn<QByteArray>("list");
        QTest::addColumn<QByteArray>("tag");
        QTest::addColumn<bool>("strong");
        QTest::addColumn<bool>("weak");
        const auto row = [](const char *list, const char *tag, bool strong, bool weak) {
            QTest::addRow("%s has %s", list, tag) << QByteArray(list) << QByteArray(tag) << strong << weak;
        };
        row("*", "\"a\"", true, true);
        row("*", "", true, true);
        row("\"a\"", "", false, false);
        row("", "\"a\"", false, false);
        row("\"a\"", "\"a\"", true, true);
        row("W/\"a\"", "\"a\"", false, true);
        row("\"a\"", "W/\"a\"", false, true);
        row("W/\"a\"", "W/\"a\"", true, true);
        row("\"b\", \"a\"", "\"a\"", true, true);
        row("\"b\",,\t \"a\" , \"c\"", "\"a\"", true, true);
        row("\"b\", W/\"a\"", "\"a\"", false, true);
        row("\"a\"x, \"c\"", "\"a\"", false, false);
        row("\"ab\"", "\"a\"", false, false);
        row("a", "\"a\"", false, false);
        row("\"b\", \"*\"", "\"a\"", false, false);
        row("\"a\" ", "\"a\"", true, true);
    }
    void tagLists()
    {
        QFETCH(QByteArray, list);
        QFETCH(QByteArray, tag);
        QFETCH(bool, strong);
        QFETCH(bool, weak);
        QCOMPARE(entityTagListHolds(list, tag, false), strong);
        QCOMPARE(entityTagListHolds(list, tag, true), weak);
    }

    void ifMatchComparesStronglyAndFailsThePrecondition()
    {
        RequestConditions request;
        request.ifMatch = "\"2ebcd3e1-5\"";
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact), ConditionOutcome::Send);
        request.ifMatch = "W/\"2ebcd3e1-5\"";
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact), ConditionOutcome::PreconditionFailed);
        request.ifMatch = "*";
        QCOMPARE(evaluateConditions(request, Undated, IfModifiedSince::Exact), ConditionOutcome::Send);
    }

    // Both have to hold: a match alone does not help when the date says "modified".
    void dateAndTagBothDecideOnNotModified()
    {
        RequestConditions request;
        request.ifNoneMatch = "W/\"2ebcd3e1-5\"";
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact), ConditionOutcome::NotModified);
        request.ifModifiedSince = Same;
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact), ConditionOutcome::NotModified);
        request.ifModifiedSince = Before;
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact), ConditionOutcome::Send);
        request.ifModifiedSince = Same;
        request.ifNoneMatch = "\"other\"";
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact), ConditionOutcome::Send);
    }

    void preconditionsComeBeforeNotModified()
    {
        RequestConditions request;
        request.ifNoneMatch = "\"2ebcd3e1-5\"";
        request.ifMatch = "\"other\"";
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact), ConditionOutcome::PreconditionFailed);
        request.ifMatch = {};
        request.ifUnmodifiedSince = Before;
        QCOMPARE(evaluateConditions(request, File, IfModifiedSince::Exact), ConditionOutcome::PreconditionFailed);
    }
};

QTEST_APPLESS_MAIN(ConditionsTest)
#include "tst_conditions.moc"
