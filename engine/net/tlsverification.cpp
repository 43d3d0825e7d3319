// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsverification.h"

#include "net/tlscontextsettings.h"
#include "pki/tlsfiles.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

namespace portlight {

namespace {

int compareNames(const X509_NAME *const *a, const X509_NAME *const *b)
{
    return X509_NAME_cmp(*a, *b);
}

// nginx ignores a certificate that is there already; OpenSSL no longer takes it for an error.
Result<void> addTrusted(TlsVerification &into, const TlsFileSetting &file, bool announced)
{
    const auto certificates = loadTrustedCertificates(file.path);
    if (!certificates)
        return placedAt(certificates.error(), file.where);
    if (announced)
        into.authorities.reset(sk_X509_NAME_new(compareNames));
    for (const CertificateHandle &certificate : *certificates) {
        if (X509_STORE_add_cert(into.store.get(), certificate.get()) != 1)
            return failedTlsCall("X509_STORE_add_cert", file.path, file.where);
        X509_NAME *const name = X509_get_subject_name(certificate.get());
        if (announced && sk_X509_NAME_find(into.authorities.get(), name) < 0)
            sk_X509_NAME_push(into.authorities.get(), X509_NAME_dup(name));
    }
    return {};
}

Result<void> addRevocations(TlsVerification &into, const TlsFileSetting &file)
{
    const auto lists = loadRevocations(file.path);
    if (!lists)
        return placedAt(lists.error(), file.where);
    for (const RevocationHandle &list : *lists) {
        if (X509_STORE_add_crl(into.store.get(), list.get()) != 1)
            return failedTlsCall("X509_STORE_add_crl", file.path, file.where);
    }
    return {};
}

Result<void> addTrustedAsOld(TlsVerification &into, const TlsFileSetting &file, bool announced)
{
    if (X509_STORE_load_locations(into.store.get(), file.path.constData(), nullptr) == 0)
        return failedTlsCall("SSL_CTX_load_verify_locations", file.path, file.where);
    ERR_clear_error(); // the end of the file is left there as an error
    if (!announced)
        return {};
    into.authorities.reset(SSL_load_client_CA_file(file.path.constData()));
    if (!into.authorities)
        return failedTlsCall("SSL_load_client_CA_file", file.path, file.where);
    return {};
}

Result<void> addRevocationsAsOld(TlsVerification &into, const TlsFileSetting &file)
{
    X509_LOOKUP *const lookup = X509_STORE_add_lookup(into.store.get(), X509_LOOKUP_file());
    if (!lookup || X509_LOOKUP_load_file(lookup, file.path.constData(), X509_FILETYPE_PEM) == 0)
        return failedTlsCall("X509_LOOKUP_load_file", file.path, file.where);
    return {};
}

} // namespace

Result<TlsVerification> loadTlsVerification(const TlsServerSettings &settings)
{
    TlsVerification loaded{StoreHandle(X509_STORE_new()), nullptr};
    const auto addCertificates = settings.loadsAsOld ? addTrustedAsOld : addTrusted;
    const auto addLists = settings.loadsAsOld ? addRevocationsAsOld : addRevocations;
    Result<void> added;
    if (settings.verifyClient != ClientVerify::Off && !settings.clientCertificate.path.isEmpty())
        added = addCertificates(loaded, settings.clientCertificate, true);
    if (added && !settings.trustedCertificate.path.isEmpty())
        added = addCertificates(loaded, settings.trustedCertificate, false);
    if (added && !settings.revocations.path.isEmpty()) {
        added = addLists(loaded, settings.revocations);
        X509_STORE_set_flags(loaded.store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    }
    if (!added)
        return added.error();
    ERR_clear_error();
    return loaded;
}

} // namespace portlight
