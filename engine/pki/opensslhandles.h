// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace portlight {

// Frees what OpenSSL gave, with the function made for it.
template<auto Free>
struct OpenSslDelete {
    template<typename T>
    void operator()(T *handle) const
    {
        Free(handle);
    }
};

inline void freeNames(STACK_OF(X509_NAME) * names)
{
    sk_X509_NAME_pop_free(names, X509_NAME_free);
}

using BioHandle = std::unique_ptr<BIO, OpenSslDelete<BIO_free>>;
using CertificateHandle = std::unique_ptr<X509, OpenSslDelete<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpenSslDelete<EVP_PKEY_free>>;
using NameListHandle = std::unique_ptr<STACK_OF(X509_NAME), OpenSslDelete<freeNames>>;
using RevocationHandle = std::unique_ptr<X509_CRL, OpenSslDelete<X509_CRL_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, OpenSslDelete<X509_STORE_free>>;
using TlsContextHandle = std::unique_ptr<SSL_CTX, OpenSslDelete<SSL_CTX_free>>;
using TlsSessionHandle = std::unique_ptr<SSL_SESSION, OpenSslDelete<SSL_SESSION_free>>;
using TlsCommandsHandle = std::unique_ptr<SSL_CONF_CTX, OpenSslDelete<SSL_CONF_CTX_free>>;

} // namespace portlight
