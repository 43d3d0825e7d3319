// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace portlight {

// What a request's path means once it is decoded (ngx_http_parse_complex_uri).
struct NormalizedPath {
    bool valid = false;   // false: a broken escape, a zero byte, or ".." above the root: 400
    bool changed = false; // differs from what was written
    bool quoted = false;  // held percent escapes
};

// Decodes percent escapes, resolves "." and "..", merges slashes (when asked), drops a fragment. The result is appended
// to `out`. `path` is the target without its query and begins with '/'.
NormalizedPath normalizePath(QByteArrayView path, bool mergeSlashes, QByteArray &out);

// Escapes what may not stand in a URI path, as nginx does when it passes a changed URI on (NGX_ESCAPE_URI).
void appendEscapedUri(QByteArray &out, QByteArrayView path);

// Percent escapes decoded as ngx_unescape_uri does: of a broken escape what can be kept is kept.
QByteArray unescapedUri(QByteArrayView text);

// A URI that a backend or a module names, taken apart and decoded (ngx_http_parse_unsafe_uri). Nothing: it is empty,
// holds a zero byte or leads above its root.
struct UnsafeUri {
    QByteArray path;
    QByteArray args;
};
std::optional<UnsafeUri> parseUnsafeUri(QByteArrayView uri);

} // namespace portlight
