// SPDX-License-Identifier: GPL-3.0-or-later
// How bytes move between backends and clients: buffers, temporary files, rates, sockets (ngx_http_proxy_module,
// ngx_http_core_module).
#include "proxy/compiledconfig.h"
#include "proxy/settersupport.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qint64 LevelDigitsMax = 10; // of all levels: a name has no more
constexpr qint64 IntMax = std::numeric_limits<int>::max();

Result<void> setBuffers(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    if (auto result = storeSetting(level.flow.edit().bufferCount, parseNumber(node.argument(0), 1, IntMax)); !result)
        return result;
    return storeSetting(level.flow.edit().bufferBytes, parseSize(node.argument(1), false));
}

// A size, or a template that makes one for each request; 0 is no limit (ngx_http_set_complex_value_size_slot).
Result<Template> rateOf(const ConfigNode &node, CompileScope &scope)
{
    if (!node.argument(0).contains('$')) {
        const Result<qint64> rate = parseSize(node.argument(0), false);
        if (!rate)
            return rate.error();
        if (*rate == 0)
            return Template();
    }
    return Template::compile(node.argument(0), scope.variables);
}

// ngx_http_upstream_bind_set_slot
Result<void> setBind(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    LocalBind bind;
    if (node.argument(0) != "off") {
        auto address = Template::compile(node.argument(0), scope.variables);
        if (!address)
            return address.error();
        bind.address = std::move(*address);
        bind.transparent = node.arguments.size() > 1;
    }
    level.flow.edit().bind = std::move(bind);
    return {};
}

// Larger than a socket can be told: as large as it can be.
Result<qint64> socketBytes(const ConfigNode &node)
{
    const Result<qint64> bytes = parseSize(node.argument(0), false);
    return bytes ? Result<qint64>(qMin(*bytes, IntMax)) : bytes;
}

Result<void> setTempPath(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    return storeSetting(level.flow.edit().tempFolder, tempFolderOf(node, scope));
}

constexpr SetterRow Rows[] = {
    {"proxy_buffers", setBuffers},
    {"proxy_busy_buffers_size", PORTLIGHT_SET(flow, busyBuffersBytes, parseSize(node.argument(0), false)),
     "proxy_busy_buffers_size"},
    {"proxy_temp_file_write_size", PORTLIGHT_SET(flow, tempFileWriteBytes, parseSize(node.argument(0), false)),
     "proxy_temp_file_write_size"},
    {"proxy_max_temp_file_size", PORTLIGHT_SET(flow, tempFileBytesMax, parseSize(node.argument(0), false))},
    {"proxy_temp_path", setTempPath, "proxy_temp_path"},
    {"postpone_output", PORTLIGHT_SET(flow, postponedBytes, parseSize(node.argument(0), false))},
    {"limit_rate", PORTLIGHT_SET(flow, limitRate, rateOf(node, scope))},
    {"limit_rate_after", PORTLIGHT_SET(flow, limitRateAfter, rateOf(node, scope))},
    {"proxy_limit_rate", PORTLIGHT_SET(flow, proxyLimitRate, rateOf(node, scope))},
    {"proxy_bind", setBind},
    {"proxy_socket_keepalive", PORTLIGHT_SET(flow, socketKeepalive, flagOf(node))},
    {"proxy_socket_rcvbuf", PORTLIGHT_SET(flow, receiveBufferBytes, socketBytes(node))},
    {"proxy_socket_sndbuf", PORTLIGHT_SET(flow, sendBufferBytes, socketBytes(node))},
    {"proxy_ignore_client_abort", PORTLIGHT_SET(flow, ignoreClientAbort, flagOf(node))},
};

} // namespace

Result<TempFolder> tempFolderOf(const ConfigNode &node, CompileScope &scope)
{
    TempFolder folder;
    folder.path = fullPath(scope.config.prefix, node.argument(0).toByteArray());
    while (folder.path.endsWith('/'))
        folder.path.chop(1);
    qint64 digitsLeft = LevelDigitsMax;
    for (size_t i = 1; i < node.arguments.size() && i <= folder.levels.size(); ++i) {
        const auto digits = parseNumber(node.argument(i), 1, digitsLeft);
        if (!digits)
            return Error{ErrorCode::InvalidValue,
                         u"invalid value \"%1\""_s.arg(QString::fromUtf8(node.argument(i))),
                         {},
                         u"each level of sub-folders takes 1 digit or more of a name, all together 10"_s};
        folder.levels[i - 1] = quint8(*digits);
        digitsLeft -= *digits;
    }
    return folder;
}

std::span<const SetterRow> proxyFlowSetters()
{
    return Rows;
}

} // namespace portlight
