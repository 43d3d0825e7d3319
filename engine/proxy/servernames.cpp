// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/servernames.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace portlight {

Result<ServerName> parseServerName(QByteArrayView word, QByteArrayView hostname, RegexCache &regexes)
{
    const auto refuse = [&](const QString &message) {
        return Error{ErrorCode::InvalidValue, message.arg(QString::fromUtf8(word)), {}, {}};
    };
    if ((word.startsWith('*') && (word.size() < 3 || word[1] != '.')) || word == ".")
        return refuse(u"server name \"%1\" is invalid"_s);
    if (!word.startsWith('~'))
        return ServerName{
            (word.compare("$hostname", Qt::CaseInsensitive) == 0 ? hostname : word).toByteArray().toLower(), {}};
    if (word.size() == 1)
        return refuse(u"empty regex in server name \"%1\""_s);
    const QByteArrayView pattern = word.sliced(1);
    const bool caseless = std::any_of(pattern.begin(), pattern.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const Result<Regex> regex = regexes.compile(pattern, caseless);
    if (!regex)
        return regex.error();
    return ServerName{pattern.toByteArray(), *regex};
}

ServerNames::Added ServerNames::add(const ServerName &name, const ServerConfig *server)
{
    if (name.isRegex()) {
        m_regexes.push_back({name.regex, server});
        return Added::Yes;
    }
    const Added added = m_names.add(name.text, quint32(m_servers.size()));
    if (added == Added::Yes)
        m_servers.push_back(server);
    return added;
}

ServerMatch ServerNames::find(QByteArrayView host, RegexMatch &match, RegexListener *listener) const
{
    if (const auto index = m_names.find(host))
        return {m_servers[*index]};
    if (host.isEmpty())
        return {};
    for (const RegexName &name : m_regexes) {
        const int pairs = name.regex.match(host, match);
        if (pairs < 0)
            return {nullptr, &name.regex, true};
        if (pairs == 0)
            continue;
        if (listener)
            listener->regexMatched(name.regex, host, match);
        return {name.server, &name.regex};
    }
    return {};
}

} // namespace portlight
