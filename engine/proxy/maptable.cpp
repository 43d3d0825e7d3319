// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/maptable.h"

using namespace Qt::StringLiterals;

namespace portlight {

Result<void> MapTable::add(QByteArrayView key, quint32 value, RegexCache &regexes)
{
    if (key.startsWith('~')) {
        const bool caseless = key.sliced(1).startsWith('*');
        const Result<Regex> regex = regexes.compile(key.sliced(caseless ? 2 : 1), caseless);
        if (!regex)
            return regex.error();
        m_regexes.push_back({*regex, value});
        return {};
    }
    if (key.startsWith('\\'))
        key = key.sliced(1);
    switch (m_hostnames ? m_texts.add(key, value) : m_texts.addExact(key, value)) {
    case HostnameTable::Added::Yes: break;
    case HostnameTable::Added::Conflict:
        return Error{
            ErrorCode::DuplicateDirective, u"conflicting parameter \"%1\""_s.arg(QString::fromUtf8(key)), {}, {}};
    case HostnameTable::Added::Invalid:
        return Error{
            ErrorCode::InvalidValue, u"invalid hostname or wildcard \"%1\""_s.arg(QString::fromUtf8(key)), {}, {}};
    }
    return {};
}

MapLookup MapTable::find(QByteArrayView source, RegexMatch &match, RegexListener *listener) const
{
    if (m_hostnames && source.endsWith('.'))
        source = source.chopped(1);
    if (const auto value = m_texts.find(source))
        return {value};
    if (source.isEmpty())
        return {};
    for (const RegexKey &key : m_regexes) {
        const int pairs = key.regex.match(source, match);
        if (pairs < 0)
            return {std::nullopt, &key.regex};
        if (pairs == 0)
            continue;
        if (listener)
            listener->regexMatched(key.regex, source, match);
        return {key.value};
    }
    return {};
}

} // namespace portlight
