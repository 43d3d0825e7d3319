// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/certificatechain.h"

#include "pki/certificatefacts.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <QtGlobal>

#include <algorithm>
#include <numeric>
#include <optional>

namespace portlight {

namespace {

using Certificates = std::vector<CertificateHandle>;

bool isAuthority(const CertificateHandle &certificate)
{
    return X509_check_ca(certificate.get()) != 0;
}

bool fitsKey(const CertificateHandle &certificate, const EVP_PKEY *key)
{
    const bool fits = key && X509_check_private_key(certificate.get(), key) == 1;
    ERR_clear_error();
    return fits;
}

// A key may have several certificates (a renewed one, a cross-signed one): the first that is no authority.
std::optional<size_t> leafOfKey(const Certificates &all, const EVP_PKEY *key)
{
    std::optional<size_t> found;
    for (size_t i = 0; i < all.size(); ++i) {
        if (!fitsKey(all[i], key))
            continue;
        if (!isAuthority(all[i]))
            return i;
        if (!found)
            found = i;
    }
    return found;
}

bool issuedAnother(const Certificates &all, size_t at)
{
    for (size_t i = 0; i < all.size(); ++i) {
        if (i != at && isIssuedBy(all[i].get(), all[at].get()))
            return true;
    }
    return false;
}

size_t leafByRelations(const Certificates &all)
{
    for (size_t i = 0; i < all.size(); ++i) {
        if (!isAuthority(all[i]) && !issuedAnother(all, i))
            return i;
    }
    return 0;
}

std::optional<size_t> issuerOf(const Certificates &all, size_t subject, const std::vector<bool> &taken)
{
    for (size_t i = 0; i < all.size(); ++i) {
        if (!taken[i] && isIssuedBy(all[subject].get(), all[i].get()))
            return i;
    }
    return {};
}

ChainOrder asWritten(const Certificates &all, const EVP_PKEY *key)
{
    ChainOrder order;
    order.path.resize(all.size());
    std::iota(order.path.begin(), order.path.end(), size_t(0));
    order.leafFitsKey = fitsKey(all.front(), key);
    return order;
}

} // namespace

bool ChainOrder::isAsWritten() const
{
    std::vector<size_t> all = path;
    all.insert(all.end(), others.begin(), others.end());
    return std::is_sorted(all.begin(), all.end());
}

ChainOrder findChainOrder(const Certificates &certificates, const EVP_PKEY *key)
{
    Q_ASSERT(!certificates.empty());
    if (certificates.size() > ChainCertificatesMax)
        return asWritten(certificates, key);
    ChainOrder order;
    const std::optional<size_t> ofKey = leafOfKey(certificates, key);
    order.leafFitsKey = ofKey.has_value();
    std::vector<bool> taken(certificates.size());
    std::optional<size_t> next = ofKey ? *ofKey : leafByRelations(certificates);
    while (next) {
        order.path.push_back(*next);
        taken[*next] = true;
        const bool isRoot = X509_self_signed(certificates[*next].get(), 0) == 1;
        next = isRoot ? std::nullopt : issuerOf(certificates, *next, taken);
    }
    for (size_t i = 0; i < certificates.size(); ++i) {
        if (!taken[i])
            order.others.push_back(i);
    }
    return order;
}

} // namespace portlight
