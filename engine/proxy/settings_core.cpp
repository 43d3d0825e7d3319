// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of ngx_http_core_module.
#include "proxy/settersupport.h"

namespace portlight {

namespace {

Result<void> setKeepaliveTimeout(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    if (auto result = storeSetting(level.core.edit().keepaliveTimeout, durationOf(node)); !result)
        return result;
    level.core.edit().keepaliveTimeoutHeader = {};
    if (node.arguments.size() < 2)
        return {};
    const auto header = durationOf(node, 1);
    if (!header)
        return header.error();
    level.core.edit().keepaliveTimeoutHeader = std::chrono::duration_cast<std::chrono::seconds>(*header);
    return {};
}

Result<void> setLargeBuffers(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    if (auto result =
            storeSetting(level.core.edit().requestLimits.largeBuffers, parseNumber(node.argument(0), 1, 1 << 16));
        !result)
        return result;
    return storeSetting(level.core.edit().requestLimits.largeBufferBytes, parseSize(node.argument(1)));
}

Result<void> setLingeringClose(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    level.core.edit().lingeringClose = node.argument(0) == "always" ? LingeringClose::Always
                                       : node.argument(0) == "off"  ? LingeringClose::Off
                                                                    : LingeringClose::On;
    return {};
}

Result<void> setServerTokens(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    level.core.edit().serverTokens = node.argument(0) == "build" ? ServerTokens::Build
                                     : node.argument(0) == "off" ? ServerTokens::Off
                                                                 : ServerTokens::On;
    return {};
}

constexpr SetterRow Rows[] = {
    {"client_header_timeout", PORTLIGHT_SET(core, clientHeaderTimeout, durationOf(node))},
    {"client_body_timeout", PORTLIGHT_SET(core, clientBodyTimeout, durationOf(node))},
    {"send_timeout", PORTLIGHT_SET(core, sendTimeout, durationOf(node))},
    {"keepalive_timeout", setKeepaliveTimeout},
    {"keepalive_time", PORTLIGHT_SET(core, keepaliveTime, durationOf(node))},
    {"keepalive_requests", PORTLIGHT_SET(core, keepaliveRequests, parseNumber(node.argument(0), 0, INT_MAX))},
    {"client_max_body_size", PORTLIGHT_SET(core, clientMaxBodyBytes, parseSize(node.argument(0)))},
    {"client_body_buffer_size", PORTLIGHT_SET(core, clientBodyBufferBytes, parseSize(node.argument(0)))},
    {"client_header_buffer_size", PORTLIGHT_SET(core, requestLimits.firstBufferBytes, parseSize(node.argument(0)))},
    {"large_client_header_buffers", setLargeBuffers},
    {"max_headers", PORTLIGHT_SET(core, requestLimits.fieldsMax, parseNumber(node.argument(0), 0, INT_MAX))},
    {"ignore_invalid_headers", PORTLIGHT_SET(core, requestLimits.ignoreInvalidHeaders, flagOf(node))},
    {"underscores_in_headers", PORTLIGHT_SET(core, requestLimits.underscoresInHeaders, flagOf(node))},
    {"merge_slashes", PORTLIGHT_SET(core, mergeSlashes, flagOf(node))},
    {"lingering_close", setLingeringClose},
    {"lingering_time", PORTLIGHT_SET(core, lingeringTime, durationOf(node))},
    {"lingering_timeout", PORTLIGHT_SET(core, lingeringTimeout, durationOf(node))},
    {"reset_timedout_connection", PORTLIGHT_SET(core, resetTimedoutConnection, flagOf(node))},
    {"tcp_nodelay", PORTLIGHT_SET(core, tcpNodelay, flagOf(node))},
    {"server_tokens", setServerTokens},
    {"default_type", PORTLIGHT_SET(core, defaultType, Result<QByteArray>(node.argument(0).toByteArray()))},
    {"absolute_redirect", PORTLIGHT_SET(core, absoluteRedirect, flagOf(node))},
    {"port_in_redirect", PORTLIGHT_SET(core, portInRedirect, flagOf(node))},
    {"server_name_in_redirect", PORTLIGHT_SET(core, serverNameInRedirect, flagOf(node))},
    {"chunked_transfer_encoding", PORTLIGHT_SET(core, chunkedTransferEncoding, flagOf(node))},
    {"msie_padding", PORTLIGHT_SET(core, msiePadding, flagOf(node))},
};

} // namespace

std::span<const SetterRow> coreSetters()
{
    return Rows;
}

} // namespace portlight
