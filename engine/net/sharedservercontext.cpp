// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/sharedservercontext.h"

#include <openssl/err.h>

#include <QSslConfiguration>
#include <QSslSocket>

#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// A bare one: everything else is put into the SSL_CTX itself.
QSslConfiguration bareConfiguration()
{
    QSslConfiguration configuration;
    configuration.setCaCertificates({}); // the system's list costs 16 ms a context
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setProtocol(QSsl::AnyProtocol);
    configuration.setSslOption(QSsl::SslOptionDisableSessionSharing, true);
    return configuration;
}

} // namespace

SharedServerContext::SharedServerContext(std::shared_ptr<const TlsServerContext> settings, Sharing sharing)
    : m_settings(std::move(settings))
    , m_shares(sharing == Sharing::WherePossible && canShareSslContexts())
{}

SharedServerContext::~SharedServerContext() = default;

Result<void> SharedServerContext::prepareOwn()
{
    m_own.reset(SSL_CTX_new(TLS_server_method()));
    if (!m_own)
        return openSslError(u"SSL_CTX_new() failed"_s);
    const Result<void> applied = m_settings->applyTo(m_own.get());
    if (!applied)
        m_own.reset();
    return applied;
}

Result<SSL *> SharedServerContext::newConnection()
{
    if (!m_own) {
        if (const Result<void> prepared = prepareOwn(); !prepared)
            return prepared.error();
    }
    SSL *const connection = SSL_new(m_own.get());
    if (!connection)
        return openSslError(u"SSL_new() failed"_s);
    return connection;
}

// Makes the SSL_CTX: Qt does it with the first socket that begins a handshake, so one begins that nobody speaks to.
Result<void> SharedServerContext::prepare()
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error{ErrorCode::SocketFailed, u"socketpair() failed"_s, {}, {}};
    SslBirth birth;
    Result<void> applied;
    {
        QSslSocket seed;
        seed.setSslConfiguration(bareConfiguration());
        seed.setSocketDescriptor(ends[0], QAbstractSocket::ConnectedState);
        seed.startServerEncryption();
        m_context = sslContextOf(seed);
        if (birth.connection())
            applied = m_settings->applyTo(SSL_get_SSL_CTX(birth.connection()));
        seed.abort();
    }
    close(ends[1]);
    if (applied && (!m_context || !birth.connection()))
        applied = Error{
            ErrorCode::SocketFailed, u"Qt gives no TLS connections of the OpenSSL that this program uses"_s, {}, {}};
    if (!applied)
        m_context.reset();
    return applied;
}

// As nginx's server name callback gives a connection the SSL_CTX of another server (ngx_http_ssl_servername).
Result<void> SharedServerContext::adopt(SSL *connection)
{
    SSL_CTX *const own = m_own.get();
    if (!SSL_set_SSL_CTX(connection, own))
        return openSslError(u"SSL_set_SSL_CTX() failed"_s);
    SSL_set_verify(connection, SSL_CTX_get_verify_mode(own), SSL_CTX_get_verify_callback(own));
    SSL_set_verify_depth(connection, SSL_CTX_get_verify_depth(own));
    SSL_set_min_proto_version(connection, int(SSL_CTX_get_min_proto_version(own)));
    SSL_set_max_proto_version(connection, int(SSL_CTX_get_max_proto_version(own)));
    SSL_clear_options(connection, SSL_get_options(connection) & ~SSL_CTX_get_options(own));
    SSL_set_options(connection, SSL_CTX_get_options(own));
    SSL_set_options(connection, SSL_OP_NO_RENEGOTIATION);
    return {};
}

Result<SSL *> SharedServerContext::startServer(QSslSocket &socket)
{
    if (m_shares ? !m_context : !m_own) {
        if (const Result<void> prepared = m_shares ? prepare() : prepareOwn(); !prepared)
            return prepared.error();
    }
    static const QSslConfiguration bare = bareConfiguration();
    socket.setSslConfiguration(bare);
    if (m_shares)
        useSslContext(socket, m_context);
    SslBirth birth;
    socket.startServerEncryption();
    if (!birth.connection())
        return Error{ErrorCode::SocketFailed, socket.errorString(), {}, {}};
    if (!m_shares) {
        if (const Result<void> adopted = adopt(birth.connection()); !adopted)
            return adopted.error();
    }
    return birth.connection();
}

} // namespace portlight
