// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/responsefault.h"

#include "http/responseparser.h"

#include <QTest>

using namespace portlight;

class ResponseFaultTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFaultIsToldWithItsBytes_data()
    {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char *name, const QByteArray &lines, const char *words) {
            QTest::newRow(name) << lines << QByteArray(words);
        };
        row("a space in a name", "X Y: 1\r\n", R"(upstream sent invalid header: "X\x20...")");
        row("the second line", "A: b\r\nX-Y\t: 1\r\n", R"(upstream sent invalid header: "X-Y\x09...")");
        row("NUL in a value", QByteArray("X: a\0b\r\n", 8), R"(upstream sent invalid header: "X: a\x00...")");
        row("a fold", "X: a\r\n b\r\n", R"(upstream sent invalid header: "\x20...")");
        row("no name", ": a\r\n", R"(upstream sent invalid header: "\x3a...")");
        row("DEL", "X\x7f: a\r\n", R"(upstream sent invalid header: "X\x7f...")");
        row("two lengths", "Content-Length: 1\r\nX: y\r\ncontent-length: 2\r\n",
            R"(upstream sent duplicate header line: "content-length: 2", previous value: "Content-Length: 1")");
        row("two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
            "upstream sent duplicate header line: \"Transfer-Encoding: gzip\", previous value: \"Transfer-Encoding: "
            "chunked\"");
        row("no length", "Content-Length: x\r\n",
            R"(upstream sent invalid "Content-Length" header: "Content-Length: x")");
        row("an unknown coding", "Transfer-Encoding: br\r\n", R"(upstream sent unknown "Transfer-Encoding": "br")");
        row("an odd coding", "Transfer-Encoding: chunked, chunked\r\n",
            R"(upstream sent unknown "Transfer-Encoding": "chunked, chunked")");
        row("both", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            R"(upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time)");
    }

    void aFaultIsToldWithItsBytes()
    {
        QFETCH(QByteArray, lines);
        QFETCH(QByteArray, words);
        const QByteArray bytes = "HTTP/1.1 200 OK\r\n" + lines + "\r\n";
        ResponseParser parser;
        QCOMPARE(parser.parse(bytes.data(), bytes.size()), ParseStatus::Failed);
        QCOMPARE(describeResponseFault(parser.error(), parser.head(), bytes.data()), words);
    }

    void aStatusLineIsNotShown()
    {
        const QByteArray bytes("HTTP/1.1 200 O\0K\r\n", 18);
        ResponseParser parser;
        QCOMPARE(parser.parse(bytes.data(), bytes.size()), ParseStatus::Failed);
        QCOMPARE(describeResponseFault(parser.error(), parser.head(), bytes.data()),
                 QByteArray("upstream sent no valid HTTP/1.0 header"));
    }

    void otherProtocolsAreKnownByTheirFirstBytes_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("protocol");
        const auto row = [](const QByteArray &bytes, const char *protocol) {
            QTest::newRow(protocol) << bytes << QByteArray(protocol);
        };
        row(QByteArray::fromHex("15030100020246"), "TLS");
        row(QByteArray::fromHex("000006040000000000000300000064"), "HTTP/2");
        row("SSH-2.0-OpenSSH_9.2\r\n", "SSH");
        row("220-mail.test\r\n220 ready\r\n", "SMTP or FTP");
        row("* OK IMAP4rev1 ready\r\n", "IMAP");
        row("+OK ready\r\n", "POP3");
        row("-ERR wrong number of arguments for 'get' command\r\n", "Redis or POP3");
        row(QByteArray::fromHex("4a0000000a382e302e333600"), "MySQL");
    }

    void otherProtocolsAreKnownByTheirFirstBytes()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, protocol);
        QCOMPARE(QByteArray(guessSpokenProtocol(bytes)), protocol);
    }

    void nothingIsGuessedWithoutReason()
    {
        for (const QByteArrayView bytes :
             {"", "\x15", "\x15\x03", "H", "this is no head", "<html>", "22", "*", "\1\2\3"})
            QVERIFY2(!guessSpokenProtocol(bytes), bytes.data());
    }
};

QTEST_GUILESS_MAIN(ResponseFaultTest)
#include "tst_responsefault.moc"
