// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace portlight {

// Takes everything that waits in this thread's queue of OpenSSL errors, as nginx prints it (ngx_ssl_error):
// "(SSL: error:0A00010B:SSL routines::wrong version number)"; empty when there was nothing.
QByteArray takeOpenSslErrors();

// What that queue says of a connection.
struct TlsErrorWords {
    QByteArray text;   // as above
    QByteArray reason; // of the last one: "wrong version number"
    int alert = -1;    // that the peer sent, when that is the reason (RFC 8446 §6)
    // The peer's or the network's doing, as nginx sees it (ngx_ssl_connection_error): "error" in the log, else "crit".
    bool ordinary = true;
    QByteArray own; // what one of our callbacks said, which is not in `text`
};
// Of what QSslSocket took from the queue: it keeps OpenSSL's words behind some of its own.
TlsErrorWords tlsErrorWords(const QString &socketWords);
// Takes everything that waits in this thread's queue.
TlsErrorWords takeTlsErrorWords();
// Puts words of ours into that queue, for a callback that ends a handshake.
void raiseOwnTlsError(const QString &words);

// "self-signed certificate" (X509_verify_cert_error_string).
QByteArray verifyErrorWords(long error);

} // namespace portlight
