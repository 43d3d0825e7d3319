// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/ranges.h"

#include <QTest>

using namespace portlight;

namespace {

// "0-1,5-9", "whole" or "unsatisfiable"
QByteArray shown(const RangeSelection &selection)
{
    switch (selection.outcome) {
    case RangeSelection::Outcome::Whole: return "whole";
    case RangeSelection::Outcome::NotSatisfiable: return "unsatisfiable";
    case RangeSelection::Outcome::Partial: break;
    }
    QByteArray text;
    for (const ByteRange &range : selection.ranges) {
        if (!text.isEmpty())
            text += ',';
        text += QByteArray::number(range.start) + '-' + QByteArray::number(range.end - 1);
    }
    return text;
}

// "0-0,1-1,…", of that many
QByteArray manyRanges(int count)
{
    QByteArray field = "bytes=";
    for (int i = 0; i < count; ++i)
        field += (i ? "," : "") + QByteArray::number(i) + '-' + QByteArray::number(i);
    return field;
}

} // namespace

class RangesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyBytesAreRanges()
    {
        QVERIFY(isBytesRange("bytes=0"));
        QVERIFY(isBytesRange("BYTES=0-"));
        QVERIFY(!isBytesRange("bytes="));
        QVERIFY(!isBytesRange("bytes"));
        QVERIFY(!isBytesRange("bytes =0-"));
        QVERIFY(!isBytesRange("items=0-1"));
        QVERIFY(!isBytesRange({}));
    }

    void rangesOfTenBytes_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("meant");
        const auto row = [](const char *field, const char *meant) {
            QTest::newRow(field) << QByteArray(field) << QByteArray(meant);
        };
        row("bytes=0-", "0-9");
        row("bytes=0-0", "0-0");
        row("bytes=9-", "9-9");
        row("bytes=9-9", "9-9");
        row("bytes=3-100", "3-9");
        row("bytes=-1", "9-9");
        row("bytes=-10", "0-9");
        row("bytes=-100", "0-9");
        row("bytes= 1 - 2 ", "1-2");
        row("bytes=1-2,4-5", "1-2,4-5");
        row("bytes=4-5, 1-2", "4-5,1-2");
        row("bytes=0-4,5-9", "0-4,5-9");
        row("bytes=0-0,20-30", "0-0"); // what lies behind the end is left out
        row("bytes=20-30,-1", "9-9");
        row("bytes=5-3,0-0", "0-0");
        row("bytes=0-5,5-9", "whole"); // adds up to more than there is
        row("bytes=0-9,0-9", "whole");
        row("bytes=10-", "unsatisfiable");
        row("bytes=10-20", "unsatisfiable");
        row("bytes=5-3", "unsatisfiable");
        row("bytes=-0", "unsatisfiable");
        row("bytes=-", "unsatisfiable");
        row("bytes=x", "unsatisfiable");
        row("bytes=1", "unsatisfiable");
        row("bytes=1-x", "unsatisfiable");
        row("bytes=1-2x", "unsatisfiable");
        row("bytes=1-2,", "unsatisfiable");
        row("bytes=,1-2", "unsatisfiable");
        row("bytes=1-2;3-4", "unsatisfiable");
        row("bytes=- 1", "unsatisfiable");
        row("bytes=+1-2", "unsatisfiable");
        row("bytes=9223372036854775807-", "unsatisfiable");
        row("bytes=0-9223372036854775807", "0-9");
        row("bytes=0-9223372036854775808", "unsatisfiable"); // no offset any more
        row("bytes=9223372036854775808-", "unsatisfiable");
        row("bytes=-9223372036854775807", "0-9");
        row("bytes=-9223372036854775808", "unsatisfiable");
        row("bytes=00000000000000000000000000001-2", "1-2");
    }
    void rangesOfTenBytes()
    {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, meant);
        QVERIFY(isBytesRange(field));
        QCOMPARE(shown(parseRanges(field, 10, RangesUnlimited)), meant);
    }

    void emptyContentIsSentWhole()
    {
        QCOMPARE(shown(parseRanges("bytes=0-", 0, RangesUnlimited)), "whole");
        QCOMPARE(shown(parseRanges("bytes=-5", 0, RangesUnlimited)), "whole");
        QCOMPARE(shown(parseRanges("bytes=1-", 0, RangesUnlimited)), "unsatisfiable");
    }

    void moreRangesThanAllowedGiveTheWhole()
    {
        QCOMPARE(parseRanges(manyRanges(3), 100, 3).ranges.size(), size_t(3));
        QCOMPARE(shown(parseRanges(manyRanges(4), 100, 3)), "whole");
        QCOMPARE(shown(parseRanges("bytes=0-0,1-1", 100, 1)), "whole");
        QCOMPARE(shown(parseRanges("bytes=0-0,200-", 100, 1)), "0-0"); // only satisfiable ones count
    }

    // Without a limit of its own, many small ranges must not cost much more than the content.
    void manySmallRangesGiveTheWholeUnlessALimitIsSet()
    {
        QCOMPARE(parseRanges(manyRanges(16), 100, RangesUnlimited).ranges.size(), size_t(16));
        QCOMPARE(shown(parseRanges(manyRanges(17), 100, RangesUnlimited)), "whole");
        QCOMPARE(parseRanges(manyRanges(17), 100, 20).ranges.size(), size_t(17));
    }

    void sumsDoNotOverflow()
    {
        const qint64 huge = std::numeric_limits<qint64>::max();
        QCOMPARE(shown(parseRanges("bytes=0-,0-", huge, RangesUnlimited)), "unsatisfiable");
        QCOMPARE(parseRanges("bytes=0-", huge, RangesUnlimited).ranges.front(), (ByteRange{0, huge}));
    }

    void ifRangeNamesTheVersionExactly()
    {
        const Validators response{784111777, "\"a\""};
        QVERIFY(ifRangeHolds("\"a\"", response));
        QVERIFY(!ifRangeHolds("\"b\"", response));
        QVERIFY(!ifRangeHolds("W/\"a\"", response));
        QVERIFY(!ifRangeHolds("\"a\"", {784111777, {}}));
        QVERIFY(ifRangeHolds("Sun, 06 Nov 1994 08:49:37 GMT", response));
        QVERIFY(!ifRangeHolds("Sun, 06 Nov 1994 08:49:38 GMT", response));
        QVERIFY(!ifRangeHolds("Sun, 06 Nov 1994 08:49:37 GMT", {std::nullopt, "\"a\""}));
        QVERIFY(!ifRangeHolds("never", response));
        QVERIFY(!ifRangeHolds("", response));
    }

    void contentRangeFields()
    {
        QCOMPARE(contentRange({0, 100}, 1000), "bytes 0-99/1000");
        QCOMPARE(unsatisfiedContentRange(1000), "bytes */1000");
    }

    void multipartBodyIsWrittenAsNginxDoes()
    {
        const MultipartRanges parts({{0, 2}, {8, 10}}, "text/plain", 10, 42);
        QCOMPARE(parts.contentType(), "multipart/byteranges; boundary=00000000000000000042");
        QCOMPARE(parts.partHead(0), "\r\n--00000000000000000042\r\nContent-Type: text/plain\r\n"
                                    "Content-Range: bytes 0-1/10\r\n\r\n");
        QCOMPARE(parts.partHead(1), "\r\n--00000000000000000042\r\nContent-Type: text/plain\r\n"
                                    "Content-Range: bytes 8-9/10\r\n\r\n");
        QCOMPARE(parts.end(), "\r\n--00000000000000000042--\r\n");
        QCOMPARE(parts.length(), parts.partHead(0).size() + 2 + parts.partHead(1).size() + 2 + parts.end().size());
    }

    void multipartWithoutATypeNamesNone()
    {
        const MultipartRanges parts({{0, 1}, {2, 3}}, {}, 10, 1);
        QCOMPARE(parts.partHead(0), "\r\n--00000000000000000001\r\nContent-Range: bytes 0-0/10\r\n\r\n");
    }
};

QTEST_APPLESS_MAIN(RangesTest)
#include "tst_ranges.moc"
