// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsclientstream.h"

#include <openssl/x509v3.h>

#include <QSslSocket>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>

namespace portlight {

namespace {

QByteArray subjectOf(const X509 *certificate)
{
    const BioHandle text(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char *data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    return QByteArray(data, qsizetype(size));
}

} // namespace

TlsClientStream::TlsClientStream(EngineLoop &loop, int descriptor, const TlsPeer &peer, TlsHandshakeObserver *observer)
    : TlsStream(loop, observer)
    , m_peer(peer)
    , m_duplicate(fcntl(descriptor, F_DUPFD_CLOEXEC, 0))
{
    if (m_duplicate < 0) {
        const int error = errno;
        close(descriptor);
        failHandshake(TlsFailure::closed(error));
    } else if (attach(descriptor)) {
        start();
    }
}

TlsClientStream::~TlsClientStream()
{
    if (m_duplicate >= 0)
        close(m_duplicate);
}

void TlsClientStream::start()
{
    const Result<SSL *> started = m_peer.context->startClient(socket(), m_peer.serverName, m_peer.sessionKey);
    if (!started)
        return failOwnSettings(started.error());
    begun(*started);
    if (!connection() || !m_peer.certificate)
        return;
    // In time: a server asks for it behind the ClientHello at the earliest.
    const Result<void> used = useTlsCertificate(connection(), *m_peer.certificate, m_peer.certificateName);
    if (!used)
        failOwnSettings(used.error());
}

// At once, while the connection still knows its peer (ngx_http_upstream_ssl_handshake).
void TlsClientStream::judge()
{
    const CertificateHandle certificate(SSL_get1_peer_certificate(connection()));
    m_summary.protocol = SSL_get_version(connection());
    m_summary.cipher = SSL_get_cipher_name(connection());
    m_summary.resumed = SSL_session_reused(connection()) == 1;
    if (certificate)
        m_summary.subject = subjectOf(certificate.get());
    if (!m_peer.context->settings().settings().verify)
        return;
    if (const long result = SSL_get_verify_result(connection()); result != X509_V_OK)
        return failHandshake(TlsFailure::unverified(result));
    const bool named =
        certificate && !m_peer.name.isEmpty()
        && X509_check_host(certificate.get(), m_peer.name.constData(), size_t(m_peer.name.size()), 0, nullptr) == 1;
    if (!named)
        failHandshake(TlsFailure::wrongName(m_peer.name));
}

// Qt tells a reset as an end. The socket's state knows better: after a reset it is closed, after the peer's end it
// waits for ours.
int TlsClientStream::endingError() const
{
    tcp_info info{};
    socklen_t length = sizeof info;
    if (getsockopt(m_duplicate, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
        return 0; // a unix socket
    return info.tcpi_state == TCP_CLOSE ? ECONNRESET : 0;
}

} // namespace portlight
