// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"

namespace portlight {

// Appends `value` as log_format's escape=default writes it: '"', '\', DEL and everything outside printable ASCII as
// "\xXX" (ngx_http_log_escape).
void appendLogEscaped(QByteArrayView value, WireBuffer &out);
// As escape=json does: what a JSON string cannot hold as it is; bytes above 0x7f stay (ngx_escape_json).
void appendJsonEscaped(QByteArrayView value, WireBuffer &out);

} // namespace portlight
