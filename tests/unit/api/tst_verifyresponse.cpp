// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/verifyresponse.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

VerifyResponse from(const QByteArray &bytes, bool head = false)
{
    return VerifyResponse::fromBytes(bytes, head);
}

QByteArray answer(const QByteArray &fields, const QByteArray &body = {}, const QByteArray &status = "200 OK")
{
    return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n"
           + body;
}

QString compared(const QByteArray &nginx, const QByteArray &ours)
{
    QStringList lines;
    for (const VerifyDifference &each : compareResponses(from(nginx), from(ours), {{40001, 8080}}, {{40002, 8080}}))
        lines += u"%1: %2 | %3"_s.arg(each.what, each.nginx, each.ours);
    return lines.join(u'\n');
}

} // namespace

class TestVerifyResponse : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersAreRead()
    {
        const VerifyResponse plain = from(answer("X-A: b\r\n", "hi"));
        QCOMPARE(plain.status, 200);
        QCOMPARE(plain.body, "hi"_ba);
        QCOMPARE(plain.fields.front().second, "b"_ba);
        QVERIFY(plain.complete);
        const VerifyResponse chunked =
            from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
        QVERIFY(chunked.complete);
        QCOMPARE(chunked.body, "hi"_ba);
        const VerifyResponse untilClose = from("HTTP/1.1 200 OK\r\n\r\nhi");
        QVERIFY(untilClose.complete);
        QCOMPARE(untilClose.body, "hi"_ba);
        const VerifyResponse interim = from("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
        QCOMPARE(interim.status, 204);
        QVERIFY(from("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true).complete);
    }

    void whatIsNotWholeIsSaid()
    {
        QCOMPARE(from("").problem, u"no answer came"_s);
        QCOMPARE(from("HTTP/1.1 200").problem, u"it sent no whole head"_s);
        QCOMPARE(from("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab").problem,
                 u"it ends in the middle of its body"_s);
        QCOMPARE(from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").problem,
                 u"its body is framed wrongly"_s);
    }

    void equalAnswersDoNotDiffer()
    {
        QCOMPARE(compared(answer("Date: a\r\nServer: nginx/1.22.1\r\nLocation: http://a:40001/b\r\n", "port 40001"),
                          answer("Date: b\r\nServer: nginx/1.31.5\r\nLocation: http://a:40002/b\r\n", "port 40002")),
                 QString());
        QCOMPARE(compared(answer("A: 1\r\nB: 2\r\n"), answer("b: 2\r\na: 1\r\n")), QString());
        QCOMPARE(compared(answer("", "<center>nginx/1.22.1</center>"), answer("", "<center>nginx/1.31.50</center>")),
                 QString());
    }

    void differencesAreNamed()
    {
        QCOMPARE(compared(answer(""), answer("", {}, "404 Not Found")),
                 u"status: \"HTTP/1.1 200 OK\" | \"HTTP/1.1 404 Not Found\""_s);
        QCOMPARE(compared(answer("X: 1\r\nX: 2\r\n"), answer("X: 2\r\nX: 1\r\n")), u"header x: \"1, 2\" | \"2, 1\""_s);
        QCOMPARE(compared(answer("Server: nginx\r\n"), answer("")), u"header server: \"nginx\" | none"_s);
        QCOMPARE(compared(answer("", "abc"), answer("", "abd")),
                 u"body: 3 bytes, at byte 2 \"abc\" | 3 bytes, at byte 2 \"abd\""_s);
        QCOMPARE(
            compared(answer("", "abc"), answer("", "ab")),
            u"header content-length: \"3\" | \"2\"\nbody: 3 bytes, at byte 2 \"abc\" | 2 bytes, at byte 2 \"ab\""_s);
        QCOMPARE(compared("", answer("")), u"status: no answer came | \"HTTP/1.1 200 OK\""_s);
    }

    void otherNumbersAreNoPorts()
    {
        QCOMPARE(compared(answer("X: 140001\r\n"), answer("X: 140002\r\n")), u"header x: \"140001\" | \"140002\""_s);
        QCOMPARE(compared(answer("X: http://a:40002/\r\n"), answer("X: http://a:40002/\r\n")),
                 u"header x: \"http://a:40002/\" | \"http://a:<8080>/\""_s);
    }
};

QTEST_GUILESS_MAIN(TestVerifyResponse)
#include "tst_verifyresponse.moc"
