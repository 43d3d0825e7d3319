// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/logescape.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class LogEscapeTest : public QObject
{
    Q_OBJECT
    static QByteArray logged(QByteArrayView value)
    {
        WireBuffer out;
        appendLogEscaped(value, out);
        return out.view().toByteArray();
    }
    static QByteArray json(QByteArrayView value)
    {
        WireBuffer out;
        appendJsonEscaped(value, out);
        return out.view().toByteArray();
    }

private Q_SLOTS:
    void plainTextStays()
    {
        QCOMPARE(logged("GET /a?b=c HTTP/1.1"), "GET /a?b=c HTTP/1.1"_ba);
        QCOMPARE(logged(""), ""_ba);
        QCOMPARE(json("GET /a?b=c HTTP/1.1"), "GET /a?b=c HTTP/1.1"_ba);
        QCOMPARE(json(""), ""_ba);
    }
    void whatCouldForgeALineIsWrittenInHex()
    {
        QCOMPARE(logged("a\"b\\c"), R"(a\x22b\x5Cc)"_ba);
        QCOMPARE(logged("\r\n\t"), R"(\x0D\x0A\x09)"_ba);
        QCOMPARE(logged("x\x7f"), R"(x\x7F)"_ba);
        QCOMPARE(logged("\xc3\xa4"), R"(\xC3\xA4)"_ba);
        QCOMPARE(logged(QByteArrayView("\0", 1)), R"(\x00)"_ba);
    }
    void everyByteIsEscapedOrItself()
    {
        for (int c = 0; c < 256; ++c) {
            const QByteArray one(1, char(c));
            const bool plain = c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
            QCOMPARE(logged(one), plain ? one : "\\x" + one.toHex().toUpper());
        }
    }
    void jsonKeepsBytesAbove127AndEscapesAsAParserReads()
    {
        QCOMPARE(json("a\"b\\c"), R"(a\"b\\c)"_ba);
        QCOMPARE(json("\n\r\t\b\f"), R"(\n\r\t\b\f)"_ba);
        QCOMPARE(json("\x01\x1f"), R"(\u0001\u001F)"_ba);
        QCOMPARE(json("\x7f\xc3\xa4"), "\x7f\xc3\xa4"_ba);
    }
};

QTEST_APPLESS_MAIN(LogEscapeTest)
#include "tst_logescape.moc"
