// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace portlight {

// Where a location's files are: root or alias, its variables already evaluated.
struct FileBase {
    enum class Kind : quint8 {
        Root,       // the whole URI behind the path
        Alias,      // what stands behind the location's prefix
        RegexAlias, // in a regex location: the path alone, unless try_files found a URI for it
    };
    Kind kind = Kind::Root;
    QByteArray path;             // absolute; a root without its last slash
    qsizetype prefixBytes = 0;   // of the location, for Alias
    bool addsUriToAlias = false; // of RegexAlias: try_files found a URI

    // How much of a URI is not repeated behind the path.
    qsizetype droppedBytes() const { return kind == Kind::Alias ? prefixBytes : 0; }
};

// A file's name, and how much of it is the base.
struct MappedPath {
    QByteArray path;
    qsizetype rootBytes = 0;

    QByteArrayView behindRoot() const { return QByteArrayView(path).sliced(rootBytes); }
    // False when the part behind the root climbs above it, or holds a NUL, which would end the name early. A
    // normalized URI does neither; variables and an alias that ends with a slash behind a prefix that does not can.
    bool staysInside() const;
};

// ngx_http_map_uri_to_path. `uri` has the location's prefix.
MappedPath mapUriToPath(const FileBase &base, QByteArrayView uri);

// `path` behind `prefix` when it is relative: ngx_get_full_name. `prefix` ends with a slash.
QByteArray fullPath(const QByteArray &prefix, const QByteArray &path);

} // namespace portlight
