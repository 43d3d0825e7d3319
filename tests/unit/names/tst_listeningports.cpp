// SPDX-License-Identifier: GPL-3.0-or-later
#include "names/listeningports.h"

#include <QDir>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace portlight;

namespace {

// A python that listens on a port of its choice, prints it, and lives until its input ends.
constexpr const char *Listener = R"(
import socket, sys
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen()
print(s.getsockname()[1], flush=True)
sys.stdin.read()
)";

struct ForeignListener {
    ForeignListener()
    {
        process.setWorkingDirectory(folder.path());
        process.start(QStringLiteral("python3"), {QStringLiteral("-c"), QString::fromLatin1(Listener)});
        while (process.state() != QProcess::NotRunning && !process.canReadLine())
            process.waitForReadyRead();
        port = process.readLine().trimmed().toUShort();
    }
    ~ForeignListener()
    {
        process.closeWriteChannel();
        process.waitForFinished();
    }
    QTemporaryDir folder;
    QProcess process;
    quint16 port = 0;
};

} // namespace

class ListeningPortsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aProcessThatListensIsFoundByName()
    {
        ForeignListener listener;
        QVERIFY(listener.port != 0);
        const QList<ListeningPort> ports = listeningPorts();
        const auto found = std::find_if(ports.begin(), ports.end(),
                                        [&](const ListeningPort &port) { return port.port == listener.port; });
        QVERIFY(found != ports.end());
        QCOMPARE(found->process, QStringLiteral("python"));
        QCOMPARE(found->pid, listener.process.processId());
        QVERIFY(found->loopbackOnly);
        QCOMPARE(found->workingDirectory, QDir(listener.folder.path()).canonicalPath());
        QCOMPARE(portHolder(listener.port), QStringLiteral("python (pid %1)").arg(listener.process.processId()));
        QVERIFY(std::is_sorted(ports.begin(), ports.end(),
                               [](const ListeningPort &a, const ListeningPort &b) { return a.port < b.port; }));
    }

    void ourOwnListenersAreLeftOut()
    {
        QTcpServer own;
        QVERIFY(own.listen(QHostAddress::LocalHost));
        const QList<ListeningPort> ports = listeningPorts();
        QVERIFY(std::none_of(ports.begin(), ports.end(),
                             [&](const ListeningPort &port) { return port.port == own.serverPort(); }));
        QCOMPARE(portHolder(own.serverPort()), QString());
    }

    void nobodyHoldsAFreePort()
    {
        QTcpServer own;
        QVERIFY(own.listen(QHostAddress::LocalHost));
        const quint16 port = own.serverPort();
        own.close();
        QCOMPARE(portHolder(port), QString());
    }

    void aTitleSaysWhatIsKnown()
    {
        QCOMPARE((ListeningPort{5173, true, 1, QStringLiteral("node"), QStringLiteral("~/landing")}).title(),
                 QStringLiteral("5173 · node, ~/landing"));
        QCOMPARE((ListeningPort{5173, true, 1, QStringLiteral("node"), {}}).title(), QStringLiteral("5173 · node"));
        QCOMPARE((ListeningPort{.port = 5173}).title(), QStringLiteral("5173"));
    }
};

QTEST_GUILESS_MAIN(ListeningPortsTest)
#include "tst_listeningports.moc"
