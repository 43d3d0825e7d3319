// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <QByteArray>

#include <utility>
#include <vector>

namespace portlight {

enum class TlsProtocol : quint8 {
    Ssl2 = 1 << 0,
    Ssl3 = 1 << 1,
    Tls1 = 1 << 2,
    Tls11 = 1 << 3,
    Tls12 = 1 << 4,
    Tls13 = 1 << 5,
};

// A setting that names a file, and where it was written.
struct TlsFileSetting {
    QByteArray path; // full; empty: not set. A certificate or key may be "data:…" with the text itself
    TextPosition where;
};

// What one level of a configuration says of TLS towards its backends, as far as connections of all names share it
// (nginx's SSL_CTX of a level: ngx_http_proxy_set_ssl).
struct TlsClientSettings {
    quint8 protocols = 0; // bits of TlsProtocol
    QByteArray ciphers;   // OpenSSL's expression
    TextPosition ciphersAt;
    TlsFileSetting certificate;
    TlsFileSetting certificateKey;
    std::vector<QByteArray> passwords; // tried in turn; empty: no file of them
    bool verify = false;
    TextPosition verifyAt;
    int verifyDepth = 1;
    TlsFileSetting trustedCertificate;
    TlsFileSetting revocations;
    bool sessionReuse = true;
    struct Command { // SSL_CONF_cmd(3)
        QByteArray name;
        QByteArray value;
        TextPosition where;
    };
    std::vector<Command> commands;
    QByteArray prefix;       // where relative files of commands start
    bool loadsAsOld = false; // nginx before 1.27.2 had OpenSSL read the trusted files itself: other words
};

} // namespace portlight
