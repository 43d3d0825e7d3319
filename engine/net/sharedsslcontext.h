// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/qtsslcontext.h"
#include "net/tlsclientcontext.h"

#include <QHash>

class QSslConfiguration;

namespace portlight {

// One SSL_CTX for all the sockets of a TlsClientContext, and the sessions to resume. QSslSocket makes one for each
// socket, which costs a millisecond and never resumes. Where they cannot be shared (canShareSslContexts) each socket
// has its own, and is given its session the public way. Engine thread; shared by the configuration that runs and by its
// streams.
class SharedSslContext final : public std::enable_shared_from_this<SharedSslContext>
{
public:
    static constexpr qsizetype SessionsMax = 1024; // beyond it all are forgotten
    enum class Sharing : quint8 { WherePossible, Never };

    explicit SharedSslContext(std::shared_ptr<const TlsClientContext> settings,
                              Sharing sharing = Sharing::WherePossible);
    ~SharedSslContext();

    const TlsClientContext &settings() const { return *m_settings; }
    // Begins the handshake on a connected socket. `serverName` goes out as SNI when it is not empty; `sessionKey` names
    // whom a session may be resumed with: the peer and the name it is asked by. The connection belongs to the socket.
    // An error is ours: settings that this Qt or OpenSSL will not take.
    Result<SSL *> startClient(QSslSocket &socket, const QByteArray &serverName, const QByteArray &sessionKey);
    qsizetype sessionCount() const { return m_sessions.size(); }

private:
    struct Link;
    static int sessionCame(SSL *connection, SSL_SESSION *session);
    static int prepareHello(const SSL *connection, const SSL_CTX *context, int operation, int bits, int id, void *other,
                            void *shared);

    Result<void> prepare();
    QSslConfiguration configuration(const QByteArray &serverName, const QByteArray &sessionKey) const;

    std::shared_ptr<const TlsClientContext> m_settings;
    std::shared_ptr<QSslContext> m_context; // null: not made yet, or never
    bool m_shares;
    decltype(SSL_CTX_get_security_callback(nullptr)) m_defaultSecurity = nullptr;
    QHash<QByteArray, std::shared_ptr<SSL_SESSION>> m_sessions;
};

} // namespace portlight
