// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "net/tlspeer.h"

namespace portlight {

class Exchange;
struct UpstreamTlsSettings;

// Whom the backend of this exchange must prove to be, and how it is asked: proxy_ssl_name, proxy_ssl_server_name
// (ngx_http_upstream_ssl_name).
TlsPeer tlsPeerOf(Exchange &exchange);

// The same for whoever knows already what proxy_ssl_name is.
TlsPeer tlsPeerOf(const UpstreamTlsSettings &settings, std::shared_ptr<SharedSslContext> context,
                  const QByteArray &name);

// Reads certificate and key where variables name their files, for a connection that is about to be made
// (ngx_http_upstream_ssl_certificate). An error is in nginx's words.
Result<void> loadTlsFiles(TlsPeer &peer, Exchange &exchange);

} // namespace portlight
