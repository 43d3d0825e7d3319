// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/opensslhandles.h"
#include "support/scriptedorigin.h"
#include "support/testauthority.h"

#include <functional>

namespace portlight::testing {

// One TLS connection in the hands of a TLS backend's script; calls wait, as those of RawPeer.
class TlsOriginPeer
{
public:
    TlsOriginPeer(SSL_CTX *context, RawPeer &peer);
    ~TlsOriginPeer();
    Q_DISABLE_COPY_MOVE(TlsOriginPeer)

    bool handshake();
    bool send(QByteArrayView bytes);
    // False when the other side ended, or nothing comes.
    bool readSome();
    bool readUntil(QByteArrayView part);
    const QByteArray &received() const { return m_received; }
    QByteArray take() { return std::exchange(m_received, {}); }
    void sendCloseNotify();
    bool isResumed() const { return SSL_session_reused(m_connection) == 1; }
    QByteArray serverName() const; // the client's SNI
    QByteArray protocol() const { return SSL_get_version(m_connection); }
    QByteArray cipher() const { return SSL_get_cipher_name(m_connection); }
    QByteArray clientSubject() const; // of its certificate: "/CN=name"; empty: none came
    RawPeer &raw() { return m_peer; }

private:
    RawPeer &m_peer;
    SSL *m_connection;
    QByteArray m_received;
};

struct TlsOriginOptions {
    CertificateFiles files; // may hold a chain
    QByteArray clientCa;    // clients must show a certificate of it
    int versionMin = 0;
    int versionMax = 0;
    QByteArray ciphers;
};

// A backend that speaks TLS. Each connection has a thread of its own.
class TlsOrigin
{
public:
    using Script = std::function<void(TlsOriginPeer &)>;

    explicit TlsOrigin(const TlsOriginOptions &options, const QByteArray &host = "127.0.0.1");

    quint16 port() const { return m_origin.port(); }
    QByteArray url() const;
    // Runs the script on each connection whose handshake succeeded.
    void serve(Script script);
    // Answers every request (without a body) with these bytes, or with what the function says.
    void answer(const QByteArray &response);
    void answerWith(std::function<QByteArray(TlsOriginPeer &)> response);
    int connections() const { return m_origin.connections(); }
    int handshakes() const { return m_handshakes; }
    int resumed() const { return m_resumed; }

private:
    TlsContextHandle m_context;
    std::atomic<int> m_handshakes{0};
    std::atomic<int> m_resumed{0};
    ScriptedOrigin m_origin; // ends first: its threads use the rest
};

} // namespace portlight::testing
