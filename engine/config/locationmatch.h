// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/tree.h"

namespace portlight {

// The parameters of a `location`, taken apart as ngx_http_core_location does: "= /x", "=/x", "^~ /x", "~ re", "@name".
struct LocationMatch {
    enum class Kind : quint8 { Prefix, PrefixBeforeRegex, Exact, Regex, RegexIgnoringCase, Named };

    Kind kind = Kind::Prefix;
    QByteArray text; // the path, the expression, or the name with its '@'

    bool isRegex() const { return kind == Kind::Regex || kind == Kind::RegexIgnoringCase; }
    friend bool operator==(const LocationMatch &, const LocationMatch &) = default;
};

// Error: "invalid location modifier "…"", or a wrong number of arguments.
Result<LocationMatch> parseLocation(const ConfigNode &node);

} // namespace portlight
