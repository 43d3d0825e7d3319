// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/locationmatch.h"
#include "config/parser.h"
#include "proxy/locationtable.h"

#include <QTest>

#include <deque>

using namespace portlight;

namespace {

// Locations written as in a configuration; "slash" inside one means that it is passed on.
class Locations
{
public:
    explicit Locations(const QByteArray &text)
        : m_table(tableOf(parseConfig(text, QStringLiteral("t")).tree.nodes))
    {}

    // "= /a", "/x/ redirect", "none", for one URI.
    QByteArray operator()(QByteArrayView uri, RegexListener *listener = nullptr)
    {
        const LocationLookup result = lookup(uri, listener);
        if (result.outcome == LocationLookup::Outcome::Failed)
            return "failed";
        if (!result.entry)
            return "none";
        return m_modifiers[int(result.entry->kind)] + result.entry->path
               + (result.outcome == LocationLookup::Outcome::SlashRedirect ? " redirect" : "");
    }
    LocationLookup lookup(QByteArrayView uri, RegexListener *listener = nullptr)
    {
        return m_table.find(uri, m_match, listener);
    }
    const LocationTable &table() const { return m_table; }
    const RegexMatch &match() const { return m_match; }

private:
    LocationTable tableOf(const std::vector<ConfigNode> &nodes)
    {
        std::vector<LocationEntry> entries;
        for (const ConfigNode &node : nodes) {
            if (node.name != "location")
                continue;
            const LocationMatch match = *parseLocation(node);
            LocationEntry entry;
            entry.path = match.text;
            entry.autoSlash = node.child("slash");
            switch (match.kind) {
            case LocationMatch::Kind::Prefix: entry.kind = LocationEntry::Kind::Prefix; break;
            case LocationMatch::Kind::PrefixBeforeRegex: entry.kind = LocationEntry::Kind::PrefixBeforeRegex; break;
            case LocationMatch::Kind::Exact: entry.kind = LocationEntry::Kind::Exact; break;
            case LocationMatch::Kind::Named: entry.kind = LocationEntry::Kind::Named; break;
            default:
                entry.kind = LocationEntry::Kind::Regex;
                entry.regex = *Regex::compile(match.text, match.kind == LocationMatch::Kind::RegexIgnoringCase);
            }
            if (node.child("location"))
                entry.nested = &m_nested.emplace_back(tableOf(node.children));
            entries.push_back(std::move(entry));
        }
        return LocationTable(std::move(entries));
    }

    const QByteArray m_modifiers[5] = {"", "^~ ", "= ", "~ ", ""};
    std::deque<LocationTable> m_nested;
    LocationTable m_table;
    RegexMatch m_match;
};

class Told final : public RegexListener
{
public:
    QList<QByteArray> texts;
    void regexMatched(const Regex &regex, QByteArrayView subject, const RegexMatch &match) override
    {
        texts.append(regex.pattern() + " $1=" + match.group(1, subject).toByteArray());
    }
};

} // namespace

class LocationTableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anExactMatchWinsOverEverythingElse()
    {
        Locations found("location / {} location = /a {} location ~ a {} location /a {} location ^~ /a/ {}");
        QCOMPARE(found("/a"), "= /a");
        QCOMPARE(found("/ab"), "~ a");
        QCOMPARE(found("/a/"), "^~ /a/");
        QCOMPARE(found("/"), "/");
    }

    void theLongestPrefixWinsWhateverTheOrder()
    {
        const QByteArray texts[] = {"location / {} ", "location /api {} ", "location /api/v2/ {} ",
                                    "location /apx {} "};
        for (const auto &order : {std::array{0, 1, 2, 3}, std::array{3, 2, 1, 0}, std::array{1, 3, 2, 0}}) {
            Locations found(texts[order[0]] + texts[order[1]] + texts[order[2]] + texts[order[3]]);
            QCOMPARE(found("/api/v2/x"), "/api/v2/");
            QCOMPARE(found("/api/v2"), "/api");
            QCOMPARE(found("/apis"), "/api"); // bytes, not segments
            QCOMPARE(found("/api/v3/x"), "/api");
            QCOMPARE(found("/apy"), "/");
            QCOMPARE(found("/API"), "/");
            QCOMPARE(found("x"), "none");
            QCOMPARE(found(""), "none");
        }
    }

    void prefixesAreFoundBehindLongerOnesThatDoNotFit()
    {
        Locations found("location /a {} location /a/b/c {} location /a/b/d/e {} location /a/bb {} location /b {}");
        QCOMPARE(found("/a/b/d/z"), "/a");
        QCOMPARE(found("/a/bc"), "/a");
        QCOMPARE(found("/a/bbb"), "/a/bb");
        QCOMPARE(found("/b/a"), "/b");
    }

    void expressionsAreTriedInOrderAndBeatPrefixes()
    {
        Locations found("location ~ \\.php$ {} location /a {} location ~* ^/A/(.*) {} location ~ ^/a {}");
        QCOMPARE(found("/a/x.php"), "~ \\.php$");
        QCOMPARE(found("/a/x"), "~ ^/A/(.*)");
        QCOMPARE(found.match().group(1, "/a/x"), QByteArrayView("x"));
        QCOMPARE(found("/ab"), "~ ^/a");
        QCOMPARE(found("/b"), "none");
    }

    void aPrefixMayRuleOutExpressions()
    {
        Locations found("location ^~ /static/ {} location /static/x {} location ~ \\.js$ {}");
        QCOMPARE(found("/static/a.js"), "^~ /static/");
        QCOMPARE(found("/static/x.js"), "~ \\.js$"); // the longest prefix decides, and it has no ^~
        QCOMPARE(found("/static/x"), "/static/x");
    }

    void theUriWithoutItsSlashIsRedirected()
    {
        Locations found("location / {} location /x/ { slash on; } location /y/ {} location ~ ^/x {}");
        QCOMPARE(found("/x"), "/x/ redirect");
        QCOMPARE(found("/x/"), "~ ^/x");
        QCOMPARE(found("/y"), "/");
    }

    void anOwnLocationForTheUriWithoutSlashPreventsTheRedirect()
    {
        QCOMPARE(Locations("location = /x {} location /x/ { slash on; }")("/x"), "= /x");
        QCOMPARE(Locations("location /x {} location /x/ { slash on; }")("/x"), "/x");
        QCOMPARE(Locations("location /x/ { slash on; } location /x! {} location /xa {}")("/x"), "/x/ redirect");
        QCOMPARE(Locations("location /x!/ { slash on; } location /x/ { slash on; }")("/x!"), "/x!/ redirect");
    }

    void exactLocationsRedirectToTheirSlashToo()
    {
        QCOMPARE(Locations("location = /x/ { slash on; }")("/x"), "= /x/ redirect");
        QCOMPARE(Locations("location = /x/ {} location /x/ { slash on; }")("/x"), "= /x/ redirect");
        QCOMPARE(Locations("location = /x/ { slash on; } location /x/ {}")("/x"), "= /x/ redirect");
    }

    void locationsInsideAPrefixAreLookedUpThere()
    {
        Locations found(
            "location /a/ { location /a/b { location = /a/b/c {} } location ~ \\.in$ {} } location ~ \\.out$ {}");
        QCOMPARE(found("/a/b/c"), "= /a/b/c");
        QCOMPARE(found("/a/b/d"), "/a/b");
        QCOMPARE(found("/a/c"), "/a/");
        QCOMPARE(found("/a/b.in"), "~ \\.in$");
        QCOMPARE(found("/a/b.out"), "~ \\.out$"); // a prefix inside is no final answer
        QCOMPARE(found("/b.in"), "none");
    }

    void theOuterPrefixAloneRulesOutTheOuterExpressions()
    {
        Locations found("location /a/ { location ^~ /a/b {} location ~ in {} } location ^~ /c/ { location /c/d {} "
                        "location ~ in {} } location ~ out {}");
        QCOMPARE(found("/a/b-in"), "^~ /a/b");
        QCOMPARE(found("/a/b-out"), "~ out");
        QCOMPARE(found("/c/d-out"), "/c/d");
        QCOMPARE(found("/c/d-in"), "~ in");
    }

    void expressionsInsideAnExpressionAreTriedWhenItMatches()
    {
        Locations found("location ~ ^/(\\w+)/ { location ~ (\\d+)$ { location ~ 8$ {} } } location /shop/ {}");
        Told told;
        QCOMPARE(found("/shop/7", &told), "~ (\\d+)$");
        QCOMPARE(told.texts, (QList<QByteArray>{"^/(\\w+)/ $1=shop", "(\\d+)$ $1=7"}));
        QCOMPARE(found("/shop/8"), "~ 8$");
        QCOMPARE(found("/shop/x"), "~ ^/(\\w+)/");
        QCOMPARE(found.match().group(1, "/shop/x"), QByteArrayView("shop")); // the inner one did not match
        QCOMPARE(found("/x"), "none");
    }

    void pathsInsideAnExpressionNeverMatch()
    {
        QCOMPARE(Locations("location ~ /x { location /x/ {} location = /x {} }")("/x/a"), "~ /x");
        QCOMPARE(Locations("location ~ /x { location /x/ {} location = /x {} }")("/x"), "~ /x");
        QCOMPARE(Locations("location / { location /x/ { slash on; } }")("/x"), "/x/ redirect");
    }

    void namedLocationsAreFoundByNameAlone()
    {
        Locations found("location @b {} location / {} location @a {}");
        QCOMPARE(found.table().findNamed("@a")->path, "@a");
        QCOMPARE(found.table().findNamed("@c"), nullptr);
        QCOMPARE(found("@a"), "none");
        QCOMPARE(found("/@a"), "/");
    }

    void anExpressionWithoutAnAnswerFails()
    {
        Locations found("location / {} location ~ ^/(a+)+$ {} location ~ . {}");
        QCOMPARE(found('/' + QByteArray(60, 'a') + '!'), "failed");
        QCOMPARE(found("/aaa"), "~ ^/(a+)+$");
    }

    void ofTwoThatMeanTheSameTheFirstStays()
    {
        Locations found("location ^~ /a {} location /a {} location = /b {} location = /b { slash on; }");
        QCOMPARE(found("/a"), "^~ /a");
        QVERIFY(!found.lookup("/b").entry->autoSlash);
    }

    void aThousandLocationsAreAllFound()
    {
        QByteArray text;
        for (int i = 0; i < 1000; ++i)
            text += "location /p" + QByteArray::number(i) + "/ { } location = /e" + QByteArray::number(i) + " { } ";
        Locations found(text);
        for (int i = 0; i < 1000; ++i) {
            QCOMPARE(found("/p" + QByteArray::number(i) + "/x"), "/p" + QByteArray::number(i) + '/');
            QCOMPARE(found("/e" + QByteArray::number(i)), "= /e" + QByteArray::number(i));
        }
    }

    void reasonsSayWhy()
    {
        Locations found(
            "location = /a {} location /b {} location ^~ /c {} location ~ x$ {} location /p/ { slash on; }");
        QCOMPARE(found.lookup("/a").reason(), QStringLiteral("exact match"));
        QCOMPARE(found.lookup("/b").reason(), QStringLiteral("longest matching prefix of 5 locations"));
        QVERIFY(found.lookup("/cx").reason().contains(QStringLiteral("rules out expressions")));
        QCOMPARE(found.lookup("/bx").reason(), QStringLiteral("first expression that matches"));
        QCOMPARE(found.lookup("/d").reason(), QStringLiteral("no location matches"));
        QVERIFY(found.lookup("/p").reason().contains(QStringLiteral("redirected")));
    }
};

QTEST_GUILESS_MAIN(LocationTableTest)
#include "tst_locationtable.moc"
