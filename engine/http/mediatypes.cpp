// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/mediatypes.h"

using namespace Qt::StringLiterals;

namespace portlight {

MediaTypes MediaTypes::builtIn()
{
    MediaTypes types;
    types.insert("html", "text/html"_ba);
    types.insert("gif", "image/gif"_ba);
    types.insert("jpg", "image/jpeg"_ba);
    return types;
}

QByteArray MediaTypes::insert(QByteArrayView extension, const QByteArray &type)
{
    return std::exchange(m_types[extension.toByteArray().toLower()], type);
}

QByteArrayView MediaTypes::find(QByteArrayView extension) const
{
    if (extension.size() > ExtensionBytesMax)
        return {};
    char lower[ExtensionBytesMax];
    for (qsizetype i = 0; i < extension.size(); ++i)
        lower[i] = char(extension[i] >= 'A' && extension[i] <= 'Z' ? extension[i] | 0x20 : extension[i]);
    const auto found = m_types.constFind(QByteArray::fromRawData(lower, extension.size()));
    return found == m_types.constEnd() ? QByteArrayView() : QByteArrayView(*found);
}

QByteArrayView MediaTypes::forUri(QByteArrayView uri, QByteArrayView fallback) const
{
    const QByteArrayView extension = uriExtension(uri);
    const QByteArrayView type = extension.isEmpty() ? QByteArrayView() : find(extension);
    return type.isEmpty() ? fallback : type;
}

QByteArrayView uriExtension(QByteArrayView uri)
{
    const qsizetype dot = uri.lastIndexOf('.');
    return dot > uri.lastIndexOf('/') + 1 ? uri.sliced(dot + 1) : QByteArrayView();
}

} // namespace portlight
