// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/tlsorigin.h"

#include <openssl/err.h>

#include <fcntl.h>
#include <sys/socket.h>

namespace portlight::testing {

namespace {

constexpr timeval HangsAfter{30, 0};

void require(bool done, const char *what)
{
    if (!done)
        qFatal("TlsOrigin: %s failed: %s", what, ERR_reason_error_string(ERR_peek_last_error()));
}

TlsContextHandle makeContext(const TlsOriginOptions &options)
{
    TlsContextHandle context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_min_proto_version(context.get(), options.versionMin);
    SSL_CTX_set_max_proto_version(context.get(), options.versionMax);
    SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_security_level(context.get(), 0);
    require(SSL_CTX_use_certificate_chain_file(context.get(), options.files.certificate.constData()), "certificate");
    require(SSL_CTX_use_PrivateKey_file(context.get(), options.files.key.constData(), SSL_FILETYPE_PEM), "key");
    if (!options.ciphers.isEmpty())
        require(SSL_CTX_set_cipher_list(context.get(), options.ciphers.constData()), "ciphers");
    if (!options.clientCa.isEmpty()) {
        require(SSL_CTX_load_verify_locations(context.get(), options.clientCa.constData(), nullptr), "client CA");
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    const QByteArray id = "TlsOrigin";
    SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char *>(id.constData()),
                                   unsigned(id.size()));
    return context;
}

} // namespace

TlsOriginPeer::TlsOriginPeer(SSL_CTX *context, RawPeer &peer)
    : m_peer(peer)
    , m_connection(SSL_new(context))
{
    const int descriptor = peer.descriptor();
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &HangsAfter, sizeof HangsAfter);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &HangsAfter, sizeof HangsAfter);
    SSL_set_fd(m_connection, descriptor);
}

TlsOriginPeer::~TlsOriginPeer()
{
    SSL_free(m_connection);
}

bool TlsOriginPeer::handshake()
{
    ERR_clear_error();
    return SSL_accept(m_connection) == 1;
}

bool TlsOriginPeer::send(QByteArrayView bytes)
{
    return SSL_write(m_connection, bytes.data(), int(bytes.size())) == int(bytes.size());
}

bool TlsOriginPeer::readSome()
{
    char block[16 * 1024];
    const int count = SSL_read(m_connection, block, sizeof block);
    if (count > 0)
        m_received.append(block, count);
    return count > 0;
}

bool TlsOriginPeer::readUntil(QByteArrayView part)
{
    while (!m_received.contains(part)) {
        if (!readSome())
            return false;
    }
    return true;
}

void TlsOriginPeer::sendCloseNotify()
{
    SSL_shutdown(m_connection);
}

QByteArray TlsOriginPeer::serverName() const
{
    return SSL_get_servername(m_connection, TLSEXT_NAMETYPE_host_name);
}

QByteArray TlsOriginPeer::clientSubject() const
{
    const CertificateHandle certificate(SSL_get1_peer_certificate(m_connection));
    char text[256] = {};
    if (certificate)
        X509_NAME_oneline(X509_get_subject_name(certificate.get()), text, sizeof text);
    return text;
}

TlsOrigin::TlsOrigin(const TlsOriginOptions &options, const QByteArray &host)
    : m_context(makeContext(options))
    , m_origin(host)
{}

QByteArray TlsOrigin::url() const
{
    return m_origin.url().replace("http:", "https:");
}

void TlsOrigin::serve(Script script)
{
    m_origin.serve([this, script = std::move(script)](RawPeer &raw) {
        TlsOriginPeer peer(m_context.get(), raw);
        if (!peer.handshake()) { // what comes is taken, lest a reset overtake the alert
            raw.shutdownWrite();
            raw.readUntilClosed();
            return;
        }
        ++m_handshakes;
        m_resumed += peer.isResumed();
        script(peer);
    });
}

void TlsOrigin::answer(const QByteArray &response)
{
    answerWith([response](TlsOriginPeer &) { return response; });
}

void TlsOrigin::answerWith(std::function<QByteArray(TlsOriginPeer &)> response)
{
    serve([response = std::move(response)](TlsOriginPeer &peer) {
        while (peer.readUntil("\r\n\r\n")) {
            if (!peer.send(response(peer)))
                return;
            peer.take();
        }
        peer.sendCloseNotify();
    });
}

} // namespace portlight::testing
