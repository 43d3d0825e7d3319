// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/directivetable.h"

#include "config/tablerow.h"

#include <QHash>

#include <cstring>

namespace portlight {

namespace {

std::vector<DirectiveSpec> joinedRows()
{
    std::vector<DirectiveSpec> all;
    for (const DirectiveModule &module : directiveModules())
        all.insert(all.end(), module.directives.begin(), module.directives.end());
    // Stable, so that of two meanings of a name the one of http comes before that of upstream.
    std::stable_sort(all.begin(), all.end(),
                     [](const DirectiveSpec &a, const DirectiveSpec &b) { return std::strcmp(a.name, b.name) < 0; });
    return all;
}

const std::vector<DirectiveSpec> &table()
{
    static const std::vector<DirectiveSpec> rows = joinedRows();
    return rows;
}

using NameIndex = QHash<QByteArrayView, const DirectiveSpec *>;

NameIndex indexByName()
{
    NameIndex index;
    for (const DirectiveSpec &spec : table()) {
        if (!index.contains(QByteArrayView(spec.name)))
            index.insert(QByteArrayView(spec.name), &spec);
    }
    return index;
}

} // namespace

std::span<const DirectiveModule> directiveModules()
{
    using namespace directivetable;
    static const DirectiveModule modules[] = {
        {"Core and events", coreRows()},
        {"HTTP core", httpRows()},
        {"Proxy", proxyRows()},
        {"Upstream groups", upstreamRows()},
        {"TLS, HTTP/2 and HTTP/3", tlsRows()},
        {"FastCGI", fastcgiRows()},
        {"SCGI", scgiRows()},
        {"uwsgi", uwsgiRows()},
        {"gRPC", grpcRows()},
        {"Access, limits and lookups", accessRows()},
        {"Headers and bodies of responses", filtersRows()},
        {"Content, rewriting and logs", contentRows()},
        {"Commercial, separate and removed modules", commercialRows()},
        {"Portlight's own", ownRows()},
    };
    return modules;
}

NginxVersion NginxVersion::fromString(QByteArrayView text)
{
    constexpr NginxVersion invalid = {0, 0, 0};
    const QList<QByteArray> parts = text.toByteArray().split('.');
    if (parts.size() < 2 || parts.size() > 3)
        return invalid;
    int numbers[3] = {0, 0, 0};
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const QByteArray &part = parts.at(i);
        const bool digits = !part.isEmpty() && part.size() <= 6
                            && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits)
            return invalid;
        numbers[i] = part.toInt();
    }
    return {numbers[0], numbers[1], numbers[2]};
}

QByteArray NginxVersion::toString() const
{
    return QByteArray::number(major) + '.' + QByteArray::number(minor) + '.' + QByteArray::number(patch);
}

const DirectiveSpec *findDirective(QByteArrayView name)
{
    static const NameIndex index = indexByName();
    return index.value(name, nullptr);
}

const DirectiveSpec *findDirective(QByteArrayView name, ConfigContext context)
{
    const DirectiveSpec *const first = findDirective(name);
    if (!first)
        return nullptr;
    const DirectiveSpec *const end = table().data() + table().size();
    for (const DirectiveSpec *spec = first; spec != end && name == QByteArrayView(spec->name); ++spec) {
        if (spec->contexts.testFlag(context))
            return spec;
    }
    return first;
}

std::span<const DirectiveSpec> allDirectives()
{
    return table();
}

QByteArray directiveDefault(QByteArrayView name, const NginxVersion &version)
{
    const DirectiveSpec *const spec = findDirective(name);
    Q_ASSERT(spec);
    const char *value = nullptr;
    for (const VersionedDefault &candidate : spec->defaults) {
        if (candidate.since <= version)
            value = candidate.value;
    }
    return QByteArray(value);
}

} // namespace portlight
