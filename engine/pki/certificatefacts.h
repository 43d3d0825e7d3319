// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/opensslhandles.h"

#include <QByteArrayList>
#include <QDateTime>
#include <QString>

namespace portlight {

// What a certificate says, as values.

// For messages: the common name, else the first of the names it stands for, else the whole subject. Printable.
QString certificateTitle(const X509 *certificate);
// The names it stands for: dNSName and iPAddress of its subjectAltName, as written there.
QByteArrayList certificateNames(const X509 *certificate);
// UTC; invalid when it cannot be read.
QDateTime certificateNotBefore(const X509 *certificate);
QDateTime certificateNotAfter(const X509 *certificate);
// SHA-256 of the whole, 64 lower-case hex digits.
QByteArray certificateFingerprint(const X509 *certificate);
QByteArray certificateSerial(const X509 *certificate); // lower-case hex
QByteArray certificatePem(const X509 *certificate);
// "RSA of 2048 bits", "EC of 256 bits", "ED25519".
QString keyKind(const EVP_PKEY *key);
// As people read it: "2026-11-21 08:42:14 UTC".
QString dateText(const QDateTime &date);

// Issued by `issuer`: names, key identifiers, and the signature itself.
bool isIssuedBy(X509 *certificate, X509 *issuer);

} // namespace portlight
