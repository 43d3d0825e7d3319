// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/qtsslcontext.h"
#include "net/tlsservercontext.h"

namespace portlight {

// One SSL_CTX for all connections of a TlsServerContext, with its session cache and ticket keys: as nginx has one for
// each server. Where they cannot be shared (canShareSslContexts) each socket has its own and nothing is resumed. Engine
// thread; shared by the configuration that runs and by its streams.
class SharedServerContext
{
public:
    enum class Sharing : quint8 { WherePossible, Never };

    explicit SharedServerContext(std::shared_ptr<const TlsServerContext> settings,
                                 Sharing sharing = Sharing::WherePossible);
    ~SharedServerContext();

    const TlsServerContext &settings() const { return *m_settings; }
    // Begins to listen for the ClientHello on a connected socket; nothing has been read when this returns. The
    // connection belongs to the socket. An error is ours: settings that this Qt or OpenSSL will not take.
    Result<SSL *> startServer(QSslSocket &socket);
    // A connection without a QSslSocket, the caller's to free; of an SSL_CTX that Qt has no part in.
    Result<SSL *> newConnection();

private:
    Result<void> prepare();
    Result<void> prepareOwn();
    Result<void> adopt(SSL *connection);

    std::shared_ptr<const TlsServerContext> m_settings;
    std::shared_ptr<QSslContext> m_context; // null: not made yet, or never
    TlsContextHandle m_own; // of newConnection(); without sharing its settings are given to each socket's connection
    bool m_shares;
};

} // namespace portlight
