// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

#include <limits>

// Zones of shared memory: what defines them and what uses them.

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

constexpr qint64 IntMax = std::numeric_limits<int>::max();
constexpr qint64 ZoneBytesMin = 8 * 4096; // nginx: eight pages

// The size behind the colon of "name:10m"; nothing when it is none.
std::optional<qint64> zoneSize(QByteArrayView zone)
{
    const qsizetype colon = zone.indexOf(':');
    const Result<qint64> size = parseSize(colon < 0 ? QByteArrayView() : zone.sliced(colon + 1), false);
    return size ? std::optional(*size) : std::nullopt;
}

void invalid(State &state, const ConfigNode &node, size_t index, const char *what)
{
    state.error(ErrorCode::InvalidValue, u"invalid %1 \"%2\""_s.arg(QLatin1String(what), text(node.argument(index))),
                positionOf(node, index));
}

bool isLevels(QByteArrayView levels)
{
    const QList<QByteArray> parts = levels.toByteArray().split(':');
    return parts.size() <= 3 && std::all_of(parts.begin(), parts.end(), [](const QByteArray &part) {
               return part == "1" || part == "2";
           });
}

// One parameter of proxy_cache_path (ngx_http_file_cache_set_slot).
bool checkCacheParameter(State &state, const ConfigNode &node, size_t index)
{
    const QByteArrayView word = node.argument(index);
    const QByteArrayView value = word.sliced(word.indexOf('=') + 1);
    if (word.startsWith("levels=")) {
        if (!isLevels(value))
            invalid(state, node, index, "\"levels\"");
    } else if (word.startsWith("keys_zone=")) {
        const std::optional<qint64> size = zoneSize(value);
        if (!size)
            invalid(state, node, index, "keys zone size");
        else if (*size < ZoneBytesMin / 4)
            state.error(ErrorCode::InvalidValue, u"keys zone \"%1\" is too small"_s.arg(text(word)),
                        positionOf(node, index));
        return true;
    } else if (word.startsWith("inactive=")) {
        if (!parseSeconds(value))
            invalid(state, node, index, "inactive value");
    } else if (word.startsWith("max_size=") || word.startsWith("min_free=")) {
        if (!parseSize(value, true))
            invalid(state, node, index, word.startsWith("max") ? "max_size value" : "min_free value");
    } else if (word.startsWith("zone=")) {
        invalidParameter(state, node, index, u"the zone of a cache is written keys_zone=%1"_s.arg(text(value)));
        return true; // the one mistake is said once
    } else if (!word.startsWith("use_temp_path=") && !word.startsWith("loader_") && !word.startsWith("manager_")
               && !word.startsWith("purger")) {
        invalidParameter(state, node, index);
    }
    return false;
}

void checkCachePath(State &state, const ConfigNode &node, const Scope &)
{
    bool hasZone = false;
    const qsizetype before = state.errors;
    for (size_t i = 1; i < node.arguments.size() && state.errors == before; ++i)
        hasZone = checkCacheParameter(state, node, i) || hasZone;
    if (!hasZone && state.errors == before)
        state.error(ErrorCode::InvalidValue, u"\"%1\" must have \"keys_zone\" parameter"_s.arg(text(node.name)),
                    node.position, u"such as keys_zone=app_cache:10m"_s);
}

void checkCache(State &state, const ConfigNode &node, const Scope &)
{
    const QByteArrayView zone = node.argument(0);
    if (zone != "off" && !zone.contains('$') && !state.zones.contains(zone.toByteArray()))
        state.error(ErrorCode::InvalidValue, u"\"%1\" zone \"%2\" is unknown"_s.arg(text(node.name), text(zone)),
                    positionOf(node, 0), u"%1_path … keys_zone=%2:10m; defines it"_s.arg(text(node.name), text(zone)));
}

// limit_req_zone KEY zone=NAME:SIZE rate=RATE, limit_conn_zone KEY zone=NAME:SIZE
void checkLimitZone(State &state, const ConfigNode &node, const Scope &)
{
    for (size_t i = 1; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        if (word.startsWith("keys_zone="))
            return invalidParameter(state, node, i, u"the zone of a limit is written %1"_s.arg(text(word.sliced(5))));
        if (word.startsWith("zone=")) {
            const std::optional<qint64> size = zoneSize(word.sliced(5));
            if (!size)
                return invalid(state, node, i, "zone size");
            if (*size < ZoneBytesMin)
                return state.error(ErrorCode::InvalidValue, u"zone \"%1\" is too small"_s.arg(text(word)),
                                   positionOf(node, i), u"at least 32k"_s);
        } else if (word.startsWith("rate=") && node.name == "limit_req_zone") {
            const QByteArrayView rate = word.sliced(5);
            const bool unit = rate.endsWith("r/s") || rate.endsWith("r/m");
            if (!parseNumber(unit ? rate.chopped(3) : rate, 1, IntMax))
                return state.error(ErrorCode::InvalidValue, u"invalid rate \"%1\""_s.arg(text(word)),
                                   positionOf(node, i), u"such as rate=10r/s"_s);
        } else if (word != "sync") {
            return invalidParameter(state, node, i);
        }
    }
}

void checkZoneIsKnown(State &state, const ConfigNode &node, size_t index, QByteArrayView zone)
{
    if (!state.zones.contains(zone.toByteArray()))
        state.error(ErrorCode::InvalidValue, u"zero size shared memory zone \"%1\""_s.arg(text(zone)),
                    positionOf(node, index), u"%1_zone … zone=%2:10m … defines it"_s.arg(text(node.name), text(zone)));
}

void checkLimitRequests(State &state, const ConfigNode &node, const Scope &)
{
    std::optional<size_t> zone;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        if (word.startsWith("zone="))
            zone = i;
        else if (word.startsWith("burst=")) {
            if (!parseNumber(word.sliced(6), 1, IntMax))
                return invalid(state, node, i, "burst value");
        } else if (word.startsWith("delay=")) {
            if (!parseNumber(word.sliced(6), 1, IntMax))
                return invalid(state, node, i, "delay value");
        } else if (word != "nodelay")
            return invalidParameter(state, node, i, u"the parameters are zone=, burst=, delay= and nodelay"_s);
    }
    if (!zone)
        return state.error(ErrorCode::InvalidValue, u"\"limit_req\" must have \"zone\" parameter"_s, node.position);
    checkZoneIsKnown(state, node, *zone, node.argument(*zone).sliced(5));
}

void checkLimitConnections(State &state, const ConfigNode &node, const Scope &)
{
    if (!parseNumber(node.argument(1), 1, 65535))
        return state.error(ErrorCode::InvalidValue,
                           u"invalid number of connections \"%1\""_s.arg(text(node.argument(1))), positionOf(node, 1));
    checkZoneIsKnown(state, node, 0, node.argument(0));
}

// zone of an upstream: one without a size takes that of another of its name.
void checkUpstreamZone(State &state, const ConfigNode &node, const Scope &)
{
    if (node.arguments.size() < 2) {
        if (!state.zones.contains(node.arguments.front().value))
            state.error(ErrorCode::InvalidValue, u"zero size shared memory zone \"%1\""_s.arg(text(node.argument(0))),
                        positionOf(node, 0), u"write its size behind it, such as 64k"_s);
        return;
    }
    const Result<qint64> size = parseSize(node.argument(1), false);
    if (!size)
        return invalid(state, node, 1, "zone size");
    if (*size < ZoneBytesMin)
        state.error(ErrorCode::InvalidValue, u"zone \"%1\" is too small"_s.arg(text(node.argument(0))),
                    positionOf(node, 1), u"at least 32k"_s);
}

} // namespace

std::span<const NamedCheck> zoneChecks()
{
    static constexpr NamedCheck checks[] = {
        {"proxy_cache_path", checkCachePath}, {"fastcgi_cache_path", checkCachePath},
        {"scgi_cache_path", checkCachePath},  {"uwsgi_cache_path", checkCachePath},
        {"proxy_cache", checkCache},          {"fastcgi_cache", checkCache},
        {"scgi_cache", checkCache},           {"uwsgi_cache", checkCache},
        {"limit_req_zone", checkLimitZone},   {"limit_conn_zone", checkLimitZone},
        {"limit_req", checkLimitRequests},    {"limit_conn", checkLimitConnections},
        {"zone", checkUpstreamZone},
    };
    return checks;
}

} // namespace portlight::validation
