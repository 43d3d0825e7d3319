// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/socketaddress.h"

#include <vector>

namespace portlight {

// The addresses that the system knows for a name, as nginx looks them up while it reads a configuration
// (ngx_inet_resolve_host): hosts file, name service. Waits for the answer: for workers, never for the engine's thread.
// Empty: none.
std::vector<SocketAddress> lookUpHost(const QByteArray &host, quint16 port);

} // namespace portlight
