// SPDX-License-Identifier: GPL-3.0-or-later
// Which backend a request goes to, against the real nginx: the same backends, the same requests, and every choice must
// be equal, retries included.
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/originfarm.h"
#include "support/rawclient.h"

#include <QDeadlineTimer>
#include <QTest>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr int WeightedRequests = 1000;
constexpr int Keys = 10'000;
constexpr int Clients = 10'000;
constexpr NginxVersion Reference{1, 22, 1};

// The groups and a location for each, "/NAME". "@a@" and its like are addresses of backends.
class Groups
{
public:
    void add(const QByteArray &name, const QByteArray &servers, bool keepsConnections = true)
    {
        m_upstreams += "upstream " + name + " { " + servers + (keepsConnections ? " keepalive 16;" : "") + " }\n";
        m_locations += "location ~ ^/(hold/)?" + name + "$ { proxy_pass http://" + name + "; proxy_http_version "
                       + (keepsConnections ? "1.1; proxy_set_header Connection \"\"" : "1.0")
                       + "; add_header X-Peer $upstream_addr always; }\n";
    }
    QByteArray text() const
    {
        return m_upstreams + "access_log off; keepalive_requests 1000000; server { listen 127.0.0.1:@port@;\n"
               + m_locations + "}\n";
    }

private:
    QByteArray m_upstreams;
    QByteArray m_locations;
};

QByteArray get(const QByteArray &target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n";
}

// Who answered, and who was asked before: the letters of the addresses in X-Peer, '-' for none.
QByteArray peersOf(const OriginFarm &farm, const RawMessage &message, const QByteArray &labels)
{
    QByteArray letters;
    for (const QByteArray &address : message.field("X-Peer").split(',')) {
        char letter = '-';
        for (const char label : labels) {
            if (address.trimmed() == farm.address(label))
                letter = label;
        }
        letters += letter;
    }
    return letters;
}

} // namespace

class BalancingParityTest : public QObject
{
    Q_OBJECT

    static inline const QByteArray Labels = "abcdef";

    // Both servers over the same backends.
    struct Pair {
        explicit Pair(const Groups &groups)
            : farm(Labels)
            , text(farm.withAddresses(groups.text()))
            , nginx(text)
            , ours({.nginxVersion = Reference})
            , applied(ours.applyHttp(text))
        {}
        QByteArray problem() const
        {
            if (!nginx.isRunning())
                return nginx.problem().toUtf8();
            return applied.applied ? QByteArray() : "Portlight refuses the configuration: " + text;
        }
        std::array<quint16, 2> ports() const { return {nginx.port(), ours.port()}; }

        OriginFarm farm;
        QByteArray text;
        NginxServer nginx;
        EngineFixture ours;
        ApplyOutcome applied;
    };

    // One word for each request, many in flight on one connection.
    static QByteArrayList ask(const OriginFarm &farm, quint16 port, const QByteArrayList &targets)
    {
        constexpr qsizetype InFlight = 100;
        QByteArrayList peers;
        RawClient client(port);
        for (qsizetype begin = 0; begin < targets.size(); begin += InFlight) {
            const qsizetype end = qMin(targets.size(), begin + InFlight);
            QByteArray requests;
            for (qsizetype i = begin; i < end; ++i)
                requests += get(targets[i]);
            client.send(requests);
            for (qsizetype i = begin; i < end; ++i)
                peers.append(peersOf(farm, client.readMessage(), Labels));
        }
        return peers;
    }
    static QByteArrayList ask(const OriginFarm &farm, quint16 port, const QByteArray &target, int count)
    {
        return ask(farm, port, QByteArrayList(count, target));
    }

    // Asks both and compares; tells what both say.
    static void compare(Pair &pair, const QByteArrayList &targets, QByteArrayList *answer = nullptr)
    {
        const QByteArrayList theirs = ask(pair.farm, pair.nginx.port(), targets);
        const QByteArrayList ours = ask(pair.farm, pair.ours.port(), targets);
        QCOMPARE(ours.size(), targets.size());
        for (qsizetype i = 0; i < targets.size(); ++i) {
            if (ours[i] != theirs[i]) {
                QFAIL(qPrintable(u"request %1, %2: nginx goes to %3, we to %4"_s.arg(i).arg(
                    QString::fromUtf8(targets[i]), QString::fromUtf8(theirs[i]), QString::fromUtf8(ours[i]))));
            }
        }
        if (answer)
            *answer = ours;
    }
    static void compare(Pair &pair, const QByteArray &target, int count, QByteArrayList *answer = nullptr)
    {
        compare(pair, QByteArrayList(count, target), answer);
    }

    // "/NAME?k=…" with many keys of many shapes.
    static QByteArrayList keyed(const QByteArray &path, int count)
    {
        QByteArrayList targets;
        for (int i = 0; i < count; ++i)
            targets.append(path + "?k="
                           + (i % 3 == 0   ? "user-"
                              : i % 3 == 1 ? "/catalog/item/"
                                           : "")
                           + QByteArray::number(i * 7919));
        return targets;
    }

    // One request from that address of ours, a connection for it alone.
    static QByteArray askFrom(const OriginFarm &farm, quint32 source, quint16 port, const QByteArray &target)
    {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(source);
        const bool bound = ::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        const bool connected =
            bound && ::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
        RawPeer client(descriptor);
        if (!connected || !client.send("GET " + target + " HTTP/1.0\r\nHost: test\r\n\r\n"))
            return "no connection";
        return peersOf(farm, client.readMessage(), Labels);
    }

private Q_SLOTS:
    void weightedTurnsAreTheSame()
    {
        const QList<QByteArrayList> weightSets = {
            {"1", "1", "1"}, {"5", "1", "1"}, {"3", "2", "1"}, {"7", "5", "3", "2"}, {"10", "1", "10", "1", "100", "3"},
        };
        Groups groups;
        QByteArrayList names;
        for (const QByteArrayList &weights : weightSets) {
            QByteArray servers;
            for (qsizetype i = 0; i < weights.size(); ++i)
                servers += "server @"_ba + Labels[i] + "@ weight=" + weights[i] + "; ";
            names.append("weights" + weights.join('_'));
            groups.add(names.last(), servers);
        }
        groups.add("withdown", "server @a@ weight=2; server @b@ down; server @c@; server @d@ backup;");
        names.append("withdown");
        Pair pair(groups);
        QVERIFY2(pair.problem().isEmpty(), pair.problem().constData());
        for (const QByteArray &name : names)
            compare(pair, '/' + name, WeightedRequests);
    }

    void keysLeadToTheSamePeers()
    {
        Groups groups;
        groups.add("ring", "hash $arg_k consistent; server @a@; server @b@ weight=3; server @c@; server @d@ weight=2;"
                           " server @e@;");
        groups.add("plain", "hash $arg_k; server @a@; server @b@ weight=3; server @c@; server @d@ weight=2;");
        groups.add("mixed", "hash $scheme-$arg_k; server @a@; server @b@ down; server @c@; server @d@ weight=4;");
        groups.add("ringmixed",
                   "hash $arg_k consistent; server @a@; server @b@ down; server @c@; server @d@ weight=4;");
        Pair pair(groups);
        QVERIFY2(pair.problem().isEmpty(), pair.problem().constData());
        QByteArrayList chosen;
        compare(pair, keyed("/ring", Keys), &chosen);
        for (const char label : QByteArray("abcde"))
            QVERIFY(chosen.contains(QByteArray(1, label)));
        compare(pair, keyed("/plain", Keys));
        compare(pair, keyed("/mixed", 2000));
        compare(pair, keyed("/ringmixed", 2000));
        compare(pair, "/ring", 100); // an empty key: in turn
        compare(pair, "/plain", 100);
    }

    void keysOfAPeerThatIsGoneMoveTheSameWay()
    {
        Groups groups;
        groups.add("ring",
                   "hash $arg_k consistent; server @a@ max_fails=0; server @b@ weight=3 max_fails=0;"
                   " server @c@; server @d@ weight=2; server @e@;",
                   false);
        groups.add("plain",
                   "hash $arg_k; server @a@ max_fails=0; server @b@ weight=3 max_fails=0; server @c@;"
                   " server @d@ weight=2;",
                   false);
        groups.add("aside",
                   "hash $arg_k consistent; server @a@ fail_timeout=1h; server @b@ fail_timeout=1h; server @c@;"
                   " server @d@;",
                   false);
        Pair pair(groups);
        QVERIFY2(pair.problem().isEmpty(), pair.problem().constData());
        pair.farm.stop('a');
        pair.farm.stop('b');
        QByteArrayList chosen;
        compare(pair, keyed("/ring", 1000), &chosen);
        QVERIFY(std::any_of(chosen.begin(), chosen.end(), [](const QByteArray &peers) { return peers.size() > 2; }));
        compare(pair, keyed("/plain", 1000));
        compare(pair, keyed("/aside", 1000));
    }

    void clientsLeadToTheSamePeers()
    {
        Groups groups;
        groups.add("clients", "ip_hash; server @a@; server @b@ weight=2; server @c@ down; server @d@; server @e@;");
        Pair pair(groups);
        QVERIFY2(pair.problem().isEmpty(), pair.problem().constData());
        int compared = 0;
        for (quint32 i = 0; i < Clients; ++i) {
            // 127.x.y.z: the last octet does not count.
            const quint32 source = 127U << 24 | (i / 200) << 16 | (i % 200) << 8 | (1 + i % 250);
            const QByteArray theirs = askFrom(pair.farm, source, pair.nginx.port(), "/clients");
            const QByteArray ours = askFrom(pair.farm, source, pair.ours.port(), "/clients");
            QVERIFY2(theirs.size() == 1 && theirs != "-", theirs.constData());
            if (ours != theirs)
                QFAIL(qPrintable(u"client %1: nginx goes to %2, we to %3"_s.arg(
                    QString::number(source, 16), QString::fromUtf8(theirs), QString::fromUtf8(ours))));
            ++compared;
        }
        QCOMPARE(compared, Clients);
    }

    void failuresMoveRequestsTheSameWay()
    {
        Groups groups;
        groups.add("one", "server @a@ fail_timeout=1h; server @b@ fail_timeout=1h; server @c@ fail_timeout=1h;", false);
        groups.add("some",
                   "server @a@ weight=5 max_fails=3 fail_timeout=1h; server @b@ weight=4 max_fails=2"
                   " fail_timeout=1h; server @c@ weight=2 fail_timeout=1h; server @d@ weight=3 max_fails=0;",
                   false);
        groups.add("backups",
                   "server @a@ fail_timeout=1h; server @b@ fail_timeout=1h max_fails=2;"
                   " server @e@ backup; server @f@ backup weight=2;",
                   false);
        groups.add("least",
                   "least_conn; server @a@ fail_timeout=1h; server @b@ max_fails=2 fail_timeout=1h;"
                   " server @c@ fail_timeout=1h; server @e@ backup;",
                   false);
        groups.add("clients",
                   "ip_hash; server @a@ fail_timeout=1h; server @b@ fail_timeout=1h;"
                   " server @c@ fail_timeout=1h; server @d@;",
                   false);
        groups.add("only", "server @a@ fail_timeout=1h;", false);
        Pair pair(groups);
        QVERIFY2(pair.problem().isEmpty(), pair.problem().constData());
        const QByteArrayList names = {"/one", "/some", "/backups", "/least", "/clients", "/only"};
        const auto compareAll = [&](int requests) {
            for (const QByteArray &name : names) {
                compare(pair, name, requests);
                if (QTest::currentTestFailed())
                    return;
            }
        };
        compareAll(7);
        for (const char label : QByteArray("bac")) { // one after another
            pair.farm.stop(label);
            compareAll(40);
        }
        pair.farm.start('a'); // set aside for an hour, where it was counted
        compareAll(40);
    }

    void aPeerThatRecoversIsUsedAgainTheSameWay()
    {
        Groups groups;
        groups.add("pair", "server @a@ weight=2; server @b@ weight=3 fail_timeout=2s;", false);
        Pair pair(groups);
        QVERIFY2(pair.problem().isEmpty(), pair.problem().constData());
        compare(pair, "/pair", 10);
        pair.farm.stop('b');
        compare(pair, "/pair", 5); // it is set aside with the first of them that goes there
        pair.farm.start('b');
        // While it is set aside the other one gets all, and whose turn it is does not change: however often we ask.
        QByteArrayList afterwards;
        for (const quint16 port : pair.ports()) {
            RawClient client(port);
            QByteArray answered;
            for (QDeadlineTimer deadline(20'000); answered != "b" && !deadline.hasExpired();)
                answered = peersOf(pair.farm, client.ask(get("/pair")), Labels);
            QCOMPARE(answered, "b"_ba);
            afterwards.append(ask(pair.farm, port, "/pair", 40).join());
        }
        QCOMPARE(afterwards[1], afterwards[0]);
        QVERIFY(afterwards[0].contains('a') && afterwards[0].contains('b'));
    }

    void theLeastBusyPeerIsTheSame()
    {
        Groups groups;
        groups.add("least",
                   "least_conn; server @a@; server @b@ weight=2; server @c@; server @d@ weight=3 max_conns=2;");
        groups.add("full", "server @a@ max_conns=2; server @b@ weight=3 max_conns=1;");
        Pair pair(groups);
        QVERIFY2(pair.problem().isEmpty(), pair.problem().constData());
        for (const QByteArray &name : {"least"_ba, "full"_ba}) {
            QByteArrayList sequences;
            for (const quint16 port : pair.ports())
                sequences.append(askWhileOthersAreHeld(pair.farm, port, name));
            QCOMPARE(sequences[1], sequences[0]);
            QVERIFY(sequences[0].size() > 10);
        }
    }

private:
    // The peers of requests that are held one after another, and of quick ones in between.
    static QByteArray askWhileOthersAreHeld(OriginFarm &farm, quint16 port, const QByteArray &name)
    {
        constexpr int HeldMax = 9;
        QByteArray sequence;
        std::vector<std::unique_ptr<RawClient>> held;
        int waiting = 0;
        for (int i = 0; i < HeldMax; ++i) {
            sequence += ask(farm, port, '/' + name, 3).join();
            if (sequence.endsWith('-'))
                break; // all are full
            held.push_back(std::make_unique<RawClient>(port));
            held.back()->send(get("/hold/" + name));
            if (!farm.waitForHeld(++waiting))
                qFatal("a request never came to the backends");
        }
        farm.releaseHeld();
        for (const auto &client : held)
            sequence += peersOf(farm, client->readMessage(), Labels);
        return sequence;
    }
};

QTEST_GUILESS_MAIN(BalancingParityTest)
#include "tst_balancing_parity.moc"
