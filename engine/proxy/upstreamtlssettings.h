// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/shared.h"
#include "net/tlsclientsettings.h"
#include "proxy/template.h"

namespace portlight {

// proxy_ssl_… as they stand for one level. What makes nginx give a level an SSL_CTX of its own is in `context`; the
// rest is asked for with each connection.
struct UpstreamTlsSettings {
    Shared<TlsClientSettings> context;
    Template name;
    bool serverName = false;
    Template certificate;       // without variables the context has it
    QByteArray certificateText; // as written
    TextPosition certificateAt;
    Template certificateKey;
    TextPosition certificateKeyAt;
    bool hasCertificateKey = false;

    // Variables name the files: they are read with each connection.
    bool certificateVaries() const
    {
        return !certificate.isEmptyLiteral() && (!certificate.isLiteral() || !certificateKey.isLiteral());
    }
};

} // namespace portlight
