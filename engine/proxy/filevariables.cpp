// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/filevariables.h"

#include "proxy/filehandler.h"

#include <cerrno>
#include <cstdlib>

namespace portlight {

namespace {

bool appendRealpath(Exchange &exchange, WireBuffer &out)
{
    const QByteArray root = fileBaseOf(exchange).path;
    char *real = ::realpath(root.constData(), nullptr);
    if (!real) {
        exchange.logError(LogLevel::Crit, FileFailure{errno, "realpath()"}.logText(root));
        return false;
    }
    out.append(QByteArrayView(real));
    std::free(real);
    return true;
}

bool appendFilename(Exchange &exchange, WireBuffer &out)
{
    const auto mapped = mappedPathOf(exchange);
    if (mapped)
        out.append(mapped->path);
    return mapped.has_value();
}

} // namespace

std::optional<bool> appendFileVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    const BodyStore &body = exchange.bodyStore();
    switch (id) {
    case VariableId::DocumentRoot: out.append(fileBaseOf(exchange).path); return true;
    case VariableId::RealpathRoot: return appendRealpath(exchange, out);
    case VariableId::RequestFilename: return appendFilename(exchange, out);
    case VariableId::RequestBody: return body.size() > 0 && body.appendTo(out);
    case VariableId::RequestBodyFile: out.append(body.filePath()); return !body.filePath().isEmpty();
    default: return std::nullopt;
    }
}

} // namespace portlight
