// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/message.h"
#include "http/serializer.h"

#include <QTest>

#include <limits>

using namespace portlight;
using namespace Qt::StringLiterals;

class TestSerializer : public QObject
{
    Q_OBJECT

    template<typename Write>
    static QByteArray written(Write write)
    {
        WireBuffer out;
        write(out);
        return out.view().toByteArray();
    }

private Q_SLOTS:
    void statusLineKnowsNginxsWords()
    {
        const auto line = [](int status, QByteArrayView reason = {}) {
            return written([&](WireBuffer &out) { appendStatusLine(out, status, reason); });
        };
        QCOMPARE(line(200), "HTTP/1.1 200 OK\r\n"_ba);
        QCOMPARE(line(302), "HTTP/1.1 302 Moved Temporarily\r\n"_ba);
        QCOMPARE(line(413), "HTTP/1.1 413 Request Entity Too Large\r\n"_ba);
        QCOMPARE(line(504), "HTTP/1.1 504 Gateway Time-out\r\n"_ba);
        QCOMPARE(line(299), "HTTP/1.1 299 \r\n"_ba);
        QCOMPARE(line(404, "Nope"), "HTTP/1.1 404 Nope\r\n"_ba);
    }

    void fieldsAndNumbers()
    {
        QCOMPARE(written([](WireBuffer &out) { appendField(out, "A", "b c"); }), "A: b c\r\n"_ba);
        QCOMPARE(written([](WireBuffer &out) { appendField(out, "A", ""); }), "A: \r\n"_ba);
        QCOMPARE(written([](WireBuffer &out) { appendField(out, "N", quint64(0)); }), "N: 0\r\n"_ba);
        QCOMPARE(written([](WireBuffer &out) { appendField(out, "N", std::numeric_limits<quint64>::max()); }),
                 "N: 18446744073709551615\r\n"_ba);
    }

    void chunks()
    {
        QCOMPARE(written([](WireBuffer &out) { appendChunkHead(out, 26); }), "1a\r\n"_ba);
        QCOMPARE(written([](WireBuffer &out) { appendChunkHead(out, std::numeric_limits<quint64>::max()); }),
                 "ffffffffffffffff\r\n"_ba);
        QCOMPARE(written([](WireBuffer &out) { appendLastChunk(out); }), "0\r\n\r\n"_ba);
        QCOMPARE(written([](WireBuffer &out) { appendLastChunk(out, "A: b\r\n"); }), "0\r\nA: b\r\n\r\n"_ba);
    }

    void dates()
    {
        const auto date = [](qint64 seconds) {
            char text[30];
            formatHttpDate(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)), text);
            return QByteArray(text);
        };
        QCOMPARE(date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"_ba);
        QCOMPARE(date(0), "Thu, 01 Jan 1970 00:00:00 GMT"_ba);
        QCOMPARE(date(951827696), "Tue, 29 Feb 2000 12:34:56 GMT"_ba);
        QCOMPARE(date(4102444799), "Thu, 31 Dec 2099 23:59:59 GMT"_ba);
    }

    void bufferKeepsItsMemory()
    {
        WireBuffer out;
        out.append(QByteArray(5000, 'a'));
        const char *place = out.data();
        const size_t capacity = out.capacity();
        out.clear();
        QVERIFY(out.isEmpty());
        out.append(QByteArray(5000, 'b'));
        QCOMPARE(out.data(), place);
        QCOMPARE(out.capacity(), capacity);
        out.release();
        QCOMPARE(out.capacity(), size_t(0));
        WireBuffer other;
        other.append('x');
        out = std::move(other);
        QCOMPARE(out.view().toByteArray(), "x"_ba);
    }

    void fieldIdsAreFoundInAnyCase()
    {
        QCOMPARE(headerId("HOST"), HeaderId::Host);
        QCOMPARE(headerId("transfer-encoding"), HeaderId::TransferEncoding);
        QCOMPARE(headerId("If-Unmodified-Since"), HeaderId::IfUnmodifiedSince);
        QCOMPARE(headerId("X-Accel-Limit-Rate"), HeaderId::XAccelLimitRate);
        QCOMPARE(headerId("TE"), HeaderId::Te);
        QCOMPARE(headerId("Proxy-Authorization"), HeaderId::ProxyAuthorization);
        for (const char *other : {"", "T", "Hosts", "Hos", "Transfer_Encoding", "transfer\rencoding",
                                  "X-Forwarded-Host", "X-A-Very-Long-Name-That-Nobody-Knows"})
            QCOMPARE(headerId(other), HeaderId::Other);
    }

    void methodsAreCaseSensitive()
    {
        QCOMPARE(methodId("GET"), MethodId::Get);
        QCOMPARE(methodId("DELETE"), MethodId::Delete);
        QCOMPARE(methodId("OPTIONS"), MethodId::Options);
        QCOMPARE(methodId("get"), MethodId::Other);
        QCOMPARE(methodId("PURGE"), MethodId::Other);
        QCOMPARE(methodId(""), MethodId::Other);
    }

    void listsHoldTokens()
    {
        QVERIFY(listContainsToken("close", "close"));
        QVERIFY(listContainsToken("a ,\tClose, b", "close"));
        QVERIFY(listContainsToken(",,b", "b"));
        QVERIFY(!listContainsToken("closed", "close"));
        QVERIFY(!listContainsToken("a close", "close"));
        QVERIFY(!listContainsToken("", "close"));
    }
};

QTEST_APPLESS_MAIN(TestSerializer)
#include "tst_serializer.moc"
