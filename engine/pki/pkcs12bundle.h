// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "pki/tlsfiles.h"

namespace portlight {

// PKCS#12 archives (RFC 7292) for other programs, as DER: AES-256-CBC and HMAC-SHA-256. Passwords are UTF-8, and not
// empty.

// Key, leaf and chain; `name` is what programs list it under.
Result<QByteArray> makePkcs12(const TlsCertificate &certificate, const QString &name, const QByteArray &password);
// A certificate alone, marked as trusted for Java, which would not see it otherwise.
Result<QByteArray> makeTrustPkcs12(X509 *root, const QString &name, const QByteArray &password);

} // namespace portlight
