// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/locationtable.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using Outcome = LocationLookup::Outcome;

QByteArrayView withoutSlash(const LocationEntry &entry)
{
    return QByteArrayView(entry.path).chopped(1);
}

bool redirectsToSlash(const LocationEntry &entry)
{
    return entry.autoSlash && entry.path.endsWith('/');
}

qsizetype commonBytes(QByteArrayView a, QByteArrayView b)
{
    const auto [end, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return end - a.begin();
}

} // namespace

LocationTable::LocationTable(std::vector<LocationEntry> entries)
    : m_entries(std::move(entries))
{
    for (quint32 index = 0; index < m_entries.size(); ++index) {
        switch (m_entries[index].kind) {
        case LocationEntry::Kind::Prefix:
        case LocationEntry::Kind::PrefixBeforeRegex: m_prefixes.push_back({index, -1}); break;
        case LocationEntry::Kind::Exact: m_exact.push_back(index); break;
        case LocationEntry::Kind::Regex: m_regexes.push_back(index); break;
        case LocationEntry::Kind::Named: m_named.push_back(index); break;
        }
    }
    const auto before = [this](quint32 a, quint32 b) { return m_entries[a].path < m_entries[b].path; };
    const auto same = [this](quint32 a, quint32 b) { return m_entries[a].path == m_entries[b].path; };
    std::stable_sort(m_exact.begin(), m_exact.end(), before);
    m_exact.erase(std::unique(m_exact.begin(), m_exact.end(), same), m_exact.end());
    std::stable_sort(m_prefixes.begin(), m_prefixes.end(),
                     [&](PrefixNode a, PrefixNode b) { return before(a.entry, b.entry); });
    m_prefixes.erase(std::unique(m_prefixes.begin(), m_prefixes.end(),
                                 [&](PrefixNode a, PrefixNode b) { return same(a.entry, b.entry); }),
                     m_prefixes.end());
    linkPrefixes();
    linkSlashes();
}

void LocationTable::linkPrefixes()
{
    const auto pathOf = [this](qint32 node) -> const QByteArray & {
        return m_entries[m_prefixes[size_t(node)].entry].path;
    };
    for (qint32 node = 1; node < qint32(m_prefixes.size()); ++node) {
        qint32 parent = node - 1;
        while (parent >= 0 && !pathOf(node).startsWith(pathOf(parent)))
            parent = m_prefixes[size_t(parent)].parent;
        m_prefixes[size_t(node)].parent = parent;
    }
}

// nginx redirects with the configuration of "= /x/" where both it and "/x/" exist, whichever of them is passed on.
void LocationTable::linkSlashes()
{
    for (const PrefixNode node : m_prefixes) {
        if (redirectsToSlash(m_entries[node.entry]) && !findExact(m_entries[node.entry].path))
            m_slashes.push_back(node.entry);
    }
    for (const quint32 index : m_exact) {
        const LocationEntry *const prefix = findPrefix(m_entries[index].path);
        const bool samePath = prefix && prefix->path == m_entries[index].path;
        if (redirectsToSlash(m_entries[index]) || (samePath && redirectsToSlash(*prefix)))
            m_slashes.push_back(index);
    }
    std::sort(m_slashes.begin(), m_slashes.end(),
              [this](quint32 a, quint32 b) { return withoutSlash(m_entries[a]) < withoutSlash(m_entries[b]); });
}

const LocationEntry *LocationTable::findExact(QByteArrayView uri) const
{
    const auto at = std::lower_bound(m_exact.begin(), m_exact.end(), uri, [this](quint32 index, QByteArrayView text) {
        return QByteArrayView(m_entries[index].path) < text;
    });
    return at != m_exact.end() && m_entries[*at].path == uri ? &m_entries[*at] : nullptr;
}

// The longest prefix lies at or in front of where the URI would stand; every one that fits is an ancestor of that
// entry.
const LocationEntry *LocationTable::findPrefix(QByteArrayView uri) const
{
    const auto behind =
        std::upper_bound(m_prefixes.begin(), m_prefixes.end(), uri, [this](QByteArrayView text, PrefixNode node) {
            return text < QByteArrayView(m_entries[node.entry].path);
        });
    if (behind == m_prefixes.begin())
        return nullptr;
    qint32 node = qint32(behind - m_prefixes.begin()) - 1;
    const qsizetype fits = commonBytes(uri, m_entries[m_prefixes[size_t(node)].entry].path);
    while (node >= 0) {
        const LocationEntry &entry = m_entries[m_prefixes[size_t(node)].entry];
        if (entry.path.size() <= fits)
            return &entry;
        node = m_prefixes[size_t(node)].parent;
    }
    return nullptr;
}

const LocationEntry *LocationTable::findWithSlash(QByteArrayView uri) const
{
    const auto at =
        std::lower_bound(m_slashes.begin(), m_slashes.end(), uri,
                         [this](quint32 index, QByteArrayView text) { return withoutSlash(m_entries[index]) < text; });
    const bool fits = at != m_slashes.end() && withoutSlash(m_entries[*at]) == uri;
    return fits ? &m_entries[*at] : nullptr;
}

// ngx_http_core_find_static_location
LocationTable::Step LocationTable::searchStatic(Search &search) const
{
    if (const LocationEntry *exact = findExact(search.uri)) {
        search.result.entry = exact;
        return Step::Ok;
    }
    const LocationEntry *const prefix = findPrefix(search.uri);
    const bool whole = prefix && prefix->path.size() == search.uri.size();
    if (const LocationEntry *redirect = whole ? nullptr : findWithSlash(search.uri)) {
        search.result.entry = redirect;
        return Step::Done;
    }
    if (prefix)
        search.result.entry = prefix;
    return prefix ? Step::Again : Step::Declined;
}

LocationTable::Step LocationTable::searchRegexes(Search &search) const
{
    for (const quint32 index : m_regexes) {
        const LocationEntry &entry = m_entries[index];
        const int pairs = entry.regex.match(search.uri, search.match);
        if (pairs == 0)
            continue;
        search.result.entry = &entry;
        if (pairs < 0)
            return Step::Error;
        search.result.regex = &entry.regex;
        if (search.listener)
            search.listener->regexMatched(entry.regex, search.uri, search.match);
        // nginx makes no tree of the paths inside an expression (ngx_http_init_static_location_trees): they never match
        const Step nested = entry.nested ? entry.nested->searchRegexes(search) : Step::Declined;
        return nested == Step::Error ? Step::Error : Step::Ok;
    }
    return Step::Declined;
}

// The paths first, then what is nested in the one found, then the expressions of this level. Only a final answer from
// inside (an exact match, an expression, a redirect) or the "^~" of the one found keeps these from being tried.
LocationTable::Step LocationTable::search(Search &search) const
{
    bool triesRegexes = true;
    Step step = searchStatic(search);
    if (step == Step::Again) {
        const LocationEntry &prefix = *search.result.entry;
        triesRegexes = prefix.kind != LocationEntry::Kind::PrefixBeforeRegex;
        step = prefix.nested ? prefix.nested->search(search) : Step::Declined;
    }
    if (step == Step::Ok || step == Step::Done || !triesRegexes)
        return step;
    const Step regexes = searchRegexes(search);
    return regexes == Step::Declined ? step : regexes;
}

LocationLookup LocationTable::find(QByteArrayView uri, RegexMatch &match, RegexListener *listener) const
{
    Search state{uri, match, listener, {}};
    const Step step = search(state);
    LocationLookup result = state.result;
    result.candidates = int(m_entries.size() - m_named.size());
    if (step == Step::Error)
        result.outcome = Outcome::Failed;
    else if (step == Step::Done)
        result.outcome = Outcome::SlashRedirect;
    else if (result.entry)
        result.outcome = Outcome::Found;
    return result;
}

const LocationEntry *LocationTable::findNamed(QByteArrayView name) const
{
    for (const quint32 index : m_named) {
        if (m_entries[index].path == name)
            return &m_entries[index];
    }
    return nullptr;
}

QString LocationLookup::reason() const
{
    switch (outcome) {
    case Outcome::NoMatch: return u"no location matches"_s;
    case Outcome::SlashRedirect: return u"the URI lacks the slash of this proxied location: redirected"_s;
    case Outcome::Failed: return u"an expression gave no answer"_s;
    case Outcome::Found: break;
    }
    switch (entry->kind) {
    case LocationEntry::Kind::Exact: return u"exact match"_s;
    case LocationEntry::Kind::Regex: return u"first expression that matches"_s;
    case LocationEntry::Kind::Named: return u"by its name"_s;
    case LocationEntry::Kind::Prefix:
    case LocationEntry::Kind::PrefixBeforeRegex: break;
    }
    const QString longest =
        candidates == 1 ? u"the only location"_s : u"longest matching prefix of %1 locations"_s.arg(candidates);
    return entry->kind == LocationEntry::Kind::PrefixBeforeRegex ? longest + u", which rules out expressions"_s
                                                                 : longest;
}

} // namespace portlight
