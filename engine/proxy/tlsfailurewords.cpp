// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/tlsfailurewords.h"

#include "proxy/failure.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// RFC 8446 §6 and RFC 5246 §7.2: what a backend may complain about that a directive can mend.
enum Alert {
    HandshakeFailure = 40,
    BadCertificate = 42,
    UnsupportedCertificate = 43,
    CertificateRevoked = 44,
    CertificateExpired = 45,
    CertificateUnknown = 46,
    UnknownCa = 48,
    ProtocolVersion = 70,
    InsufficientSecurity = 71,
    UnrecognizedName = 112,
    CertificateRequired = 116,
};

bool isAboutOurCertificate(int alert)
{
    return (alert >= BadCertificate && alert <= CertificateUnknown) || alert == UnknownCa
           || alert == CertificateRequired;
}

} // namespace

QString tlsSentence(const Failure &failure)
{
    const QString who = QString::fromUtf8(failure.peer);
    switch (failure.tls) {
    case TlsFailure::Kind::NoTls: return u"%1 does not speak TLS on this port"_s.arg(who);
    case TlsFailure::Kind::PeerClosed: return u"%1 closed the connection within the TLS handshake"_s.arg(who);
    case TlsFailure::Kind::Unverified:
        return u"the certificate of %1 is not trusted: %2"_s.arg(who, QString::fromUtf8(failure.detail));
    case TlsFailure::Kind::WrongName:
        return u"the certificate of %1 is not one for \"%2\""_s.arg(who, QString::fromUtf8(failure.tlsName));
    case TlsFailure::Kind::OwnSettings:
        return u"no TLS connection could be begun: %1"_s.arg(QString::fromUtf8(failure.detail));
    case TlsFailure::Kind::Handshake:
        return failure.tlsAlert >= 0 ? u"%1 refused the TLS handshake: %2"_s.arg(who, QString::fromUtf8(failure.detail))
                                     : u"no TLS connection with %1: %2"_s.arg(who, QString::fromUtf8(failure.detail));
    }
    Q_UNREACHABLE();
}

QByteArray tlsDirective(const Failure &failure)
{
    switch (failure.tls) {
    case TlsFailure::Kind::NoTls: return "proxy_pass";
    case TlsFailure::Kind::Unverified: return "proxy_ssl_trusted_certificate";
    case TlsFailure::Kind::WrongName: return "proxy_ssl_name";
    case TlsFailure::Kind::OwnSettings: return "proxy_ssl_certificate";
    case TlsFailure::Kind::PeerClosed: return "proxy_ssl_server_name";
    case TlsFailure::Kind::Handshake: break;
    }
    if (isAboutOurCertificate(failure.tlsAlert))
        return "proxy_ssl_certificate";
    if (failure.tlsAlert == UnrecognizedName)
        return "proxy_ssl_server_name";
    return failure.tlsAlert == InsufficientSecurity ? "proxy_ssl_ciphers" : "proxy_ssl_protocols";
}

QString tlsAdvice(const Failure &failure)
{
    switch (failure.tls) {
    case TlsFailure::Kind::NoTls:
        return u"Write http:// in proxy_pass, or point it at the port where the backend speaks TLS."_s;
    case TlsFailure::Kind::Unverified:
        return u"Name the authority that signed it in proxy_ssl_trusted_certificate, or trust every certificate with proxy_ssl_verify off."_s;
    case TlsFailure::Kind::WrongName:
        return u"Set proxy_ssl_name to a name that the certificate has; without it the host of proxy_pass is asked for."_s;
    case TlsFailure::Kind::OwnSettings:
        return u"Look at the files that proxy_ssl_certificate and proxy_ssl_certificate_key name."_s;
    case TlsFailure::Kind::PeerClosed:
        return u"It may want to know the name it is asked by (proxy_ssl_server_name on), or a certificate (proxy_ssl_certificate)."_s;
    case TlsFailure::Kind::Handshake: break;
    }
    if (isAboutOurCertificate(failure.tlsAlert))
        return u"It asks its clients for a certificate that it trusts: proxy_ssl_certificate and proxy_ssl_certificate_key name one."_s;
    if (failure.tlsAlert == UnrecognizedName || failure.tlsAlert == HandshakeFailure)
        return u"It may want to know the name it is asked by: proxy_ssl_server_name on. Else proxy_ssl_protocols and proxy_ssl_ciphers say what is offered."_s;
    return u"proxy_ssl_protocols and proxy_ssl_ciphers say what is offered: the backend must have one of them."_s;
}

} // namespace portlight
