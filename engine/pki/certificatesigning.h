// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "pki/opensslhandles.h"

#include <QByteArrayList>
#include <QDateTime>

namespace portlight {

// Makes the certificates of the local authority (RFC 5280): X.509 v3, ECDSA with SHA-256, random serial numbers.

inline constexpr qint64 RootDays = 3652; // ten years
inline constexpr qint64 IntermediateDays = 730;
inline constexpr qint64 LeafDays = 90;
inline constexpr qint64 ClockSkewSeconds = 3600;         // certificates begin that long ago
inline constexpr qsizetype CommonNameCharactersMax = 64; // ub-common-name (RFC 5280 §A.1)

struct CertificateSpan {
    QDateTime notBefore;
    QDateTime notAfter;
};
// `days` from now on, never beyond `issuer`, which is null for a root.
CertificateSpan certificateSpan(const QDateTime &now, qint64 days, const X509 *issuer);
// Two thirds of the way.
QDateTime renewalDate(const CertificateSpan &span);

// The common names of a new authority: eight random hex digits make roots of several desks different. No colons, which
// NSS's tools give another meaning to.
struct AuthorityTitles {
    QString root;
    QString intermediate;
};
Result<AuthorityTitles> makeAuthorityTitles(const QString &label);

// Suffixes and names are canonical (pki/localnames.h); they are written into extensions as they stand.
Result<CertificateHandle> signRoot(EVP_PKEY *key, const QString &title, const QByteArrayList &suffixes,
                                   const CertificateSpan &span);
struct Signer {
    X509 *certificate;
    EVP_PKEY *key;
};
Result<CertificateHandle> signIntermediate(const Signer &root, EVP_PKEY *key, const QString &title,
                                           const QByteArrayList &suffixes, const CertificateSpan &span);
Result<CertificateHandle> signLeaf(const Signer &intermediate, EVP_PKEY *key, const QByteArrayList &names,
                                   const CertificateSpan &span);

// The DNS suffixes that a root's critical name constraints permit; none when it has no such constraints.
QByteArrayList constrainedSuffixes(const X509 *root);

} // namespace portlight
