// SPDX-License-Identifier: GPL-3.0-or-later
// When a request goes on to another peer: proxy_next_upstream and its like (ngx_http_proxy_module).
#include "proxy/settersupport.h"

#include <array>

namespace portlight {

namespace {

struct Condition {
    const char *word;
    NextUpstream condition;
    int status = 0;
};

constexpr std::array Conditions{
    Condition{"error", NextUpstream::Error},
    Condition{"timeout", NextUpstream::Timeout},
    Condition{"invalid_header", NextUpstream::InvalidHeader},
    Condition{"non_idempotent", NextUpstream::NonIdempotent},
    Condition{"http_500", NextUpstream::Http500, 500},
    Condition{"http_502", NextUpstream::Http502, 502},
    Condition{"http_503", NextUpstream::Http503, 503},
    Condition{"http_504", NextUpstream::Http504, 504},
    Condition{"http_403", NextUpstream::Http403, 403},
    Condition{"http_404", NextUpstream::Http404, 404},
    Condition{"http_429", NextUpstream::Http429, 429},
};

// `off` wins over all words beside it; "updating" concerns caches alone, and means nothing here, as in nginx.
Result<void> setConditions(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    quint16 mask = 0;
    bool off = false;
    for (const ConfigArgument &argument : node.arguments) {
        off |= argument.value.compare("off", Qt::CaseInsensitive) == 0;
        for (const Condition &known : Conditions) {
            if (argument.value.compare(known.word, Qt::CaseInsensitive) == 0)
                mask |= quint16(known.condition);
        }
    }
    level.proxy.edit().retry.conditions = off ? 0 : mask;
    return {};
}

constexpr SetterRow Rows[] = {
    {"proxy_next_upstream", setConditions},
    {"proxy_next_upstream_tries", PORTLIGHT_SET(proxy, retry.triesMax, parseNumber(node.argument(0), 0, INT_MAX))},
    {"proxy_next_upstream_timeout", PORTLIGHT_SET(proxy, retry.timeout, durationOf(node))},
};

} // namespace

NextUpstream nextUpstreamOf(int status)
{
    for (const Condition &known : Conditions) {
        if (known.status == status && status != 0)
            return known.condition;
    }
    return NextUpstream::None;
}

std::span<const SetterRow> retrySetters()
{
    return Rows;
}

} // namespace portlight
