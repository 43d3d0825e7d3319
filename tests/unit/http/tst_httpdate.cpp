// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/httpdate.h"

#include "http/serializer.h"

#include <QTest>

using namespace portlight;

class HttpDateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void dates_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("seconds");
        const auto row = [](const char *text, qint64 seconds) { QTest::newRow(text) << QByteArray(text) << seconds; };
        row("Sun, 06 Nov 1994 08:49:37 GMT", 784111777);
        row("Sunday, 06-Nov-94 08:49:37 GMT", 784111777);
        row("Sun Nov  6 08:49:37 1994", 784111777);
        row("Sun Nov 16 08:49:37 1994", 784975777);
        row("Thu, 01 Jan 1970 00:00:00 GMT", 0);
        row("Wed, 31 Dec 1969 23:59:59 GMT", -1);
        row("Tue, 29 Feb 2000 00:00:00 GMT", 951782400);
        row("Tue, 19 Jan 2038 03:14:08 GMT", 2147483648);
        row("Fri, 31 Dec 9999 23:59:59 GMT", 253402300799);
        row("Friday, 01-Jan-69 00:00:00 GMT", 3124224000); // two digits below 70: this century
        row("Thursday, 01-Jan-70 00:00:00 GMT", 0);
        row("x,   06 Nov 1994 08:49:37 GMT", 784111777); // the day's name is not looked at
        row("Sun, 06 Nov 1994 08:49:37 whatever", 784111777);
        row("Sun, 06 Nov 1994 08:49:37", 784111777);
        row("Sun, 00 Nov 1994 08:49:37 GMT", 783593377); // as nginx: the day before the first
    }
    void dates()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, seconds);
        const std::optional<qint64> date = parseHttpDate(text);
        QVERIFY(date.has_value());
        QCOMPARE(*date, seconds);
    }

    void whatIsNoDateIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"",
                                 " ",
                                 ",",
                                 "now",
                                 "784111777",
                                 "Sun, 06 Nov 1994",
                                 "Sun, 06 Nov 1994 08:49",
                                 "Sun, 06 Nov 1994 08:49:3",
                                 "Sun, 6 Nov 1994 08:49:37 GMT",
                                 "Sun, 06_Nov 1994 08:49:37 GMT",
                                 "Sun, 06 Nov-1994 08:49:37 GMT",
                                 "Sun, 06 Xov 1994 08:49:37 GMT",
                                 "Sun, 06 Nov 94 08:49:37 GMT",
                                 "Sun, 31 Nov 1994 08:49:37 GMT",
                                 "Sun, 29 Feb 1900 08:49:37 GMT",
                                 "Sun, 29 Feb 2001 08:49:37 GMT",
                                 "Sun, 06 Nov 1994 24:00:00 GMT",
                                 "Sun, 06 Nov 1994 08:60:37 GMT",
                                 "Sun, 06 Nov 1994 08:49:60 GMT",
                                 "Sun, 06 Nov 1994-08:49:37 GMT",
                                 "Sunday, 06-Nov-9x 08:49:37 GMT",
                                 "Sun Nov  6 08:49:37 94",
                                 "Sun Nov x6 08:49:37 1994",
                                 "Sun Nov  6 08:49:37",
                                 "Sun Nov 6x 08:49:37 1994"})
            QTest::newRow(text) << QByteArray(text);
    }
    void whatIsNoDateIsRefused()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!parseHttpDate(text).has_value());
    }

    // No byte behind the end of the text is read: each prefix lies at the very end of its own allocation.
    void everyPrefixIsReadOrRefused()
    {
        for (const QByteArray &whole :
             {QByteArray("Sun, 06 Nov 1994 08:49:37 GMT"), QByteArray("Sunday, 06-Nov-94 08:49:37 GMT"),
              QByteArray("Sun Nov  6 08:49:37 1994")}) {
            for (qsizetype size = 0; size < whole.size() - 4; ++size) {
                const std::vector<char> exact(whole.begin(), whole.begin() + size);
                QVERIFY2(!parseHttpDate(QByteArrayView(exact.data(), size)).has_value(), whole.first(size).constData());
            }
        }
    }

    void whatIsWrittenIsReadBack()
    {
        for (qint64 seconds : {qint64(0), qint64(784111777), qint64(951782400), qint64(4102444800)}) {
            char text[30];
            formatHttpDate(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)), text);
            QCOMPARE(parseHttpDate(text), std::optional<qint64>(seconds));
        }
    }
};

QTEST_APPLESS_MAIN(HttpDateTest)
#include "tst_httpdate.moc"
