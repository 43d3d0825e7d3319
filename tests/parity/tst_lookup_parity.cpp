// SPDX-License-Identifier: GPL-3.0-or-later
// The tables that find servers, locations and values, against the real nginx: configurations and keys made by chance
// (always the same chance), thousands of lookups, and every answer must be equal.
#include "config/locationmatch.h"
#include "config/parser.h"
#include "proxy/geotable.h"
#include "proxy/locationtable.h"
#include "proxy/maptable.h"
#include "proxy/servernames.h"
#include "proxy/splittable.h"
#include "support/nginxserver.h"
#include "support/rawclient.h"

#include <QTest>

#include <deque>
#include <random>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

class Chance
{
public:
    explicit Chance(quint32 seed)
        : m_engine(seed)
    {}
    quint32 below(quint32 bound) { return quint32(m_engine() % bound); }
    QByteArray oneOf(const QByteArrayList &list) { return list[qsizetype(below(quint32(list.size())))]; }
    QByteArray inet(quint32 spread)
    {
        return "10." + QByteArray::number(below(spread)) + '.' + QByteArray::number(below(spread)) + '.'
               + QByteArray::number(below(256));
    }

private:
    std::mt19937 m_engine;
};

// What nginx answers to each request, the body or else the status; many requests in flight on one connection.
QByteArrayList answersOf(const NginxServer &nginx, const QByteArrayList &requests)
{
    constexpr qsizetype InFlight = 200;
    QByteArrayList answers;
    RawClient client(nginx.port());
    for (qsizetype begin = 0; begin < requests.size(); begin += InFlight) {
        client.send(requests.mid(begin, InFlight).join());
        for (qsizetype i = begin; i < qMin(requests.size(), begin + InFlight); ++i) {
            const RawMessage message = client.readMessage();
            answers.append(message.status() == 200 ? message.body : QByteArray::number(message.status()));
        }
    }
    return answers;
}

QByteArray &mergeSlashes(QByteArray &path)
{
    while (path.contains("//"))
        path.replace("//", "/");
    return path;
}

QByteArray get(const QByteArray &host, const QByteArray &target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

const QByteArray Http = "keepalive_requests 1000000; server_names_hash_bucket_size 128; ";

// Locations as LocationTable wants them, and as nginx does.
class LocationSet
{
public:
    LocationSet(Chance &chance, int *serial)
        : m_chance(chance)
        , m_serial(serial)
    {
        m_table = make("/", 0);
    }
    QByteArray found(QByteArrayView uri)
    {
        const LocationLookup result = m_table.find(uri, m_match);
        if (result.outcome == LocationLookup::Outcome::SlashRedirect)
            return "301";
        return result.entry ? m_names[result.entry->location] : QByteArray("404");
    }
    QByteArray text;

private:
    LocationTable make(const QByteArray &below, int depth)
    {
        std::vector<LocationEntry> entries;
        QByteArrayList seen;
        for (quint32 count = 1 + m_chance.below(depth == 0 ? 9 : 4); count > 0; --count) {
            LocationEntry entry;
            QByteArray modifier;
            switch (m_chance.below(6)) {
            case 0:
                entry.kind = LocationEntry::Kind::Exact;
                modifier = "= ";
                break;
            case 1:
                entry.kind = LocationEntry::Kind::PrefixBeforeRegex;
                modifier = "^~ ";
                break;
            case 2:
                entry.kind = LocationEntry::Kind::Regex;
                modifier = "~ ";
                break;
            default: entry.kind = LocationEntry::Kind::Prefix;
            }
            const bool regex = entry.kind == LocationEntry::Kind::Regex;
            entry.path = regex ? m_chance.oneOf({"a$", "^/a", "b", "/b/", "/a", "c.*a", "[ab]c$", "^/(a|b)/c"})
                               : pathBelow(below);
            const QByteArray key = (entry.kind == LocationEntry::Kind::Exact ? '=' : ' ') + entry.path;
            if (!regex && seen.contains(key))
                continue;
            seen.append(key);
            add(entry, modifier, depth);
            entries.push_back(std::move(entry));
        }
        return LocationTable(std::move(entries));
    }
    void add(LocationEntry &entry, const QByteArray &modifier, int depth)
    {
        const QByteArray name = QByteArray::number(++*m_serial);
        // any address serves as an identity: the table never looks into a location
        entry.location = reinterpret_cast<const LocationConfig *>(&m_identities.emplace_back());
        m_names.insert(entry.location, name);
        if (entry.kind == LocationEntry::Kind::Regex)
            entry.regex = *Regex::compile(entry.path, false);
        entry.autoSlash = entry.path.endsWith('/') && m_chance.below(2) == 0;
        text += "location " + modifier + '"' + entry.path + "\" { return 200 " + name + "; ";
        if (entry.autoSlash)
            text += "proxy_pass http://127.0.0.1:1; ";
        // nginx wants a path inside an expression to begin with the expression's text
        const bool holds = entry.kind != LocationEntry::Kind::Exact && entry.path.startsWith('/');
        if (depth < 2 && holds && m_chance.below(2) == 0)
            entry.nested = &m_nested.emplace_back(make(entry.path, depth + 1));
        text += "} ";
    }
    QByteArray pathBelow(QByteArray path)
    {
        for (quint32 steps = m_chance.below(4); steps > 0; --steps)
            path += m_chance.oneOf({"a", "b", "c", "/", "/"});
        return mergeSlashes(path);
    }

    Chance &m_chance;
    int *m_serial;
    std::deque<char> m_identities;
    QHash<const LocationConfig *, QByteArray> m_names;
    std::deque<LocationTable> m_nested;
    LocationTable m_table;
    RegexMatch m_match;
};

} // namespace

class LookupParityTest : public QObject
{
    Q_OBJECT

    static void compare(const QByteArrayList &questions, const QByteArrayList &ours, const QByteArrayList &theirs)
    {
        QCOMPARE(theirs.size(), questions.size());
        for (qsizetype i = 0; i < questions.size(); ++i)
            QVERIFY2(ours[i] == theirs[i],
                     questions[i] + ": nginx answers \"" + theirs[i] + "\", the table \"" + ours[i] + '"');
    }

private Q_SLOTS:
    void locations()
    {
        Chance chance(1);
        int serial = 0;
        std::deque<LocationSet> sets;
        QByteArray config = Http + "port_in_redirect off; ";
        for (int i = 0; i < 150; ++i) {
            LocationSet &set = sets.emplace_back(chance, &serial);
            config += "server { listen 127.0.0.1:@port@; root @dir@/none; server_name s" + QByteArray::number(i) + "; "
                      + set.text + "}\n";
        }
        NginxServer nginx(config);
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        QByteArrayList questions;
        QByteArrayList requests;
        QByteArrayList ours;
        for (size_t i = 0; i < sets.size(); ++i) {
            for (int n = 0; n < 60; ++n) {
                QByteArray uri("/");
                for (quint32 steps = chance.below(6); steps > 0; --steps)
                    uri += chance.oneOf({"a", "b", "c", "/", "/a/", "/b"});
                mergeSlashes(uri);
                questions.append(sets[i].text + uri);
                requests.append(get('s' + QByteArray::number(i), uri));
                ours.append(sets[i].found(uri));
            }
        }
        compare(questions, ours, answersOf(nginx, requests));
    }

    void serverNames()
    {
        Chance chance(2);
        const QByteArrayList labels{"a", "b", "c", "www", "B"};
        QByteArray config = Http + "server { listen 127.0.0.1:@port@; server_name _; return 200 default; }\n";
        ServerNames names;
        RegexCache regexes;
        std::deque<char> identities;
        QHash<const ServerConfig *, QByteArray> texts;
        for (int i = 0; i < 120; ++i) {
            QByteArray name = chance.oneOf(labels);
            for (quint32 count = chance.below(3); count > 0; --count)
                name += '.' + chance.oneOf(labels);
            switch (chance.below(6)) {
            case 0: name.prepend("*."); break;
            case 1: name.prepend('.'); break;
            case 2: name.append(".*"); break;
            case 3: name = "~^" + name.replace('.', "\\.") + chance.oneOf({"", "$", "(\\..*)?$"}); break;
            default: break;
            }
            config += "server { listen 127.0.0.1:@port@; server_name \"" + name + "\"; return 200 "
                      + QByteArray::number(i) + "; }\n";
            const auto parsed = parseServerName(name, {}, regexes);
            QVERIFY(parsed.ok());
            const auto *server = reinterpret_cast<const ServerConfig *>(&identities.emplace_back());
            texts.insert(server, QByteArray::number(i));
            QVERIFY(names.add(*parsed, server) != ServerNames::Added::Invalid);
        }
        NginxServer nginx(config);
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        QByteArrayList hosts;
        QByteArrayList requests;
        QByteArrayList ours;
        RegexMatch match;
        for (int i = 0; i < 3000; ++i) {
            QByteArray host = chance.oneOf({"a", "b", "c", "www", "d", "", "~a"});
            for (quint32 count = 1 + chance.below(4); count > 0; --count)
                host += '.' + chance.oneOf({"a", "b", "c", "www", "d", "*"});
            hosts.append(host);
            requests.append(get(host, "/"));
            const ServerMatch found = names.find(host, match);
            ours.append(found.server ? texts[found.server] : "default"_ba);
        }
        compare(hosts, ours, answersOf(nginx, requests));
    }

    void geoNetworks()
    {
        Chance chance(3);
        GeoTable table;
        QByteArray block = "default none; ";
        table.setDefault("none");
        for (int i = 0; i < 400; ++i) {
            const QByteArray network = chance.inet(6) + '/' + QByteArray::number(8 + chance.below(25));
            const QByteArray value = 'v' + QByteArray::number(i);
            const bool deletes = chance.below(8) == 0;
            block += (deletes ? "delete " + network : network + ' ' + value) + ";\n";
            QVERIFY((deletes ? table.remove(network) : table.add(network, value)).ok());
        }
        playGeo(chance, table, block, 3000);
    }

    void geoRanges()
    {
        Chance chance(4);
        GeoTable table;
        QVERIFY(table.useRanges().ok());
        QByteArray block = "ranges; default none; ";
        table.setDefault("none");
        for (int i = 0; i < 300; ++i) {
            const quint32 first = (10u << 24) + chance.below(400'000);
            const quint32 last = first + chance.below(i < 20 ? 100'000 : 3000);
            const auto text = [](quint32 n) {
                return QByteArray::number(n >> 24) + '.' + QByteArray::number(n >> 16 & 255) + '.'
                       + QByteArray::number(n >> 8 & 255) + '.' + QByteArray::number(n & 255);
            };
            const QByteArray range = text(first) + '-' + text(last);
            if (first >> 16 != last >> 16 || !table.add(range, 'v' + QByteArray::number(i)).ok())
                continue; // nginx refuses what overlaps; unit tests look at that
            block += range + " v" + QByteArray::number(i) + ";\n";
        }
        QVERIFY(block.count('\n') > 50);
        playGeo(chance, table, block, 3000);
    }

    void splitClients()
    {
        const QByteArrayList shares{"0.01%", "7%", "12.5%", "30.07%", "*"};
        SplitTable table;
        QByteArray block;
        for (qsizetype i = 0; i < shares.size(); ++i) {
            QVERIFY(table.add(shares[i], quint32(i)).ok());
            block += shares[i] + ' ' + QByteArray::number(i) + "; ";
        }
        QVERIFY(table.finish().ok());
        NginxServer nginx(Http + "split_clients \"$arg_k\" $v { " + block
                          + "} server { listen 127.0.0.1:@port@; return 200 $v; }");
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        QByteArrayList keys;
        QByteArrayList requests;
        QByteArrayList ours;
        for (int i = 0; i < 5000; ++i) {
            keys.append(QByteArray("client-7-abcdefg").left(i % 16) + QByteArray::number(i * 7919));
            requests.append(get("x", "/?k=" + keys.back()));
            ours.append(QByteArray::number(*table.find(keys.back())));
        }
        compare(keys, ours, answersOf(nginx, requests));
    }

    void mapsWithHostnames()
    {
        Chance chance(5);
        const QByteArrayList labels{"a", "b", "c", "D"};
        MapTable table;
        RegexCache regexes;
        table.treatKeysAsHostnames();
        QByteArray block = "hostnames; default none;\n";
        for (quint32 i = 0; i < 60; ++i) {
            QByteArray key = chance.oneOf(labels) + '.' + chance.oneOf(labels);
            key = chance.oneOf({"*.", ".", "", "~", "~*", "\\"}) + key + chance.oneOf({"", "", ".a"});
            if (key[0] != '*' && key[0] != '.' && key[0] != '~' && chance.below(3) == 0)
                key += ".*";
            if (table.add(key, i, regexes).ok()) // what conflicts is an error in nginx
                block += '"' + key + "\" " + QByteArray::number(i) + ";\n";
        }
        NginxServer nginx(Http + "map $arg_k $v { " + block + "} server { listen 127.0.0.1:@port@; return 200 $v; }");
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        QByteArrayList keys;
        QByteArrayList requests;
        QByteArrayList ours;
        RegexMatch match;
        for (int i = 0; i < 2000; ++i) {
            QByteArray key = chance.oneOf({"a", "b", "C", "d", "x", ""});
            for (quint32 count = chance.below(4); count > 0; --count)
                key += '.' + chance.oneOf({"a", "b", "c", "d", ""});
            keys.append(key);
            requests.append(get("x", "/?k=" + key));
            const auto value = table.find(key, match).value;
            ours.append(value ? QByteArray::number(*value) : "none"_ba);
        }
        compare(keys, ours, answersOf(nginx, requests));
    }

private:
    static void playGeo(Chance &chance, GeoTable &table, const QByteArray &block, int count)
    {
        table.finish();
        NginxServer nginx(Http + "geo $arg_a $v { " + block + "} server { listen 127.0.0.1:@port@; return 200 $v; }");
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        QByteArrayList addresses{"10.0.0.0", "255.255.255.255", "::ffff:10.1.2.3", "2001:db8::1", "nonsense", ""};
        while (addresses.size() < count)
            addresses.append(chance.inet(7));
        QByteArrayList requests;
        QByteArrayList ours;
        for (const QByteArray &address : addresses) {
            requests.append(get("x", "/?a=" + address));
            ours.append(table.find(IpAddress::parse(address).value_or(IpAddress())));
        }
        compare(addresses, ours, answersOf(nginx, requests));
    }
};

QTEST_GUILESS_MAIN(LookupParityTest)
#include "tst_lookup_parity.moc"
