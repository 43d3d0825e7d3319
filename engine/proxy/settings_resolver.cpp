// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of ngx_http_core_module about looking names up.
#include "config/resolverdirective.h"
#include "net/hostlookup.h"
#include "proxy/settersupport.h"

namespace portlight {

namespace {

Result<void> setResolver(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    return storeSetting(level.resolver.edit().config, compileResolver(node));
}

constexpr SetterRow Rows[] = {
    {"resolver", setResolver},
    {"resolver_timeout", PORTLIGHT_SET(resolver, timeout, durationOf(node))},
};

} // namespace

Result<std::shared_ptr<const ResolverConfig>> compileResolver(const ConfigNode &node)
{
    const auto parsed = parseResolver(node);
    if (!parsed)
        return parsed.error();
    auto config = std::make_shared<ResolverConfig>();
    config->valid = parsed->valid;
    config->ipv4 = parsed->ipv4;
    config->ipv6 = parsed->ipv6;
    for (const ResolverText::Server &server : parsed->servers) {
        const auto addresses = lookUpHost(server.address.host, server.address.port);
        if (addresses.empty())
            return Error{ErrorCode::HostNotFound,
                         QStringLiteral("host not found in resolver \"%1\"")
                             .arg(QString::fromUtf8(node.argument(server.argument))),
                         {},
                         QStringLiteral("check the spelling, or write the server's address")};
        config->servers.insert(config->servers.end(), addresses.begin(), addresses.end());
    }
    return std::shared_ptr<const ResolverConfig>(std::move(config));
}

std::span<const SetterRow> resolverSetters()
{
    return Rows;
}

} // namespace portlight
