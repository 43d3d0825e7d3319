// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/regex.h"
#include "proxy/hostnametable.h"

#include <optional>
#include <vector>

namespace portlight {

// What a map makes of its source.
struct MapLookup {
    std::optional<quint32> value;  // none: the default
    const Regex *failed = nullptr; // an expression that gave no answer; the default stands then too
};

// The keys of a `map` block, each with the number of its value (ngx_http_map_module, ngx_http_map_find). Built once,
// then only read; a lookup allocates nothing.
class MapTable
{
public:
    // "hostnames": keys added from now on may be wildcards, and a dot at the end of the source is dropped.
    void treatKeysAsHostnames() { m_hostnames = true; }
    // A key as the file has it: "~regex", "~*regex", "\~text", "text". `default`, `include` and the like are not keys.
    // Error: nginx's words for a bad expression, wildcard, or a key that is there already.
    Result<void> add(QByteArrayView key, quint32 value, RegexCache &regexes);

    // The equal text (ASCII letters in either case), else the longest leading, else the longest trailing wildcard, else
    // the first expression that matches. `source` must live as long as the captures are used.
    MapLookup find(QByteArrayView source, RegexMatch &match, RegexListener *listener = nullptr) const;

private:
    struct RegexKey {
        Regex regex;
        quint32 value = 0;
    };

    HostnameTable m_texts;
    std::vector<RegexKey> m_regexes; // in the order of the file
    bool m_hostnames = false;
};

} // namespace portlight
