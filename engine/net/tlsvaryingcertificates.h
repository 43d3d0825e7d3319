// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "pki/opensslhandles.h"

#include <QByteArray>

#include <functional>
#include <memory>
#include <vector>

namespace portlight {

// Certificates whose names have variables: asked for, and read, while a connection shakes hands
// (ngx_http_ssl_certificate).
struct TlsVaryingCertificates {
    struct Names {
        QByteArray certificate; // full path, or "data:" and the text
        QByteArray key;
    };
    // For a connection whose ClientHello is known. The error goes into OpenSSL's own.
    using Ask = std::function<Result<std::vector<Names>>(const ssl_st *connection)>;

    Ask names;
    QByteArray text;                   // as written, to tell one from another
    std::vector<QByteArray> passwords; // for keys to be tried with
};

// Null: none, and what was set before is taken back.
void applyTlsVaryingCertificates(SSL_CTX *context, const std::shared_ptr<const TlsVaryingCertificates> &certificates);

} // namespace portlight
