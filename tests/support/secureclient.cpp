// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/secureclient.h"

#include <openssl/err.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace portlight::testing {

namespace {

void require(bool done, const char *what)
{
    if (!done)
        qFatal("SecureClient: %s failed: %s", what, ERR_reason_error_string(ERR_peek_last_error()));
}

TlsContextHandle makeContext(const SecureClientOptions &options)
{
    TlsContextHandle context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), options.versionMin);
    SSL_CTX_set_max_proto_version(context.get(), options.versionMax);
    if (!options.ciphers.isEmpty())
        require(SSL_CTX_set_cipher_list(context.get(), options.ciphers.constData()), "ciphers");
    if (!options.signatures.isEmpty())
        require(SSL_CTX_set1_sigalgs_list(context.get(), options.signatures.constData()), "signatures");
    if (!options.certificate.isEmpty()) {
        require(SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.constData()), "certificate");
        require(SSL_CTX_use_PrivateKey_file(context.get(), options.key.constData(), SSL_FILETYPE_PEM), "key");
    }
    return context;
}

} // namespace

SecureClient::SecureClient(quint16 port, const SecureClientOptions &options)
    : m_raw(port)
    , m_context(makeContext(options))
    , m_connection(SSL_new(m_context.get()))
    , m_in(BIO_new(BIO_s_mem()))
    , m_out(BIO_new(BIO_s_mem()))
    , m_pieceBytes(options.pieceBytes)
{
    const int on = 1;
    setsockopt(m_raw.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL_set_bio(m_connection, m_in, m_out);
    SSL_set_connect_state(m_connection);
    if (!options.serverName.isEmpty())
        SSL_set_tlsext_host_name(m_connection, options.serverName.constData());
    if (!options.alpn.isEmpty())
        SSL_set_alpn_protos(m_connection, reinterpret_cast<const unsigned char *>(options.alpn.constData()),
                            unsigned(options.alpn.size()));
    if (options.session)
        SSL_set_session(m_connection, options.session);
}

SecureClient::~SecureClient()
{
    SSL_free(m_connection);
}

bool SecureClient::sendWritten()
{
    char *data = nullptr;
    const long size = BIO_get_mem_data(m_out, &data);
    const QByteArray written(data, qsizetype(size));
    BIO_reset(m_out);
    if (m_secured || m_pieceBytes == 0)
        return written.isEmpty() || m_raw.send(written);
    for (qsizetype at = 0; at < written.size(); at += m_pieceBytes) {
        if (!m_raw.send(written.mid(at, m_pieceBytes)))
            return false;
    }
    return true;
}

// Waits for bytes, and gives them to OpenSSL.
bool SecureClient::receive()
{
    if (!m_raw.readBytes(1))
        return false;
    const QByteArray bytes = m_raw.take();
    return BIO_write(m_in, bytes.constData(), int(bytes.size())) == int(bytes.size());
}

bool SecureClient::handshake()
{
    ERR_clear_error();
    for (;;) {
        const int done = SSL_do_handshake(m_connection);
        const int error = SSL_get_error(m_connection, done);
        if (done == 1) {
            const bool sent = sendWritten();
            m_secured = sent;
            return sent;
        }
        if (error != SSL_ERROR_WANT_READ) {
            m_alert = ERR_reason_error_string(ERR_peek_last_error());
            sendWritten();
            return false;
        }
        if (!sendWritten() || !receive())
            return false;
    }
}

bool SecureClient::send(QByteArrayView bytes)
{
    return SSL_write(m_connection, bytes.data(), int(bytes.size())) == int(bytes.size()) && sendWritten();
}

bool SecureClient::readSome()
{
    for (;;) {
        char block[16 * 1024];
        const int count = SSL_read(m_connection, block, sizeof block);
        if (count > 0) {
            m_received.append(block, count);
            return true;
        }
        if (SSL_get_error(m_connection, count) != SSL_ERROR_WANT_READ || !receive())
            return false;
    }
}

bool SecureClient::readUntil(QByteArrayView part)
{
    while (!m_received.contains(part)) {
        if (!readSome())
            return false;
    }
    return true;
}

bool SecureClient::readUntilEnd()
{
    while (readSome()) {}
    return (SSL_get_shutdown(m_connection) & SSL_RECEIVED_SHUTDOWN) || m_raw.hasEnded();
}

RawMessage SecureClient::ask(QByteArrayView request)
{
    RawMessage message;
    if (!send(request) || !readUntil("\r\n\r\n"))
        return message;
    const qsizetype headBytes = m_received.indexOf("\r\n\r\n") + 4;
    message.head = m_received.first(headBytes);
    message.startLine = message.head.first(message.head.indexOf("\r\n"));
    const qsizetype length = message.field("Content-Length").toLongLong();
    while (m_received.size() < headBytes + length) {
        if (!readSome())
            return message;
    }
    message.body = m_received.mid(headBytes, length);
    m_received.remove(0, headBytes + length);
    message.complete = true;
    return message;
}

QByteArray SecureClient::subject() const
{
    const CertificateHandle certificate(SSL_get1_peer_certificate(m_connection));
    char text[256] = {};
    if (certificate)
        X509_NAME_oneline(X509_get_subject_name(certificate.get()), text, sizeof text);
    return text;
}

void SecureClient::closeNotify()
{
    SSL_shutdown(m_connection);
    sendWritten();
}

} // namespace portlight::testing
