// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/regex.h"
#include "proxy/hostnametable.h"

namespace portlight {

struct ServerConfig;

// One word of `server_name`, taken apart as ngx_http_core_server_name does.
struct ServerName {
    QByteArray text; // in lower case; the expression without its '~' as written
    Regex regex;     // null for a name or wildcard

    bool isRegex() const { return !regex.isNull(); }
};

// `hostname` is what "$hostname" stands for. An expression with a capital letter ignores case, any other needs none,
// since hosts arrive in lower case. Error: nginx's words for a bad name or expression.
Result<ServerName> parseServerName(QByteArrayView word, QByteArrayView hostname, RegexCache &regexes);

// Which server a host belongs to.
struct ServerMatch {
    const ServerConfig *server = nullptr; // null: no name fits, so the default server answers
    const Regex *regex = nullptr;         // the expression that decided; its captures are in the RegexMatch
    bool failed = false;                  // an expression gave no answer: 500
};

// The names of all servers of one listener (ngx_http_server_names, ngx_http_find_virtual_server). Built once, then only
// read; a lookup allocates nothing.
class ServerNames
{
public:
    using Added = HostnameTable::Added;

    // Conflict: the name is taken and this one ignored, as nginx warns. Invalid: 'invalid server name or wildcard "…"'.
    Added add(const ServerName &name, const ServerConfig *server);

    // `host` in lower case, without port and without a dot at its end. The exact name, else the longest leading, else
    // the longest trailing wildcard, else the first expression that matches; the empty host has its exact name only.
    ServerMatch find(QByteArrayView host, RegexMatch &match, RegexListener *listener = nullptr) const;

private:
    struct RegexName {
        Regex regex;
        const ServerConfig *server = nullptr;
    };

    HostnameTable m_names; // the numbers are indices of m_servers
    std::vector<const ServerConfig *> m_servers;
    std::vector<RegexName> m_regexes; // in the order of the file
};

} // namespace portlight
