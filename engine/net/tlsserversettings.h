// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/tlsclientsettings.h"
#include "net/tlsvaryingcertificates.h"

#include <chrono>

namespace portlight {

enum class ClientVerify : quint8 { Off, On, Optional, OptionalNoCa };

// A certificate and its key: ssl_certificate and ssl_certificate_key come in pairs, one for each kind of key.
struct TlsCertificateSetting {
    TlsFileSetting certificate;
    TlsFileSetting key;
};

// ssl_session_cache (ngx_ssl_session_cache): Off tells clients that sessions cannot be reused; None gives them ids and
// keeps nothing.
struct TlsSessionCache {
    enum class Kind : quint8 { Off, None, Kept };
    Kind kind = Kind::None;
    int sessionsMax = 0; // of Kept
};

// What one server says of TLS towards its clients: nginx's SSL_CTX of a server (ngx_http_ssl_merge_srv_conf).
struct TlsServerSettings {
    quint8 protocols = 0; // bits of TlsProtocol
    QByteArray ciphers;   // OpenSSL's expression
    TextPosition ciphersAt;
    bool preferServerCiphers = false;
    std::vector<TlsCertificateSetting> certificates;
    std::shared_ptr<const TlsVaryingCertificates> varying; // in their place: names with variables; null: none
    std::vector<QByteArray> passwords;                     // tried in turn; empty: no file of them
    TlsFileSetting passwordFile;
    bool localCertificate = false; // portlight_local_certificate: of this desk's own authority
    TextPosition localCertificateAt;
    TlsFileSetting dhParameters;
    QByteArray curves = QByteArrayLiteral("auto"); // or names separated by colons
    TextPosition curvesAt;
    TlsSessionCache sessionCache;
    std::chrono::seconds sessionTimeout{300};
    bool sessionTickets = true;
    std::vector<TlsFileSetting> ticketKeys;
    ClientVerify verifyClient = ClientVerify::Off;
    TextPosition verifyAt;
    int verifyDepth = 1;
    TlsFileSetting clientCertificate; // authorities whose names are sent to clients
    TlsFileSetting trustedCertificate;
    TlsFileSetting revocations;
    bool rejectHandshake = false;
    std::vector<TlsClientSettings::Command> commands;
    QByteArray prefix;              // where relative files of commands start
    qint64 bufferBytes = 16 * 1024; // the largest record that is sent, up to what TLS allows
    bool loadsAsOld = false;        // nginx before 1.27.2 had OpenSSL read the trusted files itself: other words
};

} // namespace portlight
