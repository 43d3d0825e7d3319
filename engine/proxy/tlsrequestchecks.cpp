// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/tlsrequestchecks.h"

#include "pki/opensslerrors.h"
#include "pki/opensslhandles.h"
#include "proxy/compiledconfig.h"
#include "proxy/downstream.h"

namespace portlight {

namespace {

constexpr int MisdirectedRequest = 421;
constexpr int CertificateError = 495; // nginx's own numbers, for error_page; the client gets 400
constexpr int NoCertificate = 496;

ClientVerify verifyOf(const ServerConfig &server)
{
    return server.root->settings.tls->context.verifyClient;
}

// What optional_no_ca forgives: whoever signed it is not known here (ngx_ssl_verify_error_optional).
bool isAboutTheAuthority(long result)
{
    return result == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || result == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
           || result == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || result == X509_V_ERR_CERT_UNTRUSTED
           || result == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

TlsRefusal refused(int status, const QByteArray &words)
{
    return {status, words + " while reading client request headers"};
}

// OpenSSL asks for more than it needs: a connection's session belongs to its SSL_CTX.
void forgetSession(const ssl_st *connection)
{
    SSL_CTX_remove_session(SSL_get_SSL_CTX(connection), SSL_get0_session(connection));
}

} // namespace

std::optional<TlsRefusal> refusalOfName(const ServerConfig &asked, QByteArrayView host, const Downstream &downstream)
{
    const QByteArrayView negotiated = downstream.tlsServerName();
    if (negotiated.isEmpty() || negotiated == host || verifyOf(asked) == ClientVerify::Off)
        return std::nullopt;
    return refused(MisdirectedRequest,
                   "client attempted to request the server name different from the one that was negotiated");
}

std::optional<TlsRefusal> refusalOfCertificate(const ServerConfig &server, const Downstream &downstream)
{
    const ClientVerify verify = verifyOf(server);
    const ssl_st *const connection = verify == ClientVerify::Off ? nullptr : downstream.facts().tls;
    if (!connection)
        return std::nullopt;
    const long result = SSL_get_verify_result(connection);
    if (result != X509_V_OK && (verify != ClientVerify::OptionalNoCa || !isAboutTheAuthority(result))) {
        forgetSession(connection);
        return refused(CertificateError, "client SSL certificate verify error: (" + QByteArray::number(int(result))
                                             + ':' + verifyErrorWords(result) + ')');
    }
    if (verify == ClientVerify::On && !SSL_get0_peer_certificate(connection)) {
        forgetSession(connection);
        return refused(NoCertificate, "client sent no required SSL certificate");
    }
    return std::nullopt;
}

} // namespace portlight
