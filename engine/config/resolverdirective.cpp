// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/resolverdirective.h"

#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

TextPosition placeOf(const ConfigNode &node, size_t index)
{
    const ConfigArgument &argument = node.arguments[index];
    return argument.line > 0 ? TextPosition{node.position.file, argument.line, argument.column} : node.position;
}

Error invalid(const ConfigNode &node, size_t index, const QString &hint)
{
    return {ErrorCode::InvalidValue, u"invalid parameter: %1"_s.arg(QString::fromUtf8(node.argument(index))),
            placeOf(node, index), hint};
}

Result<void> takeParameter(ResolverText &resolver, const ConfigNode &node, size_t index)
{
    const QByteArrayView word = node.argument(index);
    if (word.startsWith("valid=")) {
        const auto valid = parseSeconds(word.sliced(6));
        if (!valid)
            return invalid(node, index, u"a time in seconds, such as valid=30s"_s);
        resolver.valid = *valid;
        return {};
    }
    const auto flag = parseFlag(word.sliced(5));
    if (!flag || word.last(word.size() - 5) != (*flag ? "on" : "off"))
        return invalid(node, index, u"on or off"_s);
    (word.startsWith("ipv4=") ? resolver.ipv4 : resolver.ipv6) = *flag;
    return {};
}

Result<void> takeServer(ResolverText &resolver, const ConfigNode &node, size_t index)
{
    const QByteArrayView word = node.argument(index);
    auto address = word.startsWith("unix:")
                       ? Result<HostAndPort>(Error{ErrorCode::InvalidValue, u"invalid host"_s, {}, {}})
                       : parseHostAndPort(word);
    if (!address)
        return Error{ErrorCode::InvalidValue,
                     u"%1 in resolver \"%2\""_s.arg(address.error().message, QString::fromUtf8(word)),
                     placeOf(node, index), u"name the server's address, such as 127.0.0.53 or 127.0.0.1:5353"_s};
    if (!address->hasPort)
        address->port = ResolverText::DefaultPort;
    resolver.servers.push_back({*address, index});
    return {};
}

} // namespace

Result<ResolverText> parseResolver(const ConfigNode &node)
{
    ResolverText resolver;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        Result<void> taken;
        if (word.startsWith("status_zone="))
            resolver.statusZone = i;
        else if (word.startsWith("valid=") || word.startsWith("ipv4=") || word.startsWith("ipv6="))
            taken = takeParameter(resolver, node, i);
        else
            taken = takeServer(resolver, node, i);
        if (!taken)
            return taken.error();
    }
    if (!resolver.ipv4 && !resolver.ipv6)
        return Error{ErrorCode::InvalidValue, u"\"ipv4\" and \"ipv6\" cannot both be \"off\""_s, node.position, {}};
    if (resolver.servers.empty())
        return Error{ErrorCode::InvalidValue, u"no name servers defined"_s, node.position,
                     u"name one, such as 127.0.0.53"_s};
    return resolver;
}

} // namespace portlight
