// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"

#include <optional>

struct ssl_st;

namespace portlight {

// The variables of ngx_http_ssl_module: $ssl_protocol, $ssl_client_s_dn and their like. They depend on nothing but the
// connection, so that they have values while a handshake goes on, too.

// `name` in lower case, without '$'; nothing: not one of these.
std::optional<quint16> tlsVariableIndex(QByteArrayView name);
// False: it has no value, as without TLS (null).
bool appendTlsVariable(quint16 index, const ssl_st *connection, WireBuffer &out);

} // namespace portlight
