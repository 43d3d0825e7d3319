// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>

namespace portlight {

// Which media type a name's extension stands for: the `types` of nginx. A value; immutable once compiled.
class MediaTypes
{
public:
    static constexpr qsizetype ExtensionBytesMax = 64; // longer ones have no type

    // What nginx knows without a `types` block: html, gif and jpg.
    static MediaTypes builtIn();

    // Gives an extension, in any case, a type. Returns the one it had before, else an empty text.
    QByteArray insert(QByteArrayView extension, const QByteArray &type);
    bool isEmpty() const { return m_types.isEmpty(); }
    qsizetype size() const { return m_types.size(); }
    // The type of an extension in any case; a null view when there is none. Valid as long as the table.
    QByteArrayView find(QByteArrayView extension) const;
    // The type for a URI, or `fallback`: ngx_http_set_content_type.
    QByteArrayView forUri(QByteArrayView uri, QByteArrayView fallback) const;

private:
    QHash<QByteArray, QByteArray> m_types; // by lower-case extension
};

// What stands behind the last dot of the URI's last segment; empty without one, and where the dot begins the segment.
// ngx_http_set_exten.
QByteArrayView uriExtension(QByteArrayView uri);

} // namespace portlight
