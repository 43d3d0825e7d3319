// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/sharedsslcontext.h"

#include <QSslConfiguration>
#include <QSslSocket>

#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace portlight {

// What a connection knows of us.
struct SharedSslContext::Link final : public SslAttachment {
    Link(std::shared_ptr<SharedSslContext> context, QByteArray name, QByteArray key,
         std::shared_ptr<SSL_SESSION> offered)
        : owner(std::move(context))
        , serverName(std::move(name))
        , sessionKey(std::move(key))
        , session(std::move(offered))
    {}
    static Link *of(const SSL *connection) { return static_cast<Link *>(SslAttachment::of(connection)); }

    std::shared_ptr<SharedSslContext> owner;
    QByteArray serverName;
    QByteArray sessionKey;
    std::shared_ptr<SSL_SESSION> session; // to be offered in the ClientHello
};

SharedSslContext::SharedSslContext(std::shared_ptr<const TlsClientContext> settings, Sharing sharing)
    : m_settings(std::move(settings))
    , m_shares(sharing == Sharing::WherePossible && canShareSslContexts())
{}

SharedSslContext::~SharedSslContext() = default;

// Called by OpenSSL when a session may be resumed: at the handshake's end up to TLS 1.2, with each ticket in 1.3.
// 1: we keep it.
int SharedSslContext::sessionCame(SSL *connection, SSL_SESSION *session)
{
    const Link *const link = Link::of(connection);
    if (!link || link->sessionKey.isEmpty())
        return 0;
    auto &sessions = link->owner->m_sessions;
    if (sessions.size() >= SessionsMax && !sessions.contains(link->sessionKey))
        sessions.clear();
    sessions.insert(link->sessionKey, std::shared_ptr<SSL_SESSION>(session, SSL_SESSION_free));
    return 1;
}

// The one call of OpenSSL's between the making of a connection by QSslSocket and its ClientHello, which Qt writes in
// the same breath: it asks whether the protocol's version is secure enough. Session and SNI are set here.
int SharedSslContext::prepareHello(const SSL *connection, const SSL_CTX *context, int operation, int bits, int id,
                                   void *other, void *shared)
{
    Link *const link = connection && operation == SSL_SECOP_VERSION ? Link::of(connection) : nullptr;
    if (link && SSL_in_before(connection)) {
        SSL *const changed = const_cast<SSL *>(connection);
        if (const auto session = std::exchange(link->session, nullptr))
            SSL_set_session(changed, session.get());
        if (const QByteArray name = std::exchange(link->serverName, {}); !name.isEmpty())
            SSL_set_tlsext_host_name(changed, name.constData());
    }
    return static_cast<SharedSslContext *>(shared)->m_defaultSecurity(connection, context, operation, bits, id, other,
                                                                      nullptr);
}

// Sharing: a bare one, everything else is put into the SSL_CTX itself. Without: as much as can be said before the
// ClientHello. Qt's own verification stays off; the chain is verified by OpenSSL, and judged after the handshake.
QSslConfiguration SharedSslContext::configuration(const QByteArray &serverName, const QByteArray &sessionKey) const
{
    QSslConfiguration configuration;
    configuration.setCaCertificates({}); // the system's list costs 16 ms a context
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setProtocol(QSsl::AnyProtocol);
    configuration.setSslOption(QSsl::SslOptionDisableSessionSharing, true); // Qt would mix the peers' sessions
    configuration.setSslOption(QSsl::SslOptionDisableServerNameIndication, m_shares || serverName.isEmpty());
    if (m_shares)
        return configuration;
    const auto [lowest, highest] = m_settings->protocolRange();
    configuration.setBackendConfigurationOption("MinProtocol", lowest);
    configuration.setBackendConfigurationOption("MaxProtocol", highest);
    configuration.setBackendConfigurationOption("CipherString", m_settings->settings().ciphers);
    for (const TlsClientSettings::Command &command : m_settings->settings().commands)
        configuration.setBackendConfigurationOption(command.name, command.value);
    if (const auto session = m_sessions.value(sessionKey)) {
        QByteArray ticket(i2d_SSL_SESSION(session.get(), nullptr), Qt::Uninitialized);
        auto *end = reinterpret_cast<unsigned char *>(ticket.data());
        i2d_SSL_SESSION(session.get(), &end);
        configuration.setSslOption(QSsl::SslOptionDisableSessionPersistence, false);
        configuration.setSessionTicket(ticket);
    }
    return configuration;
}

// Makes the SSL_CTX: Qt does it with the first socket that begins a handshake, so one begins that nobody answers.
Result<void> SharedSslContext::prepare()
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error{ErrorCode::SocketFailed, u"socketpair() failed"_s, {}, {}};
    SslBirth birth;
    {
        QSslSocket seed;
        seed.setSslConfiguration(configuration({}, {}));
        seed.setSocketDescriptor(ends[0], QAbstractSocket::ConnectedState);
        seed.startClientEncryption();
        m_context = sslContextOf(seed);
        if (birth.connection()) {
            SSL_CTX *const context = SSL_get_SSL_CTX(birth.connection());
            if (const Result<void> applied = m_settings->applyTo(context); !applied) {
                m_context.reset();
                close(ends[1]);
                return applied;
            }
            m_defaultSecurity = SSL_CTX_get_security_callback(context);
            SSL_CTX_set0_security_ex_data(context, this);
            SSL_CTX_set_security_callback(context, prepareHello);
            SSL_CTX_sess_set_new_cb(context, sessionCame);
        }
        seed.abort();
    }
    close(ends[1]);
    if (!m_context || !birth.connection()) {
        m_context.reset();
        return Error{
            ErrorCode::SocketFailed, u"Qt gives no TLS connections of the OpenSSL that this program uses"_s, {}, {}};
    }
    return {};
}

Result<SSL *> SharedSslContext::startClient(QSslSocket &socket, const QByteArray &serverName,
                                            const QByteArray &sessionKey)
{
    if (m_shares && !m_context) {
        if (const Result<void> prepared = prepare(); !prepared)
            return prepared.error();
    }
    const bool reuse = m_settings->settings().sessionReuse;
    const QByteArray key = reuse ? sessionKey : QByteArray();
    socket.setSslConfiguration(configuration(serverName, key));
    if (m_shares)
        useSslContext(socket, m_context);
    else
        socket.setPeerVerifyName(QString::fromUtf8(serverName));
    SslBirth birth(
        std::make_unique<Link>(shared_from_this(), serverName, key, m_shares ? m_sessions.value(key) : nullptr));
    socket.startClientEncryption();
    if (!birth.connection())
        return Error{ErrorCode::SocketFailed, socket.errorString(), {}, {}};
    if (!m_shares) {
        if (const Result<void> applied = m_settings->applyTo(birth.connection()); !applied)
            return applied.error();
        SSL_CTX_sess_set_new_cb(SSL_get_SSL_CTX(birth.connection()), sessionCame);
    }
    return birth.connection();
}

} // namespace portlight
