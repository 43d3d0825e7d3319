// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

constexpr qint64 IntMax = std::numeric_limits<int>::max();

void checkKeepaliveTimeout(State &state, const ConfigNode &node, const Scope &scope)
{
    if (scope.context == ConfigContext::Upstream)
        return; // one time, which its type says
    const Result<std::chrono::milliseconds> timeout = parseDuration(node.argument(0));
    if (!timeout)
        invalidDirective(state, node, 0, timeout.error());
    if (node.arguments.size() < 2)
        return;
    const Result<std::chrono::seconds> told = parseSeconds(node.argument(1));
    if (!told)
        invalidDirective(state, node, 1, told.error());
}

// A count and a size, none of them zero (ngx_conf_set_bufs_slot).
void checkBuffers(State &state, const ConfigNode &node, const Scope &)
{
    const Result<qint64> count = parseNumber(node.argument(0), 1, IntMax);
    const Result<qint64> size = parseSize(node.argument(1), false);
    if (!count)
        invalidDirective(state, node, 0, count.error().hint);
    else if (!size || *size == 0)
        invalidDirective(state, node, 1, u"a size such as 8k"_s);
}

// A folder and how many letters each level below it has (ngx_conf_set_path_slot).
void checkTempPath(State &state, const ConfigNode &node, const Scope &)
{
    for (size_t i = 1; i < node.arguments.size(); ++i) {
        if (!parseNumber(node.argument(i), 1, IntMax))
            return invalidDirective(state, node, i, u"a level is a number of letters, 1 or more"_s);
    }
}

void checkRate(State &state, const ConfigNode &node, const Scope &)
{
    const bool takesVariables = node.name != "proxy_limit_rate" || state.options.version >= NginxVersion{1, 27, 0};
    if (takesVariables && node.argument(0).contains('$'))
        return;
    const Result<qint64> rate = parseSize(node.argument(0), false);
    if (!rate)
        invalidDirective(state, node, 0, rate.error());
}

// Of other systems than Linux (ngx_http_core_lowat_check, ngx_http_proxy_lowat_check).
void checkLowat(State &state, const ConfigNode &node, const Scope &)
{
    if (parseSize(node.argument(0), false))
        state.warning(ErrorCode::InvalidValue, u"\"%1\" is not supported, ignored"_s.arg(text(node.name)),
                      node.position);
}

void checkLimitExcept(State &state, const ConfigNode &node, const Scope &)
{
    constexpr const char *methods[] = {"GET",  "HEAD",    "POST",     "PUT",       "DELETE", "MKCOL",  "COPY",
                                       "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK",   "UNLOCK", "PATCH"};
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView method = node.argument(i);
        const bool known = std::any_of(std::begin(methods), std::end(methods), [&](const char *name) {
            return method.compare(QByteArrayView(name), Qt::CaseInsensitive) == 0;
        });
        if (!known)
            return state.error(ErrorCode::InvalidValue, u"invalid method \"%1\""_s.arg(text(method)),
                               positionOf(node, i));
    }
}

void checkWorkerProcesses(State &state, const ConfigNode &node, const Scope &)
{
    if (node.argument(0) != "auto" && !parseNumber(node.argument(0), 0, IntMax))
        invalidDirective(state, node, 0, u"a number, or auto"_s);
}

void checkWorkerPriority(State &state, const ConfigNode &node, const Scope &)
{
    const QByteArrayView value = node.argument(0);
    if (!parseNumber(value.startsWith('-') ? value.sliced(1) : value, 0, IntMax))
        invalidDirective(state, node, 0, Error{ErrorCode::InvalidValue, u"invalid number"_s, {}, {}});
}

void checkWorkerConnections(State &state, const ConfigNode &node, const Scope &)
{
    if (!parseNumber(node.argument(0), 0, IntMax))
        state.error(ErrorCode::InvalidValue, u"invalid number \"%1\""_s.arg(text(node.argument(0))),
                    positionOf(node, 0));
}

void checkThreadPool(State &state, const ConfigNode &node, const Scope &)
{
    for (size_t i = 1; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        if (word.startsWith("threads=") && !parseNumber(word.sliced(8), 1, IntMax))
            return state.error(ErrorCode::InvalidValue, u"invalid threads value \"%1\""_s.arg(text(word)),
                               positionOf(node, i));
        if (word.startsWith("max_queue=") && !parseNumber(word.sliced(10), 0, IntMax))
            return state.error(ErrorCode::InvalidValue, u"invalid max_queue value \"%1\""_s.arg(text(word)),
                               positionOf(node, i));
    }
}

void checkOpenFileCache(State &state, const ConfigNode &node, const Scope &)
{
    bool bounded = false;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        const bool off = word == "off";
        const bool max = word.startsWith("max=") && parseNumber(word.sliced(4), 1, IntMax).ok();
        const bool inactive = word.startsWith("inactive=") && parseSeconds(word.sliced(9)).ok();
        bounded = bounded || off || max;
        if (!off && !max && !inactive)
            return state.error(ErrorCode::InvalidValue,
                               u"invalid \"open_file_cache\" parameter \"%1\""_s.arg(text(word)), positionOf(node, i));
    }
    if (!bounded)
        state.error(ErrorCode::InvalidValue, u"\"open_file_cache\" must have the \"max\" parameter"_s, node.position);
}

void checkDirectIo(State &state, const ConfigNode &node, const Scope &)
{
    if (node.argument(0) != "off" && !parseSize(node.argument(0), true))
        invalidDirective(state, node, 0, u"off, or a size such as 4m"_s);
}

void checkAio(State &state, const ConfigNode &node, const Scope &)
{
    const QByteArrayView how = node.argument(0);
    if (how != "on" && how != "off" && how != "threads" && !how.startsWith("threads="))
        invalidDirective(state, node, 0, u"on, off, threads or threads=NAME"_s);
}

} // namespace

std::span<const NamedCheck> coreChecks()
{
    static constexpr NamedCheck checks[] = {
        {"keepalive_timeout", checkKeepaliveTimeout},
        {"large_client_header_buffers", checkBuffers},
        {"output_buffers", checkBuffers},
        {"gzip_buffers", checkBuffers},
        {"gunzip_buffers", checkBuffers},
        {"proxy_buffers", checkBuffers},
        {"fastcgi_buffers", checkBuffers},
        {"scgi_buffers", checkBuffers},
        {"uwsgi_buffers", checkBuffers},
        {"client_body_temp_path", checkTempPath},
        {"proxy_temp_path", checkTempPath},
        {"fastcgi_temp_path", checkTempPath},
        {"scgi_temp_path", checkTempPath},
        {"uwsgi_temp_path", checkTempPath},
        {"limit_rate", checkRate},
        {"limit_rate_after", checkRate},
        {"proxy_limit_rate", checkRate},
        {"send_lowat", checkLowat},
        {"proxy_send_lowat", checkLowat},
        {"limit_except", checkLimitExcept},
        {"worker_processes", checkWorkerProcesses},
        {"worker_priority", checkWorkerPriority},
        {"worker_connections", checkWorkerConnections},
        {"thread_pool", checkThreadPool},
        {"open_file_cache", checkOpenFileCache},
        {"directio", checkDirectIo},
        {"aio", checkAio},
    };
    return checks;
}

} // namespace portlight::validation
