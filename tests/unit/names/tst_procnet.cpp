// SPDX-License-Identifier: GPL-3.0-or-later
#include "names/procnet.h"

#include <QTest>

#include <QtEndian>

using namespace portlight;

namespace {

// An address as this machine's kernel would print it: words in the machine's byte order.
QByteArray printed(const QByteArray &networkOrderHex)
{
    const QByteArray bytes = QByteArray::fromHex(networkOrderHex);
    QByteArray text;
    for (qsizetype at = 0; at < bytes.size(); at += 4) {
        const quint32 word = qFromUnaligned<quint32>(bytes.constData() + at);
        text += QByteArray::number(word, 16).rightJustified(8, '0').toUpper();
    }
    return text;
}

QByteArray line(const QByteArray &address, const QByteArray &port, const QByteArray &state = "0A")
{
    return "   0: " + printed(address) + ':' + port + " 00000000:0000 " + state
           + " 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000 100 0 0 10 0\n";
}

constexpr const char *Header =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

} // namespace

class ProcNetTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aListeningSocketIsRead()
    {
        const auto sockets = parseProcNetTcp(Header + line("7f000001", "1F90"));
        QCOMPARE(sockets.size(), 1);
        QCOMPARE(sockets.first(), (ListeningSocket{8080, true, 1000, 4711}));
    }

    void loopbackIsTold_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<bool>("loopback");
        QTest::newRow("127.0.0.1") << QByteArray("7f000001") << true;
        QTest::newRow("127.9.9.9") << QByteArray("7f090909") << true;
        QTest::newRow("0.0.0.0") << QByteArray("00000000") << false;
        QTest::newRow("192.168.1.127") << QByteArray("c0a8017f") << false;
        QTest::newRow("::1") << QByteArray("00000000000000000000000000000001") << true;
        QTest::newRow("::") << QByteArray("00000000000000000000000000000000") << false;
        QTest::newRow("::ffff:127.0.0.1") << QByteArray("00000000000000000000ffff7f000001") << true;
        QTest::newRow("::ffff:10.0.0.1") << QByteArray("00000000000000000000ffff0a000001") << false;
        QTest::newRow("7f00::") << QByteArray("7f000000000000000000000000000000") << false;
    }
    void loopbackIsTold()
    {
        QFETCH(QByteArray, address);
        const auto sockets = parseProcNetTcp(line(address, "0050"));
        QCOMPARE(sockets.size(), 1);
        QTEST(sockets.first().loopback, "loopback");
        QCOMPARE(sockets.first().port, quint16(80));
    }

    void otherStatesAreLeftOut()
    {
        QVERIFY(parseProcNetTcp(line("7f000001", "1F90", "01")).isEmpty());
        QVERIFY(parseProcNetTcp(line("7f000001", "1F90", "06")).isEmpty());
    }

    void whatIsNotUnderstoodIsLeftOut_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("header") << QByteArray(Header);
        QTest::newRow("cut short") << line("7f000001", "1F90").first(60);
        QTest::newRow("no colon") << QByteArray(line("7f000001", "1F90")).replace(":1F90", "_1F90");
        QTest::newRow("no hex address") << QByteArray(line("7f000001", "1F90")).replace("0100007F:", "0100007Z:");
        QTest::newRow("no hex port") << line("7f000001", "ZZZZ");
        QTest::newRow("port 0") << line("7f000001", "0000");
        QTest::newRow("large port") << line("7f000001", "12345");
        QTest::newRow("inode") << QByteArray(line("7f000001", "1F90")).replace(" 4711 ", " x ");
    }
    void whatIsNotUnderstoodIsLeftOut()
    {
        QFETCH(QByteArray, text);
        QVERIFY(parseProcNetTcp(text).isEmpty());
        const auto sockets = parseProcNetTcp(text + '\n' + line("7f000001", "0051"));
        QCOMPARE(sockets.size(), 1);
    }

    void aSocketLinkGivesItsInode()
    {
        QCOMPARE(socketInode("socket:[12345]"), 12345u);
        QCOMPARE(socketInode("pipe:[12345]"), 0u);
        QCOMPARE(socketInode("socket:[12345"), 0u);
        QCOMPARE(socketInode("/dev/null"), 0u);
        QCOMPARE(socketInode(""), 0u);
    }

    void processesHaveTheirEverydayNames_data()
    {
        QTest::addColumn<QByteArray>("commandLine");
        QTest::addColumn<QByteArray>("comm");
        QTest::addColumn<QString>("name");
        const auto row = [](const char *tag, const QByteArray &commandLine, const QByteArray &comm, const char *name) {
            QTest::newRow(tag) << commandLine << comm << QString::fromLatin1(name);
        };
        row("node", QByteArray("node\0/x/vite\0", 13), "node\n", "node");
        row("path", QByteArray("/usr/local/bin/caddy\0run\0", 25), "caddy\n", "caddy");
        row("python", QByteArray("/usr/bin/python3.11\0-m\0http.server\0", 35), "python3.11\n", "python");
        row("python3", QByteArray("python3\0", 8), "python3\n", "python");
        row("not an interpreter", QByteArray("pythonista\0", 11), "pythonista\n", "pythonista");
        row("title", "nginx: master process /usr/sbin/nginx", "nginx\n", "nginx");
        row("title with blank", "next-server (v14.0.1)", "next-server (v1\n", "next-server");
        row("login shell", QByteArray("-bash\0", 6), "bash\n", "bash");
        row("no command line", "", "kthread\n", "kthread");
    }
    void processesHaveTheirEverydayNames()
    {
        QFETCH(QByteArray, commandLine);
        QFETCH(QByteArray, comm);
        QTEST(processDisplayName(commandLine, comm), "name");
    }

    void pathsBelowHomeAreShortened()
    {
        const auto shorten = [](const char *path, const char *home) {
            return shortenedPath(QString::fromLatin1(path), QString::fromLatin1(home));
        };
        QCOMPARE(shorten("/home/ann/work", "/home/ann"), QStringLiteral("~/work"));
        QCOMPARE(shorten("/home/ann", "/home/ann"), QStringLiteral("~"));
        QCOMPARE(shorten("/home/anna/work", "/home/ann"), QStringLiteral("/home/anna/work"));
        QCOMPARE(shorten("/srv", "/home/ann"), QStringLiteral("/srv"));
        QCOMPARE(shorten("/srv", "/"), QStringLiteral("/srv"));
        QCOMPARE(shorten("/srv", ""), QStringLiteral("/srv"));
    }
};

QTEST_GUILESS_MAIN(ProcNetTest)
#include "tst_procnet.moc"
