// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of ngx_http_proxy_module.
#include "proxy/settersupport.h"

namespace portlight {

namespace {

Result<void> setHttpVersion(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    if (node.argument(0) == "1.0")
        level.proxy.edit().version = {1, 0};
    else if (node.argument(0) == "1.1")
        level.proxy.edit().version = {1, 1};
    else
        return Error{ErrorCode::InvalidValue,
                     QStringLiteral("invalid value \"%1\"").arg(QString::fromUtf8(node.argument(0))),
                     {},
                     QStringLiteral("1.0 or 1.1")};
    return {};
}

Result<void> addSetHeader(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    ProxySettings &proxy = level.proxy.edit();
    if (scope.firstInLevel) {
        proxy.setFieldIds = 0;
        proxy.setHeaders.clear();
    }
    auto value = Template::compile(node.argument(1), scope.variables);
    if (!value)
        return value.error();
    const QByteArray name = node.argument(0).toByteArray();
    proxy.setHeaders.push_back({name, headerId(name), std::move(*value)});
    proxy.setFieldIds |= quint64(1) << quint8(proxy.setHeaders.back().id);
    return {};
}

Result<void> setReadTimeout(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    level.proxy.edit().readTimeoutPosition = node.position;
    return storeSetting(level.proxy.edit().readTimeout, durationOf(node));
}

Result<void> setMethod(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    return storeSetting(level.proxy.edit().method, Template::compile(node.argument(0), scope.variables));
}

Result<void> setBody(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    return storeSetting(level.proxy.edit().body, Template::compile(node.argument(0), scope.variables));
}

constexpr SetterRow Rows[] = {
    {"proxy_http_version", setHttpVersion},
    {"proxy_buffering", PORTLIGHT_SET(proxy, buffering, flagOf(node))},
    {"proxy_request_buffering", PORTLIGHT_SET(proxy, requestBuffering, flagOf(node))},
    {"proxy_pass_trailers", PORTLIGHT_SET(proxy, passTrailers, flagOf(node))},
    {"proxy_buffer_size", PORTLIGHT_SET(proxy, bufferBytes, parseSize(node.argument(0)))},
    {"proxy_connect_timeout", PORTLIGHT_SET(proxy, connectTimeout, durationOf(node))},
    {"proxy_send_timeout", PORTLIGHT_SET(proxy, sendTimeout, durationOf(node))},
    {"proxy_read_timeout", setReadTimeout},
    {"proxy_method", setMethod},
    {"proxy_set_body", setBody},
    {"proxy_pass_request_headers", PORTLIGHT_SET(proxy, passRequestHeaders, flagOf(node))},
    {"proxy_pass_request_body", PORTLIGHT_SET(proxy, passRequestBody, flagOf(node))},
    {"proxy_intercept_errors", PORTLIGHT_SET(proxy, interceptErrors, flagOf(node))},
    {"proxy_set_header", addSetHeader, "proxy_set_header"},
};

} // namespace

std::span<const SetterRow> proxySetters()
{
    return Rows;
}

} // namespace portlight
