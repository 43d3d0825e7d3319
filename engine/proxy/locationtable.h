// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/regex.h"

#include <QByteArray>

#include <vector>

namespace portlight {

struct LocationConfig;
class LocationTable;

// One location of a level, as its table needs it.
struct LocationEntry {
    enum class Kind : quint8 { Prefix, PrefixBeforeRegex, Exact, Regex, Named };

    QByteArray path; // the path, the expression, or the name with its '@'
    Kind kind = Kind::Prefix;
    bool autoSlash = false;                   // a path that ends in '/' and is passed on: asked without it, redirect
    Regex regex;                              // of Kind::Regex alone
    const LocationTable *nested = nullptr;    // the locations inside; null for none
    const LocationConfig *location = nullptr; // never looked into here

    bool isPrefix() const { return kind == Kind::Prefix || kind == Kind::PrefixBeforeRegex; }
};

// The location a URI fell to, and why.
struct LocationLookup {
    enum class Outcome : quint8 {
        NoMatch, // nothing in the table fits: the configuration of the level around it stays
        Found,
        SlashRedirect, // 301 to `entry->path`
        Failed,        // an expression gave no answer: 500
    };

    Outcome outcome = Outcome::NoMatch;
    const LocationEntry *entry = nullptr;
    const Regex *regex = nullptr; // the last expression that matched, also around a nested location
    int candidates = 0;           // locations of the outermost table, for reason()

    // Why, for people: "longest matching prefix of 3 locations".
    QString reason() const;
};

// The locations of one level, in the order of the file, looked up as ngx_http_core_find_location does. Built once, then
// only read; a lookup allocates nothing but the captures of a match. Borrows what the entries point to.
class LocationTable
{
public:
    LocationTable() = default;
    // Of two that mean the same, which validation reports, the first stays.
    explicit LocationTable(std::vector<LocationEntry> entries);
    Q_DISABLE_COPY(LocationTable)
    LocationTable(LocationTable &&) noexcept = default;
    LocationTable &operator=(LocationTable &&) noexcept = default;

    bool isEmpty() const { return m_entries.empty(); }
    // `uri` normalized. `listener` is told of every expression that matches, the outer before the nested one.
    LocationLookup find(QByteArrayView uri, RegexMatch &match, RegexListener *listener = nullptr) const;
    // "@name"; null when there is none.
    const LocationEntry *findNamed(QByteArrayView name) const;

private:
    // nginx's return codes of the search in one table.
    enum class Step : quint8 { Declined, Again, Ok, Done, Error };
    struct PrefixNode {
        quint32 entry = 0;
        qint32 parent = -1; // the longest other prefix that this one starts with
    };
    struct Search {
        QByteArrayView uri;
        RegexMatch &match;
        RegexListener *listener;
        LocationLookup result;
    };

    void linkPrefixes();
    void linkSlashes();
    const LocationEntry *findExact(QByteArrayView uri) const;
    const LocationEntry *findPrefix(QByteArrayView uri) const;
    const LocationEntry *findWithSlash(QByteArrayView uri) const;
    Step search(Search &search) const;
    Step searchStatic(Search &search) const;
    Step searchRegexes(Search &search) const;

    std::vector<LocationEntry> m_entries;
    std::vector<quint32> m_exact;       // sorted by path
    std::vector<PrefixNode> m_prefixes; // sorted by path
    std::vector<quint32> m_slashes;     // those with autoSlash, sorted by path
    std::vector<quint32> m_regexes;     // in the order of the file
    std::vector<quint32> m_named;       // in the order of the file
};

} // namespace portlight
