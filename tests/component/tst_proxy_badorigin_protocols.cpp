// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/badorigintrial.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

// Backends that speak something else. Whoever set the proxy up is told what, and what to write instead.
class BadOriginProtocolsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersInAnotherProtocol_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<QByteArray>("advice");
        const auto row = [](const char *protocol, const QByteArray &bytes, const char *advice) {
            QTest::newRow(protocol) << bytes << QString::fromUtf8(protocol) << QByteArray(advice);
        };
        const char *const elsewhere = "write in proxy_pass the port where the web server listens";
        // An alert: what most TLS servers answer to a request in plain text.
        row("TLS", QByteArray::fromHex("15030100020246"), "Write https:// in proxy_pass");
        // A settings frame, and one that says goodbye.
        row("HTTP/2", QByteArray::fromHex("00000604000000000000030000006400000807000000000000000000000000"),
            "answer HTTP/1.1 too");
        row("SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", elsewhere);
        row("SMTP or FTP", "220 mail.test ESMTP ready\r\n", elsewhere);
        row("IMAP", "* OK [CAPABILITY IMAP4rev1] ready\r\n", elsewhere);
        row("POP3", "+OK POP3 ready\r\n", elsewhere);
        row("Redis or POP3", "-ERR wrong number of arguments for 'get' command\r\n", elsewhere);
        row("MySQL", QByteArray::fromHex("4a0000000a382e302e333600080000001234"), elsewhere);
    }

    void answersInAnotherProtocol()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, protocol);
        QFETCH(QByteArray, advice);
        for (const bool greets : {false, true}) {
            BadOriginTrial trial([=](RawPeer &connection) {
                if (!greets)
                    connection.readMessage();
                connection.send(bytes);
                connection.readUntilClosed();
            });
            QVERIFY(trial.isReady());
            const BadOriginOutcome seen = trial.ask();
            QCOMPARE(seen.answer.status(), 502);
            QCOMPARE(seen.upstreamStatus, 502);
            QVERIFY2(seen.log.contains("upstream sent no valid HTTP/1.0 header while reading response header"),
                     seen.log);
            QVERIFY2(seen.row.failure.contains(u"speaks %1, not plain HTTP/1"_s.arg(protocol)),
                     qPrintable(seen.row.failure));
            QVERIFY2(seen.answer.body.contains(advice), seen.answer.body);
            QVERIFY(trial.leavesNothing());
        }
    }

    // Others close without a word, as OpenSSL does when it reads "GET ".
    void closesOnPlainText()
    {
        BadOriginTrial trial([](RawPeer &connection) { connection.readBytes(1); });
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 502);
        QVERIFY2(seen.answer.body.contains("then proxy_pass needs https://"), seen.answer.body);
        QVERIFY(trial.leavesNothing());
    }
};

QTEST_GUILESS_MAIN(BadOriginProtocolsTest)
#include "tst_proxy_badorigin_protocols.moc"
