// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"

#include <QJsonArray>

using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

// The user's own configuration, served: a group of two backends, and a proxy_pass that names the second one's address.
struct Served {
    Served()
        : port(freePort())
    {
        ctl.write(u"config/portlight/portlight.conf"_s, config());
        serve = std::make_unique<Serve>(ctl, QStringList{});
    }
    QByteArray config(const QByteArray &firstOptions = {}) const
    {
        return "events {}\nhttp {\n    upstream api {\n        server " + one.address() + firstOptions
               + ";\n        server " + two.address()
               + ";\n    }\n    server {\n        listen 127.0.0.1:" + QByteArray::number(port)
               + ";\n        location / {\n            proxy_pass http://api;\n        }\n"
                 "        location /two {\n            proxy_pass http://"
               + two.address() + ";\n        }\n    }\n}\n";
    }
    // Who answers: "1" for the first backend, "2" for the second, a letter for each of so many requests.
    QByteArray answers(int requests)
    {
        QByteArray who;
        for (int i = 0; i < requests; ++i)
            who += fetch(port, "a.localhost").right(1);
        return who;
    }
    QJsonObject peer(const QByteArray &address) const
    {
        const QJsonObject report = ctl.run({u"backends"_s, u"--json"_s}).json();
        for (const QJsonValue &group : report.value(u"backends"_s).toArray()) {
            for (const QJsonValue &each : group[u"peers"_s].toArray()) {
                if (group[u"group"_s].toString() == u"api"_s && each[u"peer"_s].toString().toUtf8() == address)
                    return each.toObject();
            }
        }
        return {};
    }
    // The snapshot is taken once a second.
    bool becomes(const QByteArray &address, const QString &key, const QJsonValue &value) const
    {
        return QTest::qWaitFor([&] { return peer(address).value(key) == value; }, 20'000);
    }

    CtlProgram ctl;
    Backend one{"1"};
    Backend two{"2"};
    const quint16 port;
    std::unique_ptr<Serve> serve;
};

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

} // namespace

class CtlBackendsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void backendsAreShownWithWhatTheyDid()
    {
        Served s;
        QVERIFY2(s.serve->runs(), s.serve->err().constData());
        QCOMPARE(s.answers(6), "121212"_ba);
        QVERIFY(s.becomes(s.one.address(), u"requests"_s, 3));
        const QJsonObject peer = s.peer(s.one.address());
        QCOMPARE(peer.value(u"state"_s).toString(), u"up"_s);
        QCOMPARE(peer[u"responses"_s][u"2xx"_s].toInt(), 3);
        QCOMPARE(peer[u"latencyMs"_s][u"count"_s].toInt(), 3);
        QCOMPARE(peer.value(u"active"_s).toInt(), 0);
        QVERIFY(peer.value(u"bytesSent"_s).toInt() > 0 && peer.value(u"bytesReceived"_s).toInt() > 0);

        const auto table = s.ctl.run({u"backends"_s});
        QCOMPARE(table.exitCode, 0);
        const QList<QByteArray> lines = table.out.trimmed().split('\n');
        QCOMPARE(lines.size(), 4);
        QVERIFY(lines[0].startsWith("GROUP "));
        QVERIFY2(lines[1].startsWith("api ") && lines[1].contains(s.one.address()), table.out.constData());
        QVERIFY2(lines[3].startsWith(s.two.address()), table.out.constData()); // of the second proxy_pass
    }

    void aDownBackendGetsNothingUntilItIsUp()
    {
        Served s;
        QVERIFY(s.serve->runs());
        const auto down = s.ctl.run({u"down"_s, u"api"_s, text(s.one.address())});
        QCOMPARE(down.exitCode, 0);
        QCOMPARE(down.out, s.one.address() + " in api is down: it gets no requests\n");
        QCOMPARE(s.answers(4), "2222"_ba);
        QVERIFY(s.becomes(s.one.address(), u"state"_s, u"down"_s));
        QCOMPARE(s.ctl.run({u"up"_s, u"api"_s, text(s.one.address())}).exitCode, 0);
        QVERIFY(s.becomes(s.one.address(), u"state"_s, u"up"_s));
        QVERIFY(s.answers(4).count('1') == 2);
    }

    void aDrainedBackendEndsWhatItHasBegun()
    {
        CtlProgram ctl;
        Backend slow("1", true);
        Backend other("2");
        const quint16 port = freePort();
        ctl.write(u"config/portlight/portlight.conf"_s,
                  "events {}\nhttp {\n    upstream api {\n        server " + slow.address() + ";\n        server "
                      + other.address() + ";\n    }\n    server {\n        listen 127.0.0.1:" + QByteArray::number(port)
                      + ";\n        location / {\n            proxy_pass http://api;\n"
                        "        }\n    }\n}\n");
        Serve serve(ctl, {});
        QVERIFY(serve.runs());
        Client waiting(port, "a.localhost");
        QTRY_VERIFY(slow.isAsked());
        const auto drained = ctl.run({u"drain"_s, QString::number(slow.port())});
        QCOMPARE(drained.exitCode, 0);
        QCOMPARE(drained.out, slow.address() + " in api is draining: it gets no new requests\n");
        for (int i = 0; i < 3; ++i)
            QVERIFY(fetch(port, "a.localhost").endsWith("2"));
        slow.release();
        QVERIFY(waiting.answer().endsWith("1"));
    }

    void aWeightSharesTheRequests()
    {
        Served s;
        QVERIFY(s.serve->runs());
        const auto weighed = s.ctl.run({u"weight"_s, u"api"_s, QString::number(s.one.port()), u"3"_s});
        QCOMPARE(weighed.exitCode, 0);
        QCOMPARE(weighed.out, s.one.address() + " in api has the weight 3\n");
        QCOMPARE(s.answers(8).count('1'), 6);
        QVERIFY(s.becomes(s.one.address(), u"weight"_s, 3));
    }

    void changesOutliveAReloadAndStayOutOfTheFile()
    {
        Served s;
        QVERIFY(s.serve->runs());
        const QByteArray before = CtlProgram::read(s.ctl.ownConfig());
        QCOMPARE(s.ctl.run({u"down"_s, u"api"_s, text(s.one.address())}).exitCode, 0);
        QCOMPARE(s.ctl.run({u"weight"_s, u"api"_s, text(s.two.address()), u"9"_s}).exitCode, 0);
        QVERIFY(s.becomes(s.two.address(), u"weight"_s, 9));
        QCOMPARE(CtlProgram::read(s.ctl.ownConfig()), before);

        s.ctl.write(u"config/portlight/portlight.conf"_s, "# edited\n" + before);
        QCOMPARE(s.ctl.run({u"reload"_s}).exitCode, 0);
        const QJsonObject line{{u"line"_s, 4}}; // the group moved down with its comment
        QVERIFY(QTest::qWaitFor(
            [&] {
                const QJsonObject report = s.ctl.run({u"backends"_s, u"--json"_s}).json();
                return report[u"backends"_s][0][u"line"_s] == line[u"line"_s];
            },
            20'000));
        QCOMPARE(s.peer(s.one.address()).value(u"state"_s).toString(), u"down"_s);
        QCOMPARE(s.peer(s.two.address()).value(u"weight"_s).toInt(), 9);
        QCOMPARE(s.answers(4), "2222"_ba);
    }

    void whatIsNotThereIsNamedWithWhatIs()
    {
        Served s;
        QVERIFY(s.serve->runs());
        const auto group = s.ctl.run({u"drain"_s, u"nope"_s, u"x"_s});
        QCOMPARE(group.exitCode, 1);
        QCOMPARE(group.err, "portlightctl: there is no group \"nope\"\n  there is: api, " + s.two.address() + "\n");
        const auto peer = s.ctl.run({u"drain"_s, u"api"_s, u"10.1.1.1:80"_s});
        QCOMPARE(peer.exitCode, 1);
        QCOMPARE(peer.err, "portlightctl: the group \"api\" has no peer \"10.1.1.1:80\"\n  there is: " + s.one.address()
                               + ", " + s.two.address() + "\n");
        const auto both = s.ctl.run({u"down"_s, text(s.two.address())});
        QCOMPARE(both.exitCode, 1);
        QVERIFY2(both.err.contains("is a peer of several groups: api, "), both.err.constData());
        const auto json = s.ctl.run({u"down"_s, u"--json"_s, u"nope"_s, u"x"_s});
        QCOMPARE(json.exitCode, 1);
        QVERIFY(!json.json().value(u"ok"_s).toBool(true));
    }

    void wrongUsageIsTold_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no peer") << QStringList{u"drain"_s};
        QTest::newRow("too many") << QStringList{u"drain"_s, u"a"_s, u"b"_s, u"c"_s};
        QTest::newRow("no weight") << QStringList{u"weight"_s, u"a"_s};
        QTest::newRow("no number") << QStringList{u"weight"_s, u"a"_s, u"b"_s, u"much"_s};
        QTest::newRow("zero") << QStringList{u"weight"_s, u"a"_s, u"b"_s, u"0"_s};
        QTest::newRow("one past the most") << QStringList{u"weight"_s, u"a"_s, u"b"_s, u"65536"_s};
    }
    void wrongUsageIsTold()
    {
        QFETCH(const QStringList, arguments);
        CtlProgram ctl;
        const auto outcome = ctl.run(arguments);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.err.startsWith("portlightctl " + arguments.first().toUtf8() + ": "), outcome.err.constData());
    }

    void theLargestWeightIsNoWrongUsage()
    {
        CtlProgram ctl;
        const auto outcome = ctl.run({u"weight"_s, u"a"_s, u"b"_s, u"65535"_s});
        QCOMPARE(outcome.exitCode, 1); // nothing runs that could take it
    }

    void withoutARunningPortlightNothingIsDone()
    {
        CtlProgram ctl;
        for (const QStringList &arguments : {QStringList{u"backends"_s}, {u"drain"_s, u"x"_s}, {u"up"_s, u"x"_s}}) {
            const auto outcome = ctl.run(arguments);
            QCOMPARE(outcome.exitCode, 1);
            QVERIFY2(outcome.err.startsWith("portlightctl: "), outcome.err.constData());
        }
        QVERIFY(!ctl.run({u"backends"_s, u"--json"_s}).json().value(u"running"_s).toBool(true));
    }

    void aServedFileTakesCommandsOnASocketOfItsOwn()
    {
        CtlProgram ctl;
        Backend one("1");
        Backend two("2");
        const quint16 port = freePort();
        const QString socket = ctl.path(u"own.sock"_s);
        const QString file =
            ctl.write(u"a.conf"_s, "events {}\nhttp {\n    upstream api {\n        server " + one.address()
                                       + ";\n        server " + two.address()
                                       + ";\n    }\n    server {\n        listen 127.0.0.1:" + QByteArray::number(port)
                                       + ";\n        location / {\n            proxy_pass "
                                         "http://api;\n        }\n    }\n}\n");
        Serve serve(ctl, {file, u"--control"_s, socket});
        QVERIFY2(serve.runs(), serve.err().constData());
        const auto down = ctl.run({u"down"_s, u"--control"_s, socket, text(one.address())});
        QVERIFY2(down.exitCode == 0, down.err.constData());
        for (int i = 0; i < 4; ++i)
            QCOMPARE(fetch(port, "a.localhost").right(1), "2"_ba);
        QVERIFY(ctl.run({u"backends"_s, u"--control"_s, socket}).out.contains(one.address()));
        // The application's own socket stays free.
        QCOMPARE(ctl.run({u"backends"_s}).exitCode, 1);
    }

    void theControlOptionGoesWithAFile()
    {
        CtlProgram ctl;
        const auto outcome = ctl.run({u"serve"_s, u"--control"_s, ctl.path(u"own.sock"_s)});
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.err.contains("--control goes with a FILE or --demo"), outcome.err.constData());
    }

    void withoutBackendsThereIsAdvice()
    {
        CtlProgram ctl;
        ctl.write(u"config/portlight/portlight.conf"_s, "events {}\nhttp {}\n");
        Serve serve(ctl, {});
        QVERIFY2(serve.runs(), serve.err().constData());
        const auto outcome = ctl.run({u"backends"_s});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY2(outcome.err.contains("portlightctl add"), outcome.err.constData());
    }
};

QTEST_GUILESS_MAIN(CtlBackendsTest)
#include "tst_ctlbackends.moc"
