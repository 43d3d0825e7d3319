// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "pki/localauthority.h"
#include "pki/truststores.h"

#include <optional>

namespace portlight {

// What the folder of an authority says before anything is unlocked.
struct AuthorityReading {
    AuthorityStatus status; // None, Locked or Broken
    std::optional<AuthorityFacts> facts;
    Error problem; // why there is none, or what is broken
};

// Blocking: reads files.
AuthorityReading describeAuthority(const QString &folder);
QList<IssuedCertificate> issuedCertificates(const QString &folder);
// True when there is an authority: domains get HTTPS then.
bool hasLocalAuthority(const QString &folder = {});

IssuedCertificate issuedCertificate(const LeafFacts &leaf);
TrustStoreStatus storeStatus(const TrustReport &report);
// What compiling and people are told while there is no authority.
Error noAuthority();

// The folders of authorities that were replaced and lie beside: their roots may still be trusted.
QStringList formerAuthorities(const QString &folder);

// The root as trust stores take it, with a leaf to prove them with: the one that is valid longest at `now`; without
// one, by fingerprint alone. Errors: those of LocalAuthority::inspect.
Result<TrustedRoot> trustedRoot(const QString &folder, const QDateTime &now);
// The same to take it out of stores: its certificate is enough, whatever became of the keys.
Result<TrustedRoot> removableRoot(const QString &folder, const QDateTime &now);

} // namespace portlight
