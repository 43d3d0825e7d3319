// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/dialoptions.h"
#include "net/tlspeer.h"
#include "proxy/proxycontext.h"
#include "proxy/proxysettings.h"

namespace portlight {

// What one exchange asks of one proxy_pass: where to, with which method and body. Redirected inside, an exchange may
// have several, one after another.
struct ProxyJob {
    const ProxyPass *pass = nullptr;
    ProxyTarget evaluated; // of a URL with variables
    UpstreamGroup *group = nullptr;
    std::shared_ptr<AddressGroup> address; // keeps a group of one address alive
    std::optional<TlsPeer> tls;            // of https
    QByteArray method;
    QByteArray body;           // of proxy_set_body
    bool replacesBody = false; // by `body`, or by nothing
    DialOptions dial;

    const ProxyTarget &target() const { return pass->upstream ? pass->target : evaluated; }
    // The URL's path is sent as it is, whatever the request's own is.
    bool replacesUri() const { return !pass->upstream && evaluated.hasUri; }
};

} // namespace portlight
