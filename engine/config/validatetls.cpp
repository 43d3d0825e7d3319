// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

#include <limits>

// ngx_http_ssl_module. What its files say is looked at while compiling.

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

constexpr qint64 IntMax = std::numeric_limits<int>::max();
constexpr qint64 ZoneBytesMin = 8 * 4096; // nginx: eight pages

// The size in "shared:name:10m": 0 when it is none, or the name is empty.
qint64 sharedBytes(QByteArrayView word)
{
    const QByteArrayView rest = word.sliced(7);
    const qsizetype colon = rest.indexOf(':');
    if (colon <= 0)
        return 0;
    const Result<qint64> size = parseSize(rest.sliced(colon + 1), false);
    return size ? *size : 0;
}

bool isShared(QByteArrayView word)
{
    return word.startsWith("shared:") && word.size() > 7;
}

void invalidCache(State &state, const ConfigNode &node, size_t index, const char *what, const QString &hint)
{
    state.error(ErrorCode::InvalidValue, u"invalid %1 \"%2\""_s.arg(QLatin1String(what), text(node.argument(index))),
                positionOf(node, index), hint);
}

// ngx_shared_memory_add: whoever names a zone again gives it the same size.
bool declareZone(State &state, const ConfigNode &node, size_t index, qint64 bytes)
{
    const QByteArrayView rest = node.argument(index).sliced(7);
    const QByteArray name = rest.first(rest.indexOf(':')).toByteArray();
    const qint64 before = state.sessionZones.value(name, bytes);
    if (before != bytes) {
        state.error(ErrorCode::InvalidValue,
                    u"the size %1 of shared memory zone \"%2\" conflicts with already declared size %3"_s.arg(bytes)
                        .arg(text(name))
                        .arg(before),
                    positionOf(node, index));
        return false;
    }
    state.sessionZones.insert(name, bytes);
    return true;
}

// One word of ngx_http_ssl_session_cache.
bool checkSessionWord(State &state, const ConfigNode &node, size_t index)
{
    const QByteArrayView word = node.argument(index);
    if (word == "off" || word == "none" || word == "builtin")
        return true;
    const QString hint = u"off, none, builtin:1000 or shared:TLS:10m"_s;
    if (word.startsWith("builtin:") && parseNumber(word.sliced(8), 0, IntMax))
        return true;
    const qint64 bytes = isShared(word) ? sharedBytes(word) : 0;
    if (bytes <= 0 && !(isShared(word) && word.endsWith(":0")))
        invalidCache(state, node, index, "session cache", hint);
    else if (bytes < ZoneBytesMin)
        state.error(ErrorCode::InvalidValue, u"session cache \"%1\" is too small"_s.arg(text(word)),
                    positionOf(node, index), u"at least 32k"_s);
    else
        return declareZone(state, node, index, bytes);
    return false;
}

void checkSessionCache(State &state, const ConfigNode &node, const Scope &)
{
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        if (!checkSessionWord(state, node, i))
            return;
    }
}

void checkOcspCache(State &state, const ConfigNode &node, const Scope &)
{
    const QByteArrayView word = node.argument(0);
    if (word == "off")
        return;
    const qint64 bytes = isShared(word) ? sharedBytes(word) : 0;
    if (bytes <= 0)
        invalidCache(state, node, 0, "OCSP cache", u"off or shared:OCSP:10m"_s);
    else if (bytes < ZoneBytesMin)
        state.error(ErrorCode::InvalidValue, u"OCSP cache \"%1\" is too small"_s.arg(text(word)), positionOf(node, 0),
                    u"at least 32k"_s);
}

bool isCacheParameter(QByteArrayView word)
{
    if (word.startsWith("max="))
        return parseNumber(word.sliced(4), 1, std::numeric_limits<qint64>::max()).ok();
    if (word.startsWith("inactive="))
        return parseSeconds(word.sliced(9)).ok();
    if (word.startsWith("valid="))
        return parseSeconds(word.sliced(6)).ok();
    return word == "off";
}

void checkCertificateCache(State &state, const ConfigNode &node, const Scope &)
{
    bool off = false;
    bool bounded = false;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        if (!isCacheParameter(node.argument(i)))
            return invalidParameter(state, node, i, u"such as max=1000 inactive=20s valid=1m"_s);
        off = off || node.argument(i) == "off";
        bounded = bounded || node.argument(i).startsWith("max=");
    }
    if (!off && !bounded)
        state.error(ErrorCode::InvalidValue, u"\"ssl_certificate_cache\" must have the \"max\" parameter"_s,
                    node.position, u"such as max=1000"_s);
}

// ngx_conf_set_sec_slot knows no milliseconds, but months and years.
void checkSessionTimeout(State &state, const ConfigNode &node, const Scope &)
{
    if (const auto time = parseSeconds(node.argument(0)); !time)
        invalidDirective(state, node, 0, time.error());
}

void checkOldSwitch(State &state, const ConfigNode &node, const Scope &)
{
    state.warning(ErrorCode::InvalidValue,
                  u"the \"ssl\" directive is deprecated, use the \"listen ... ssl\" directive instead"_s, node.position,
                  u"nginx 1.25.1 and later refuse it"_s);
}

} // namespace

std::span<const NamedCheck> tlsChecks()
{
    static constexpr NamedCheck checks[] = {
        {"ssl", checkOldSwitch},
        {"ssl_certificate_cache", checkCertificateCache},
        {"ssl_ocsp_cache", checkOcspCache},
        {"ssl_session_cache", checkSessionCache},
        {"ssl_session_timeout", checkSessionTimeout},
    };
    return checks;
}

} // namespace portlight::validation
