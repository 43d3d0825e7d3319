// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"

namespace portlight {

// What nginx's rewriting does to percent escapes.

// Escapes what may not stand in arguments (ngx_escape_uri with NGX_ESCAPE_ARGS).
void appendEscapedArgs(WireBuffer &out, QByteArrayView text);
// Decodes escapes of printable characters behind '%', up to the first '?' (ngx_unescape_uri, NGX_UNESCAPE_REDIRECT).
void appendUnescapedRedirect(WireBuffer &out, QByteArrayView text);

} // namespace portlight
