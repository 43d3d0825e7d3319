// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/tlsservercontext.h"

namespace portlight::testing {

// A client of a TlsDialogue, as far as a test has wishes.
struct TlsDialogueClient {
    QByteArray serverName; // SNI
    int protocol = 0;      // TLS1_2_VERSION; 0: what OpenSSL likes best
    QByteArray ciphers;    // up to TLS 1.2
    QByteArray groups;
    QByteArray signatures; // "ECDSA+SHA256"
    QByteArray alpn;       // in wire form
    QByteArray certificate;
    QByteArray key;
    SSL_SESSION *session = nullptr; // to be resumed
};

// One handshake between a server made from a TlsServerContext and a client, in memory.
class TlsDialogue
{
public:
    TlsDialogue(SSL_CTX *server, const TlsDialogueClient &client);
    ~TlsDialogue();
    Q_DISABLE_COPY_MOVE(TlsDialogue)

    bool ok() const { return m_ok; }
    SSL *server() const { return m_server.get(); }
    SSL *client() const { return m_client.get(); }
    // What the server's side said went wrong: "no shared cipher".
    const QByteArray &serverError() const { return m_serverError; }
    // The alert that the client got: "unrecognized name"; empty: none.
    const QByteArray &alert() const { return m_alert; }
    // The client's session, with the tickets that came; null: none can be resumed.
    TlsSessionHandle session();

private:
    bool step(SSL *side, QByteArray &error);

    using Connection = std::unique_ptr<SSL, OpenSslDelete<SSL_free>>;
    TlsContextHandle m_clientContext;
    Connection m_server;
    Connection m_client;
    QByteArray m_serverError;
    QByteArray m_clientError;
    QByteArray m_alert;
    bool m_ok = false;
};

// An SSL_CTX with everything of that context in it; what is wrong ends the test.
TlsContextHandle serverContextOf(const TlsServerContext &context);

} // namespace portlight::testing
