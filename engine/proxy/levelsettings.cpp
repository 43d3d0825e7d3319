// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/levelsettings.h"

namespace portlight {

namespace {

using Setter = Result<void> (*)(LevelSettings &, const ConfigNode &);

template<typename T, typename Field>
Result<void> store(Field &field, const Result<T> &value)
{
    if (!value)
        return value.error();
    field = Field(*value);
    return {};
}

Result<milliseconds> durationOf(const ConfigNode &node, size_t index = 0)
{
    return parseDuration(node.argument(index));
}

Result<void> setKeepaliveTimeout(LevelSettings &level, const ConfigNode &node)
{
    if (auto result = store(level.core.keepaliveTimeout, durationOf(node)); !result)
        return result;
    level.core.keepaliveTimeoutHeader = {};
    if (node.arguments.size() < 2)
        return {};
    const auto header = durationOf(node, 1);
    if (!header)
        return header.error();
    level.core.keepaliveTimeoutHeader = std::chrono::duration_cast<std::chrono::seconds>(*header);
    return {};
}

Result<void> setLargeBuffers(LevelSettings &level, const ConfigNode &node)
{
    if (auto result = store(level.core.requestLimits.largeBuffers, parseNumber(node.argument(0), 1, 1 << 16)); !result)
        return result;
    return store(level.core.requestLimits.largeBufferBytes, parseSize(node.argument(1)));
}

Result<void> setHttpVersion(LevelSettings &level, const ConfigNode &node)
{
    if (node.argument(0) == "1.0")
        level.proxy.version = {1, 0};
    else if (node.argument(0) == "1.1")
        level.proxy.version = {1, 1};
    else
        return Error{ErrorCode::InvalidValue,
                     QStringLiteral("invalid value \"%1\"").arg(QString::fromUtf8(node.argument(0))),
                     {},
                     QStringLiteral("1.0 or 1.1")};
    return {};
}

Result<void> setLingeringClose(LevelSettings &level, const ConfigNode &node)
{
    level.core.lingeringClose = node.argument(0) == "always" ? LingeringClose::Always
                                : node.argument(0) == "off"  ? LingeringClose::Off
                                                             : LingeringClose::On;
    return {};
}

Result<void> setServerTokens(LevelSettings &level, const ConfigNode &node)
{
    level.core.serverTokens = node.argument(0) == "build" ? ServerTokens::Build
                              : node.argument(0) == "off" ? ServerTokens::Off
                                                          : ServerTokens::On;
    return {};
}

#define PORTLIGHT_SET(field, expression)                                                                               \
    [](LevelSettings &level, const ConfigNode &node) -> Result<void> { return store(level.field, expression); }

const QHash<QByteArray, Setter> &setters()
{
    static const QHash<QByteArray, Setter> table{
        {"client_header_timeout", PORTLIGHT_SET(core.clientHeaderTimeout, durationOf(node))},
        {"client_body_timeout", PORTLIGHT_SET(core.clientBodyTimeout, durationOf(node))},
        {"send_timeout", PORTLIGHT_SET(core.sendTimeout, durationOf(node))},
        {"keepalive_timeout", setKeepaliveTimeout},
        {"keepalive_time", PORTLIGHT_SET(core.keepaliveTime, durationOf(node))},
        {"keepalive_requests", PORTLIGHT_SET(core.keepaliveRequests, parseNumber(node.argument(0), 0, INT_MAX))},
        {"client_max_body_size", PORTLIGHT_SET(core.clientMaxBodyBytes, parseSize(node.argument(0)))},
        {"client_body_buffer_size", PORTLIGHT_SET(core.clientBodyBufferBytes, parseSize(node.argument(0)))},
        {"client_header_buffer_size", PORTLIGHT_SET(core.requestLimits.firstBufferBytes, parseSize(node.argument(0)))},
        {"large_client_header_buffers", setLargeBuffers},
        {"max_headers", PORTLIGHT_SET(core.requestLimits.fieldsMax, parseNumber(node.argument(0), 0, INT_MAX))},
        {"ignore_invalid_headers", PORTLIGHT_SET(core.requestLimits.ignoreInvalidHeaders, parseFlag(node.argument(0)))},
        {"underscores_in_headers", PORTLIGHT_SET(core.requestLimits.underscoresInHeaders, parseFlag(node.argument(0)))},
        {"merge_slashes", PORTLIGHT_SET(core.mergeSlashes, parseFlag(node.argument(0)))},
        {"lingering_close", setLingeringClose},
        {"lingering_time", PORTLIGHT_SET(core.lingeringTime, durationOf(node))},
        {"lingering_timeout", PORTLIGHT_SET(core.lingeringTimeout, durationOf(node))},
        {"reset_timedout_connection", PORTLIGHT_SET(core.resetTimedoutConnection, parseFlag(node.argument(0)))},
        {"tcp_nodelay", PORTLIGHT_SET(core.tcpNodelay, parseFlag(node.argument(0)))},
        {"server_tokens", setServerTokens},
        {"default_type", PORTLIGHT_SET(core.defaultType, Result<QByteArray>(node.argument(0).toByteArray()))},
        {"proxy_http_version", setHttpVersion},
        {"proxy_buffering", PORTLIGHT_SET(proxy.buffering, parseFlag(node.argument(0)))},
        {"proxy_request_buffering", PORTLIGHT_SET(proxy.requestBuffering, parseFlag(node.argument(0)))},
        {"proxy_pass_trailers", PORTLIGHT_SET(proxy.passTrailers, parseFlag(node.argument(0)))},
        {"proxy_buffer_size", PORTLIGHT_SET(proxy.bufferBytes, parseSize(node.argument(0)))},
        {"proxy_connect_timeout", PORTLIGHT_SET(proxy.connectTimeout, durationOf(node))},
        {"proxy_send_timeout", PORTLIGHT_SET(proxy.sendTimeout, durationOf(node))},
        {"proxy_read_timeout", PORTLIGHT_SET(proxy.readTimeout, durationOf(node))},
    };
    return table;
}

#undef PORTLIGHT_SET

} // namespace

LevelSettings LevelSettings::defaults(const NginxVersion &version)
{
    LevelSettings level;
    for (auto it = setters().constBegin(); it != setters().constEnd(); ++it) {
        std::vector<QByteArray> words;
        for (const QByteArray &word : directiveDefault(it.key(), version).split(' ')) {
            if (!word.isEmpty())
                words.push_back(word);
        }
        Q_ASSERT_X(!words.empty(), "LevelSettings::defaults", it.key().constData());
        const Result<void> taken = it.value()(level, ConfigNode::directive(it.key(), words));
        Q_ASSERT_X(taken.ok(), "LevelSettings::defaults", it.key().constData());
    }
    return level;
}

void LevelSettings::take(const ConfigNode &block, const Template::Maps &maps, Diagnostics &diagnostics)
{
    bool setsHeaders = false;
    for (const ConfigNode &node : block.children) {
        if (node.isComment())
            continue;
        if (node.name == "proxy_set_header") {
            setsHeaders = true;
            continue;
        }
        const auto setter = setters().constFind(node.name);
        if (setter == setters().constEnd())
            continue;
        if (const Result<void> taken = (*setter)(*this, node); !taken) {
            Diagnostic problem = Diagnostic::fromError(taken.error());
            problem.where = node.position;
            diagnostics.append(problem);
        } else if (node.name == "proxy_read_timeout") {
            proxy.readTimeoutPosition = node.position;
        }
    }
    if (setsHeaders)
        takeSetHeaders(block, maps, diagnostics);
}

void LevelSettings::takeSetHeaders(const ConfigNode &block, const Template::Maps &maps, Diagnostics &diagnostics)
{
    proxy.setFieldIds = 0;
    proxy.setHeaders.clear(); // a lower level replaces the higher one as a whole
    for (const ConfigNode *node : block.childrenNamed("proxy_set_header")) {
        auto value = Template::compile(node->argument(1), maps);
        if (!value) {
            Diagnostic problem = Diagnostic::fromError(value.error());
            problem.where = node->position;
            diagnostics.append(problem);
            continue;
        }
        const QByteArray name = node->argument(0).toByteArray();
        proxy.setHeaders.push_back({name, headerId(name), std::move(*value)});
        proxy.setFieldIds |= quint64(1) << quint8(proxy.setHeaders.back().id);
    }
}

} // namespace portlight
