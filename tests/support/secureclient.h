// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/opensslhandles.h"
#include "support/rawclient.h"

namespace portlight::testing {

struct SecureClientOptions {
    QByteArray serverName; // SNI
    int versionMin = 0;    // TLS1_2_VERSION
    int versionMax = 0;
    QByteArray alpn;       // in wire form
    QByteArray ciphers;    // up to TLS 1.2
    QByteArray signatures; // "ECDSA+SHA256"
    QByteArray certificate;
    QByteArray key;
    SSL_SESSION *session = nullptr; // to be resumed
    // How the handshake's bytes go out: 0: as they are; else so many at a time.
    int pieceBytes = 0;
};

// A client that speaks TLS, over a connection in a test's hands. Calls wait, as those of RawPeer.
class SecureClient
{
public:
    explicit SecureClient(quint16 port, const SecureClientOptions &options = {});
    ~SecureClient();
    Q_DISABLE_COPY_MOVE(SecureClient)

    bool handshake();
    bool isSecured() const { return m_secured; }
    // The alert that ended the handshake: "handshake failure"; empty: none came.
    const QByteArray &alert() const { return m_alert; }
    bool send(QByteArrayView bytes);
    bool readUntil(QByteArrayView part);
    bool readUntilEnd(); // a close_notify, or the connection's end
    QByteArray take() { return std::exchange(m_received, {}); }
    // Sends that request and reads its response, which says its length.
    RawMessage ask(QByteArrayView request);
    QByteArray subject() const; // of the server's certificate: "/CN=name"
    bool isResumed() const { return SSL_session_reused(m_connection) == 1; }
    QByteArray protocol() const { return SSL_get_version(m_connection); }
    QByteArray cipher() const { return SSL_get_cipher_name(m_connection); }
    TlsSessionHandle session() { return TlsSessionHandle(SSL_get1_session(m_connection)); }
    void closeNotify();
    RawClient &raw() { return m_raw; }

private:
    bool sendWritten();
    bool receive();
    bool readSome();

    RawClient m_raw;
    TlsContextHandle m_context;
    SSL *m_connection;
    BIO *m_in;
    BIO *m_out;
    QByteArray m_received;
    QByteArray m_alert;
    int m_pieceBytes;
    bool m_secured = false;
};

} // namespace portlight::testing
