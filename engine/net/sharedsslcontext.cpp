// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/sharedsslcontext.h"

#include <QSslConfiguration>
#include <QSslSocket>
// The only private header of Qt that is used anywhere; it needs the keyword that we do without.
#define emit Q_EMIT
#include <QtNetwork/private/qsslsocket_p.h>
#undef emit

#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

// What hangs on an SSL object from its birth to its end.
struct SharedSslContext::Link {
    std::shared_ptr<SharedSslContext> owner;
    QByteArray serverName;
    QByteArray sessionKey;
    std::shared_ptr<SSL_SESSION> session; // to be offered in the ClientHello
};

// QSslSocket tells nobody its SSL object. OpenSSL calls back for every one that is made: while this lives, the one made
// on this thread is told, and gets the link.
struct ConnectionBirth {
    explicit ConnectionBirth(std::unique_ptr<SharedSslContext::Link> newLink)
        : link(std::move(newLink))
    {
        current() = this;
    }
    ~ConnectionBirth() { current() = nullptr; }
    Q_DISABLE_COPY_MOVE(ConnectionBirth)

    static ConnectionBirth *&current()
    {
        thread_local ConnectionBirth *birth = nullptr; // OpenSSL's callback carries no context of a call
        return birth;
    }
    static void made(void *parent, void *, CRYPTO_EX_DATA *data, int index, long, void *)
    {
        ConnectionBirth *const birth = current();
        if (!birth || birth->connection)
            return;
        birth->connection = static_cast<SSL *>(parent);
        CRYPTO_set_ex_data(data, index, birth->link.release());
    }
    static void freed(void *, void *link, CRYPTO_EX_DATA *, int, long, void *)
    {
        delete static_cast<SharedSslContext::Link *>(link);
    }

    std::unique_ptr<SharedSslContext::Link> link;
    SSL *connection = nullptr;
};

// Qt reserves one index and uses the two behind it as well: ours keeps its distance.
int SharedSslContext::linkIndex()
{
    static const int index = [] {
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return SSL_get_ex_new_index(0, nullptr, ConnectionBirth::made, nullptr, ConnectionBirth::freed);
    }();
    return index;
}

SharedSslContext::SharedSslContext(std::shared_ptr<const TlsClientContext> settings, Sharing sharing)
    : m_settings(std::move(settings))
    , m_shares(sharing == Sharing::WherePossible && std::strcmp(qVersion(), QT_VERSION_STR) == 0)
{
    linkIndex();
}

SharedSslContext::~SharedSslContext() = default;

// Called by OpenSSL when a session may be resumed: at the handshake's end up to TLS 1.2, with each ticket in 1.3.
// 1: we keep it.
int SharedSslContext::sessionCame(SSL *connection, SSL_SESSION *session)
{
    const Link *const link = static_cast<Link *>(SSL_get_ex_data(connection, linkIndex()));
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
    Link *const link = connection && operation == SSL_SECOP_VERSION
                           ? static_cast<Link *>(SSL_get_ex_data(connection, linkIndex()))
                           : nullptr;
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
    ConnectionBirth birth(nullptr);
    {
        QSslSocket seed;
        seed.setSslConfiguration(configuration({}, {}));
        seed.setSocketDescriptor(ends[0], QAbstractSocket::ConnectedState);
        seed.startClientEncryption();
        m_context = QSslSocketPrivate::sslContext(&seed);
        if (birth.connection) {
            SSL_CTX *const context = SSL_get_SSL_CTX(birth.connection);
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
    if (!m_context || !birth.connection) {
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
        QSslSocketPrivate::checkSettingSslContext(&socket, m_context);
    else
        socket.setPeerVerifyName(QString::fromUtf8(serverName));
    ConnectionBirth birth(
        std::make_unique<Link>(Link{shared_from_this(), serverName, key, m_shares ? m_sessions.value(key) : nullptr}));
    socket.startClientEncryption();
    if (!birth.connection)
        return Error{ErrorCode::SocketFailed, socket.errorString(), {}, {}};
    if (!m_shares) {
        if (const Result<void> applied = m_settings->applyTo(birth.connection); !applied)
            return applied.error();
        SSL_CTX_sess_set_new_cb(SSL_get_SSL_CTX(birth.connection), sessionCame);
    }
    return birth.connection;
}

} // namespace portlight
