// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/tlsdialogue.h"

#include <openssl/err.h>

namespace portlight::testing {

namespace {

constexpr int StepsMax = 40;

TlsContextHandle clientContext(const TlsDialogueClient &wishes)
{
    TlsContextHandle context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), wishes.protocol);
    SSL_CTX_set_max_proto_version(context.get(), wishes.protocol);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    const auto must = [](bool done, const char *what) {
        if (!done)
            qFatal("the client cannot take its %s", what);
    };
    if (!wishes.ciphers.isEmpty())
        must(SSL_CTX_set_cipher_list(context.get(), wishes.ciphers.constData()), "ciphers");
    if (!wishes.groups.isEmpty())
        must(SSL_CTX_set1_groups_list(context.get(), wishes.groups.constData()), "groups");
    if (!wishes.signatures.isEmpty())
        must(SSL_CTX_set1_sigalgs_list(context.get(), wishes.signatures.constData()), "signatures");
    if (!wishes.alpn.isEmpty())
        SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char *>(wishes.alpn.constData()),
                                static_cast<unsigned int>(wishes.alpn.size()));
    if (!wishes.certificate.isEmpty()) {
        must(SSL_CTX_use_certificate_chain_file(context.get(), wishes.certificate.constData()), "certificate");
        must(SSL_CTX_use_PrivateKey_file(context.get(), wishes.key.constData(), SSL_FILETYPE_PEM), "key");
    }
    return context;
}

} // namespace

TlsDialogue::TlsDialogue(SSL_CTX *server, const TlsDialogueClient &client)
    : m_clientContext(clientContext(client))
    , m_server(SSL_new(server))
    , m_client(SSL_new(m_clientContext.get()))
{
    BIO *toServer = nullptr;
    BIO *toClient = nullptr;
    BIO_new_bio_pair(&toServer, 0, &toClient, 0);
    SSL_set_bio(m_server.get(), toServer, toServer);
    SSL_set_bio(m_client.get(), toClient, toClient);
    SSL_set_accept_state(m_server.get());
    SSL_set_connect_state(m_client.get());
    if (!client.serverName.isEmpty())
        SSL_set_tlsext_host_name(m_client.get(), client.serverName.constData());
    if (client.session)
        SSL_set_session(m_client.get(), client.session);
    bool going = true;
    for (int i = 0; i < StepsMax && going; ++i) {
        const bool clientGoes = step(m_client.get(), m_clientError);
        const bool serverGoes = step(m_server.get(), m_serverError);
        going = (clientGoes && serverGoes)
                && !(SSL_is_init_finished(m_client.get()) && SSL_is_init_finished(m_server.get()));
    }
    if (!m_serverError.isEmpty())
        step(m_client.get(), m_clientError);
    m_ok = m_serverError.isEmpty() && m_clientError.isEmpty() && SSL_is_init_finished(m_server.get());
}

// OpenSSL forgets the session of a connection that ends in the midst of things.
TlsDialogue::~TlsDialogue()
{
    for (SSL *side : {m_server.get(), m_client.get()})
        SSL_set_shutdown(side, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// False: it failed. The queue is this thread's, and holds what that side said alone.
bool TlsDialogue::step(SSL *side, QByteArray &error)
{
    ERR_clear_error();
    const int done = SSL_do_handshake(side);
    const int reason = SSL_get_error(side, done);
    if (done == 1 || reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE)
        return true;
    const unsigned long last = ERR_peek_error();
    const char *const words = ERR_reason_error_string(last);
    error = words ? QByteArray(words) : QByteArray("unknown");
    const int code = ERR_GET_REASON(last) - SSL_AD_REASON_OFFSET;
    if (side == m_client.get() && code >= 0 && code <= 255)
        m_alert = SSL_alert_desc_string_long(code);
    return false;
}

TlsSessionHandle TlsDialogue::session()
{
    char byte = 0;
    SSL_read(m_client.get(), &byte, 1); // tickets of TLS 1.3 come behind the handshake
    ERR_clear_error();
    TlsSessionHandle session(SSL_get1_session(m_client.get()));
    if (session && SSL_SESSION_is_resumable(session.get()) == 0)
        session.reset();
    return session;
}

TlsContextHandle serverContextOf(const TlsServerContext &context)
{
    TlsContextHandle made(SSL_CTX_new(TLS_server_method()));
    const Result<void> applied = context.applyTo(made.get());
    if (!applied)
        qFatal("%s", qPrintable(applied.error().message));
    return made;
}

} // namespace portlight::testing
