// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/router.h"

namespace portlight {

LocationChoice findLocation(const ServerConfig &server, QByteArrayView uri)
{
    const LocationConfig *prefix = nullptr;
    const LocationConfig *redirect = nullptr;
    for (const auto &location : server.root->locations) {
        const QByteArray &path = location->path;
        if (location->kind == LocationConfig::Kind::Exact) {
            if (uri == path)
                return {location.get()};
            continue;
        }
        if (location->autoSlash && path.size() == uri.size() + 1 && path.startsWith(uri))
            redirect = location.get();
        if (uri.startsWith(path) && (!prefix || prefix->path.size() < path.size()))
            prefix = location.get();
    }
    if (redirect && (!prefix || prefix->path.size() < uri.size()))
        return {redirect, true};
    return {prefix ? prefix : server.root.get()};
}

const LocationConfig *findNamedLocation(const ServerConfig &server, QByteArrayView name)
{
    for (const auto &location : server.root->locations) {
        if (location->kind == LocationConfig::Kind::Named && location->path == name)
            return location.get();
    }
    return nullptr;
}

QString LocationChoice::reason(const ServerConfig &server) const
{
    if (slashRedirect)
        return QStringLiteral("the URI lacks the slash of this proxied location: redirected");
    if (location == server.root.get())
        return QStringLiteral("no location matches");
    if (location->kind == LocationConfig::Kind::Exact)
        return QStringLiteral("exact match");
    return server.root->locations.size() == 1
               ? QStringLiteral("the only location")
               : QStringLiteral("longest matching prefix of %1 locations").arg(server.root->locations.size());
}

QByteArrayView typeForUri(QByteArrayView uri, const QByteArray &defaultType)
{
    const qsizetype dot = uri.lastIndexOf('.');
    if (dot > uri.lastIndexOf('/') + 1) { // a hidden file has no extension
        const QByteArray extension = uri.sliced(dot + 1).toByteArray().toLower();
        if (extension == "html")
            return "text/html";
        if (extension == "gif")
            return "image/gif";
        if (extension == "jpg")
            return "image/jpeg";
    }
    return defaultType;
}

} // namespace portlight
