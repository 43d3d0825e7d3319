// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/opensslhandles.h"

#include <vector>

namespace portlight {

// How the certificates of one file belong together, found by keys and signatures, not by their places in it.
// Positions count from 0.
struct ChainOrder {
    std::vector<size_t> path;   // the leaf, its issuer, that one's issuer … as far as the file has them
    std::vector<size_t> others; // what is not on that way, as written
    bool leafFitsKey = false;

    // The file is in this order already.
    bool isAsWritten() const;
};

// Of a file with more, the order is taken as it is.
inline constexpr size_t ChainCertificatesMax = 100;

// At least one certificate. Without a key the leaf is the one that issued no other.
ChainOrder findChainOrder(const std::vector<CertificateHandle> &certificates, const EVP_PKEY *key);

} // namespace portlight
