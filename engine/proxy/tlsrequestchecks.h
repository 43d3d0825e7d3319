// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

namespace portlight {

class Downstream;
struct ServerConfig;

// Why a request is refused for what its TLS connection has shown, in nginx's words.
struct TlsRefusal {
    int status;
    QByteArray logText; // at level info
};

// A server that verifies its clients takes none that shook hands under another name (ngx_http_set_virtual_server).
// `asked`: the server of the request's Host, which is `host` in lower case, empty without one.
std::optional<TlsRefusal> refusalOfName(const ServerConfig &asked, QByteArrayView host, const Downstream &downstream);
// The verdict on the client's certificate, which the handshake left to us (ngx_http_process_request). A session that
// is refused is not resumed.
std::optional<TlsRefusal> refusalOfCertificate(const ServerConfig &server, const Downstream &downstream);

} // namespace portlight
