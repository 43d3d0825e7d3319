// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"

#include <QJsonArray>

#include <optional>

using namespace portlight::test;
using namespace Qt::StringLiterals;

class CtlServeTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aFileIsServedUntilTerm()
    {
        CtlProgram ctl;
        Backend backend("first");
        const quint16 port = freePort();
        Serve serve(ctl, {ctl.write(u"a.conf"_s, simpleConfig(port, backend.address()))});
        QVERIFY2(serve.runs(), serve.err().constData());
        QCOMPARE(CtlProgram::read(serve.pidFile).trimmed().toLongLong(), serve.process->processId());
        const QByteArray answer = fetch(port, "a.localhost");
        QVERIFY2(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("first"), answer.constData());

        CtlProgram::signal(*serve.process, SIGTERM);
        QCOMPARE(CtlProgram::wait(*serve.process).exitCode, 0);
        QVERIFY(!QFile::exists(serve.pidFile));
    }

    void curlGetsItsAnswer()
    {
        CtlProgram ctl;
        Backend backend("for curl");
        const quint16 port = freePort();
        Serve serve(ctl, {ctl.write(u"a.conf"_s, simpleConfig(port, backend.address()))});
        QVERIFY(serve.runs());
        QProcess curl;
        curl.start(u"curl"_s, {u"-sS"_s, u"--max-time"_s, u"20"_s, u"http://any.localhost:%1/"_s.arg(port)});
        const auto outcome = CtlProgram::wait(curl);
        QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
        QCOMPARE(outcome.out, "for curl"_ba);
    }

    void aBadFileIsNotStarted()
    {
        CtlProgram ctl;
        ctl.write(u"bad.conf"_s, "http {\n    dance;\n}\n");
        const auto outcome = ctl.run({u"serve"_s, u"bad.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.startsWith("bad.conf:2:5: error: "), outcome.err.constData());
    }

    void aTakenPortNamesItsHolder()
    {
        CtlProgram ctl;
        QTcpServer holder;
        QVERIFY(holder.listen(QHostAddress::LocalHost));
        const auto file = ctl.write(u"a.conf"_s, simpleConfig(holder.serverPort(), "127.0.0.1:3000"));
        const QString pidFile = ctl.path(u"portlight.pid"_s);
        const auto outcome = ctl.run({u"serve"_s, u"--pid"_s, pidFile, file});
        QCOMPARE(outcome.exitCode, 3);
        QVERIFY2(outcome.err.contains("(pid " + QByteArray::number(QCoreApplication::applicationPid()) + ')'),
                 outcome.err.constData());
        QVERIFY(!QFile::exists(pidFile));
    }

    void beyondLoopbackIsWarnedOf()
    {
        CtlProgram ctl;
        Backend backend("open");
        std::optional<Serve> started;
        // A port that is free on one address may be taken on another by a test beside this one.
        for (int attempt = 0; attempt < 3 && !(started && started->runs()); ++attempt) {
            const quint16 port = freePort();
            QByteArray text = simpleConfig(port, backend.address());
            text.replace("127.0.0.1:" + QByteArray::number(port), "0.0.0.0:" + QByteArray::number(port));
            started.emplace(ctl, QStringList{ctl.write(u"a.conf"_s, text)});
        }
        Serve &serve = *started;
        QVERIFY(serve.runs());
        CtlProgram::signal(*serve.process, SIGTERM);
        const auto outcome = CtlProgram::wait(*serve.process);
        QVERIFY2(outcome.err.contains("a.conf:4:9: warning: ") || outcome.err.contains("a.conf:4:16: warning: "),
                 outcome.err.constData());
        QCOMPARE(outcome.err.count("warning:"), 1);
    }

    void daemonOnIsNoted()
    {
        CtlProgram ctl;
        Backend backend("x");
        Serve serve(ctl, {ctl.write(u"a.conf"_s, "daemon on;\n" + simpleConfig(freePort(), backend.address()))});
        QVERIFY(serve.runs());
        CtlProgram::signal(*serve.process, SIGINT);
        const auto outcome = CtlProgram::wait(*serve.process);
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY2(outcome.err.contains("a.conf:1:1: note: "), outcome.err.constData());
    }

    void hupTakesANewConfigurationAndKeepsTheOldOneWhenItIsBad()
    {
        CtlProgram ctl;
        Backend first("first");
        Backend second("second");
        const quint16 port = freePort();
        const QString file = ctl.write(u"a.conf"_s, simpleConfig(port, first.address()));
        const QString log = ctl.path(u"error.log"_s);
        Serve serve(ctl, {u"--error-log"_s, log, file});
        QVERIFY(serve.runs());
        QVERIFY(fetch(port, "a").endsWith("first"));

        ctl.write(u"a.conf"_s, "http {\n    dance;\n}\n");
        CtlProgram::signal(*serve.process, SIGHUP);
        QTRY_VERIFY2(CtlProgram::read(log).contains("[emerg]"), CtlProgram::read(log).constData());
        QVERIFY2(CtlProgram::read(log).contains("a.conf:2"), CtlProgram::read(log).constData());
        QVERIFY(fetch(port, "a").endsWith("first"));

        ctl.write(u"a.conf"_s, simpleConfig(port, second.address()));
        CtlProgram::signal(*serve.process, SIGHUP);
        QVERIFY(Serve::becomes(port, "a", "second"));
    }

    void aReloadThatWantsATakenPortKeepsTheOldOne()
    {
        CtlProgram ctl;
        Backend first("first");
        QTcpServer holder;
        QVERIFY(holder.listen(QHostAddress::LocalHost));
        const quint16 port = freePort();
        const QString file = ctl.write(u"a.conf"_s, simpleConfig(port, first.address()));
        const QString log = ctl.path(u"error.log"_s);
        Serve serve(ctl, {u"--error-log"_s, log, file});
        QVERIFY(serve.runs());
        ctl.write(u"a.conf"_s, simpleConfig(holder.serverPort(), first.address()));
        CtlProgram::signal(*serve.process, SIGHUP);
        const QByteArray pid = "(pid " + QByteArray::number(QCoreApplication::applicationPid()) + ')';
        QTRY_VERIFY2(CtlProgram::read(log).contains(pid), CtlProgram::read(log).constData());
        QVERIFY(fetch(port, "a").endsWith("first"));
    }

    void quitWaitsForWhatIsUnderWay()
    {
        CtlProgram ctl;
        Backend backend("in the end", true);
        const quint16 port = freePort();
        Serve serve(ctl, {ctl.write(u"a.conf"_s, simpleConfig(port, backend.address()))});
        QVERIFY(serve.runs());
        Client client(port, "a");
        QTRY_VERIFY(backend.isAsked());
        CtlProgram::signal(*serve.process, SIGQUIT);
        QTRY_VERIFY_WITH_TIMEOUT(Client(port, "a").isRefused(), 20'000);
        QCOMPARE(serve.process->state(), QProcess::Running);
        backend.release();
        QVERIFY(client.answer().endsWith("in the end"));
        QCOMPARE(CtlProgram::wait(*serve.process).exitCode, 0);
    }

    void termDoesNotWait()
    {
        CtlProgram ctl;
        Backend backend("never", true);
        const quint16 port = freePort();
        Serve serve(ctl, {ctl.write(u"a.conf"_s, simpleConfig(port, backend.address()))});
        QVERIFY(serve.runs());
        Client client(port, "a");
        QTRY_VERIFY(backend.isAsked());
        CtlProgram::signal(*serve.process, SIGQUIT);
        CtlProgram::signal(*serve.process, SIGTERM);
        QCOMPARE(CtlProgram::wait(*serve.process).exitCode, 0);
        QVERIFY(!client.answer().contains("never"));
    }

    void usr1OpensTheLogAgain()
    {
        CtlProgram ctl;
        const quint16 port = freePort();
        const quint16 nobody = freePort();
        const QString log = ctl.path(u"error.log"_s);
        Serve serve(ctl, {u"--error-log"_s, log,
                          ctl.write(u"a.conf"_s, simpleConfig(port, "127.0.0.1:" + QByteArray::number(nobody)))});
        QVERIFY(serve.runs());
        QVERIFY(QFile::exists(log)); // from the start on
        QVERIFY(fetch(port, "a").startsWith("HTTP/1.1 502 "));
        QTRY_VERIFY2(CtlProgram::read(log).contains("Connection refused"), CtlProgram::read(log).constData());
        QVERIFY(QFile::rename(log, log + u".1"_s));
        CtlProgram::signal(*serve.process, SIGUSR1);
        QTRY_VERIFY(QFile::exists(log));
        QTRY_VERIFY(fetch(port, "a").startsWith("HTTP/1.1 502 ")
                    && CtlProgram::read(log).contains("Connection refused"));
    }

    void anErrorLogThatCannotBeWrittenStopsTheStart()
    {
        CtlProgram ctl;
        const QString file = ctl.write(u"a.conf"_s, simpleConfig(freePort(), "127.0.0.1:3000"));
        QCOMPARE(ctl.run({u"serve"_s, u"--error-log"_s, u"nowhere/error.log"_s, file}).exitCode, 3);
    }

    void aPidFileThatCannotBeWrittenStopsTheStart()
    {
        CtlProgram ctl;
        const QString file = ctl.write(u"a.conf"_s, simpleConfig(freePort(), "127.0.0.1:3000"));
        const auto outcome = ctl.run({u"serve"_s, u"--pid"_s, u"nowhere/portlight.pid"_s, file});
        QCOMPARE(outcome.exitCode, 3);
        QVERIFY(outcome.err.contains("nowhere/portlight.pid"));
    }

    void theDemoPrintsWhatToTryAndServesIt()
    {
        CtlProgram ctl;
        Serve serve(ctl, {u"--demo"_s});
        QVERIFY2(serve.runs(), serve.err().constData());
        QByteArray out;
        QTRY_VERIFY((out += serve.process->readAllStandardOutput()).contains("Ctrl+C"));
        const qsizetype at = out.indexOf("http://demo.localhost:");
        QVERIFY2(at >= 0, out.constData());
        const quint16 port = out.mid(at + 22, out.indexOf(' ', at) - at - 22).toUShort();
        QVERIFY(fetch(port, "demo.localhost", "/api/time").contains("epochMs"));
        QVERIFY(out.contains("/events"));
    }

    void commandsActOnTheRunningOne()
    {
        CtlProgram ctl;
        Backend backend("shop");
        const quint16 port = freePort();
        // The first domain says which port the others listen on.
        QCOMPARE(ctl.run({u"add"_s, u"first"_s, u"3000"_s}).exitCode, 0);
        ctl.write(u"config/portlight/portlight.conf"_s,
                  CtlProgram::read(ctl.ownConfig()).replace(":8080", ":" + QByteArray::number(port)));
        Serve serve(ctl, {u"--json"_s});
        QVERIFY2(serve.runs(), serve.err().constData());
        QTRY_VERIFY(serve.process->canReadLine());
        const QJsonObject start = QJsonDocument::fromJson(serve.process->readLine()).object();
        QCOMPARE(start.value(u"domains"_s).toArray().size(), 1);

        const auto added = ctl.run({u"add"_s, u"shop"_s, QString::number(backend.port())});
        QVERIFY2(added.exitCode == 0, added.err.constData());
        QVERIFY(added.out.contains("http://shop.localhost:" + QByteArray::number(port)));
        QCOMPARE(added.err, QByteArray());
        QVERIFY(Serve::becomes(port, "shop.localhost", "\r\n\r\nshop"));
        QVERIFY(CtlProgram::read(ctl.ownConfig()).contains("shop.localhost"));

        QVERIFY(ctl.run({u"list"_s}).out.contains("shop.localhost"));
        const auto status = ctl.run({u"status"_s});
        QCOMPARE(status.exitCode, 0);
        QVERIFY(status.out.startsWith("Active connections: "));
        QVERIFY(status.out.contains("127.0.0.1:" + QByteArray::number(port) + " open"));
        QCOMPARE(ctl.run({u"status"_s, u"--json"_s}).json().value(u"ok"_s).toBool(), true);

        QCOMPARE(ctl.run({u"remove"_s, u"shop"_s}).exitCode, 0);
        QVERIFY(Serve::becomes(port, "shop.localhost", "HTTP/1.1 404 "));
        QCOMPARE(ctl.run({u"reload"_s}).exitCode, 0);
    }

    void anotherOneIsNotStartedBesideIt()
    {
        CtlProgram ctl;
        Serve serve(ctl, {});
        QVERIFY2(serve.runs(), serve.err().constData());
        const auto second = ctl.run({u"serve"_s});
        QCOMPARE(second.exitCode, 3);
        QVERIFY2(second.err.contains("pid " + QByteArray::number(serve.process->processId())), second.err.constData());
    }

    void aTakenPortDoesNotStopTheRestOfOnesOwn()
    {
        CtlProgram ctl;
        Backend backend("the rest");
        QTcpServer holder;
        QVERIFY(holder.listen(QHostAddress::LocalHost));
        const quint16 port = freePort();
        const auto server = [](const char *name, quint16 listen, quint16 target) {
            return "server {\n listen 127.0.0.1:" + QByteArray::number(listen) + ";\n server_name " + name
                   + ";\n location / {\n proxy_pass http://127.0.0.1:" + QByteArray::number(target) + ";\n }\n}\n";
        };
        ctl.write(u"config/portlight/portlight.conf"_s, "http {\n" + server("taken", holder.serverPort(), 3000)
                                                            + server("free", port, backend.port()) + "}\n");
        Serve serve(ctl, {});
        QVERIFY2(serve.runs(), serve.err().constData());
        QVERIFY(fetch(port, "free").endsWith("the rest"));
        const QByteArray pid = "(pid " + QByteArray::number(QCoreApplication::applicationPid()) + ')';
        QVERIFY2(serve.err().contains(pid), serve.err().constData());
    }

    void anEditFromOutsideIsFollowed()
    {
        CtlProgram ctl;
        Backend first("first");
        Backend second("second");
        const quint16 port = freePort();
        ctl.write(u"config/portlight/portlight.conf"_s, simpleConfig(port, first.address()));
        const QString log = ctl.path(u"error.log"_s);
        Serve serve(ctl, {u"--error-log"_s, log});
        QVERIFY2(serve.runs(), serve.err().constData());
        ctl.write(u"config/portlight/portlight.conf"_s, simpleConfig(port, second.address()));
        QVERIFY(Serve::becomes(port, "a", "second"));
        ctl.write(u"config/portlight/portlight.conf"_s, "http {\n");
        QTRY_VERIFY2(CtlProgram::read(log).contains("[emerg]"), CtlProgram::read(log).constData());
        QVERIFY(fetch(port, "a").endsWith("second"));
        QCOMPARE(ctl.run({u"add"_s, u"shop"_s, u"3000"_s}).exitCode, 1);
        QCOMPARE(CtlProgram::read(ctl.ownConfig()), "http {\n"_ba);
    }
};

QTEST_GUILESS_MAIN(CtlServeTest)
#include "tst_ctlserve.moc"
