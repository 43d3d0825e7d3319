// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/geovariable.h"

#include "proxy/compiledconfig.h"
#include "proxy/exchange.h"
#include "proxy/geotable.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

IpAddress addressOf(const SocketAddress &address)
{
    switch (address.family()) {
    case AF_INET:
        return IpAddress::inet(
            reinterpret_cast<const quint8 *>(&reinterpret_cast<const sockaddr_in *>(address.raw())->sin_addr));
    case AF_INET6:
        return IpAddress::inet6(
            reinterpret_cast<const quint8 *>(&reinterpret_cast<const sockaddr_in6 *>(address.raw())->sin6_addr));
    default: return {};
    }
}

class GeoVariable final : public ComputedVariable
{
public:
    bool evaluate(Exchange &exchange, WireBuffer &out) const override
    {
        out.append(table.find(address(exchange)));
        return true;
    }
    bool isVolatile() const override { return changes; }

    std::optional<VariableRef> source; // none: the client's own address
    GeoTable table;
    std::vector<Cidr> proxies;
    bool recursive = false;
    bool changes = false;

private:
    // ngx_http_geo_addr
    IpAddress address(Exchange &exchange) const
    {
        IpAddress result = addressOf(exchange.downstream().clientAddress());
        if (source) {
            WireBuffer text;
            appendVariable(*source, exchange, text);
            const auto parsed = IpAddress::parse(text.view());
            if (!parsed)
                return {};
            result = *parsed;
        }
        if (proxies.empty())
            return result;
        std::vector<QByteArrayView> fields;
        for (const HeaderField &field : exchange.request().fields) {
            if (field.id == HeaderId::XForwardedFor)
                fields.push_back(exchange.requestText(field.value));
        }
        return forwardedAddress(result, fields, proxies, recursive);
    }
};

Result<void> addProxy(QByteArrayView network, GeoVariable &geo)
{
    const Result<Cidr> cidr = parseCidr(network);
    if (!cidr)
        return Error{ErrorCode::InvalidValue,
                     u"invalid network \"%1\""_s.arg(QString::fromUtf8(network)),
                     {},
                     cidr.error().hint};
    geo.proxies.push_back(*cidr);
    return {};
}

// One line of the block (ngx_http_geo); the error is nginx's.
Result<void> takeEntry(const ConfigNode &entry, GeoVariable &geo)
{
    if (entry.arguments.empty()) {
        if (entry.name == "ranges")
            return geo.table.useRanges();
        if (entry.name == "proxy_recursive") {
            geo.recursive = true;
            return {};
        }
        if (entry.name == "volatile") {
            geo.changes = true;
            return {};
        }
    }
    if (entry.arguments.size() != 1)
        return Error{ErrorCode::InvalidValue, u"invalid number of the geo parameters"_s, {}, {}};
    if (entry.name == "proxy")
        return addProxy(entry.argument(0), geo);
    if (entry.name == "delete")
        return geo.table.remove(entry.argument(0));
    if (entry.name == "default") {
        geo.table.setDefault(entry.argument(0).toByteArray());
        return {};
    }
    return geo.table.add(entry.name, entry.argument(0).toByteArray());
}

void warn(const QStringList &texts, const TextPosition &where, CompileScope &scope)
{
    for (const QString &text : texts) {
        Diagnostic warning = Diagnostic::fromError({ErrorCode::InvalidValue, text, where, {}});
        warning.severity = Severity::Warning;
        scope.diagnostics.append(warning);
    }
}

} // namespace

void compileGeo(const ConfigNode &block, CompileScope &scope)
{
    auto owned = std::make_unique<GeoVariable>();
    GeoVariable &geo = *owned;
    scope.config.variables.push_back(std::move(owned));
    scope.variables.setPlace(block.position);
    for (const ConfigArgument &argument : block.arguments) {
        if (!argument.value.startsWith('$'))
            return scope.report(
                {ErrorCode::InvalidValue, u"invalid variable name \"%1\""_s.arg(QString::fromUtf8(argument.value))},
                block.position);
    }
    if (block.arguments.size() > 1)
        geo.source = scope.variables.find(block.argument(0).sliced(1));
    const QByteArrayView name = block.argument(block.arguments.size() - 1);
    if (const auto defined = scope.variables.defineComputed(name.sliced(1), &geo); !defined)
        return scope.report(defined.error(), block.position);
    for (const ConfigNode &entry : block.children) {
        if (entry.isComment())
            continue;
        if (const auto taken = takeEntry(entry, geo); !taken)
            scope.report(taken.error(), entry.position);
        warn(geo.table.takeWarnings(), entry.position, scope);
    }
    geo.table.finish();
}

} // namespace portlight
