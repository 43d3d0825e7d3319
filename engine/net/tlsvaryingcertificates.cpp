// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsvaryingcertificates.h"

#include "pki/opensslerrors.h"
#include "pki/tlsfiles.h"

namespace portlight {

namespace {

using Held = std::shared_ptr<const TlsVaryingCertificates>;

void freeHeld(void *, void *held, CRYPTO_EX_DATA *, int, long, void *)
{
    delete static_cast<Held *>(held);
}

int heldIndex()
{
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, freeHeld);
    return index;
}

Result<void> useNamed(SSL *connection, const TlsVaryingCertificates &certificates,
                      const TlsVaryingCertificates::Names &names)
{
    auto certificate = loadTlsCertificate(names.certificate);
    if (!certificate)
        return certificate.error();
    auto key = loadTlsKey(names.key, certificates.passwords);
    if (!key)
        return key.error();
    certificate->key = std::move(*key);
    return useTlsCertificate(connection, *certificate, names.certificate);
}

Result<void> useAll(SSL *connection, const TlsVaryingCertificates &certificates)
{
    const auto names = certificates.names(connection);
    if (!names)
        return names.error();
    for (const TlsVaryingCertificates::Names &pair : *names) {
        const Result<void> used = useNamed(connection, certificates, pair);
        if (!used)
            return used;
    }
    return {};
}

// 0 ends the handshake; whoever reports it finds the words in OpenSSL's queue.
int giveCertificates(SSL *connection, void *held)
{
    const Result<void> used = useAll(connection, **static_cast<const Held *>(held));
    if (used)
        return 1;
    raiseOwnTlsError(used.error().message);
    return 0;
}

} // namespace

void applyTlsVaryingCertificates(SSL_CTX *context, const Held &certificates)
{
    delete static_cast<Held *>(SSL_CTX_get_ex_data(context, heldIndex()));
    Held *const held = certificates ? new Held(certificates) : nullptr;
    SSL_CTX_set_ex_data(context, heldIndex(), held);
    SSL_CTX_set_cert_cb(context, held ? giveCertificates : nullptr, held);
}

} // namespace portlight
