// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

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

} // namespace portlight
