// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"
#include "proxy/downstream.h"

namespace portlight {

class Exchange;

// ngx_http_headers_filter_module: Expires and Cache-Control, the fields of add_header, and whether those of add_trailer
// are to follow the body. Values are kept by the exchange.
void addHeaders(Exchange &exchange, OutgoingHead &head);
// The lines of add_trailer, each with its end; for a head that hasTrailers.
void appendAddedTrailers(Exchange &exchange, const OutgoingHead &head, WireBuffer &out);

} // namespace portlight
