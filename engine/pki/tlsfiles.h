// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "pki/namedpipe.h"
#include "pki/opensslhandles.h"

#include <vector>

namespace portlight {

// Reading of certificates, keys and revocation lists, with nginx's messages (ngx_event_openssl_cache.c). Blocking.

struct TlsCertificate {
    CertificateHandle leaf;
    std::vector<CertificateHandle> chain; // above the leaf
    KeyHandle key;
};

// A path, or "data:" and PEM text: the certificate and those above it; its key stays null.
Result<TlsCertificate> loadTlsCertificate(const QByteArray &source);
// An encrypted key is tried with each of `passwords`; with none of them it must not be encrypted.
Result<KeyHandle> loadTlsKey(const QByteArray &source, const std::vector<QByteArray> &passwords);
// Gives a connection its certificate; `name` is the file's, for the error.
Result<void> useTlsCertificate(SSL *connection, const TlsCertificate &certificate, const QByteArray &name);
// All certificates of a file: one at least.
Result<std::vector<CertificateHandle>> loadTrustedCertificates(const QByteArray &path);
Result<std::vector<RevocationHandle>> loadRevocations(const QByteArray &path);

// The lines of a password file, for keys to be tried with; one empty password when it has none.
inline constexpr qsizetype PasswordLineBytesMax = 512; // NGX_SSL_PASSWORD_BUFFER_SIZE
inline constexpr qsizetype PasswordFileBytesMax = 1024 * 1024;
// A named pipe does as well: whoever knows the passwords writes them while it is read.
Result<std::vector<QByteArray>> loadPasswords(const QByteArray &path,
                                              std::chrono::milliseconds pipeWaitMax = NamedPipeWaitMax);

// For OpenSSL's readers of PEM: there is no password. Without a callback OpenSSL would ask at the terminal.
int giveNoPassword(char *, int, int, void *);

// An error whose message ends with what waits in OpenSSL's queue.
Error openSslError(const QString &message);

} // namespace portlight
