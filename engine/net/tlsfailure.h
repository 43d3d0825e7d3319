// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace portlight {

// Why there is no TLS with a peer.
struct TlsFailure {
    enum class Kind : quint8 {
        Handshake,   // the two could not agree
        NoTls,       // what the peer sent is no TLS at all
        PeerClosed,  // without a word
        Unverified,  // the certificate, or one above it
        WrongName,   // the certificate is somebody else's
        OwnSettings, // nothing was sent
    };
    Kind kind = Kind::Handshake;
    int alert = -1;       // that the peer sent (RFC 8446 §6)
    QByteArray reason;    // OpenSSL's: "wrong version number"
    long verifyError = 0; // X509_V_ERR_…
    QByteArray name;      // that the certificate should have had
    int error = 0;        // errno of PeerClosed
    // nginx's words, without the phase: "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version
    // number)"
    QByteArray text;
    bool ordinary = true; // "error" in the log, else "crit"
    QByteArray own;       // what was wrong here, where a handshake ended because of it

    static TlsFailure unverified(long verifyError);
    static TlsFailure wrongName(const QByteArray &name);
    static TlsFailure closed(int error);
};

} // namespace portlight
