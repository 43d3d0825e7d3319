// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "pki/opensslhandles.h"
#include "pki/secretbytes.h"

namespace portlight {

// Private keys as they lie on disk: PKCS#8 (RFC 5958), encrypted by PBES2 with AES-256-CBC, as PEM.

enum class KeyDerivation : quint8 {
    Pbkdf2, // with HMAC-SHA-256: for passphrases that nobody could guess anyway
    Scrypt, // for those that a person chose
};

// No derivation that a damaged file asks for may take longer than this allows.
inline constexpr qint64 Pbkdf2IterationsMax = 1'000'000;
inline constexpr qint64 ScryptParallelMax = 16; // OpenSSL itself bounds the memory to 32 MiB

// A new one on P-256.
Result<KeyHandle> makeKey();
Result<QByteArray> sealKey(const EVP_PKEY *key, QByteArrayView passphrase, KeyDerivation derivation);
// What can be told without the passphrase: the error, InvalidCertificate, says what is wrong with the text.
Result<void> checkSealedKey(const QByteArray &pem);
// Errors: as above; WrongPassphrase, which damaged content can look like as well.
Result<KeyHandle> openSealedKey(const QByteArray &pem, QByteArrayView passphrase);

// 32 random bytes as text.
Result<QByteArray> makePassphrase();
// A passphrase that follows from a key on P-256: who has the key can open what lies under it.
Result<SecretBytes> passphraseOf(const EVP_PKEY *key, QByteArrayView purpose);

} // namespace portlight
