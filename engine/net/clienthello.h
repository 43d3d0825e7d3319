// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>

namespace portlight {

// What a TLS client says first, as far as the choice of a certificate needs it (RFC 8446 §4.1.2).
struct ClientHello {
    QByteArray serverName;           // of SNI (RFC 6066 §3), as sent; empty: none
    QByteArrayList protocols;        // of ALPN (RFC 7301), in its order
    quint16 legacyVersion = 0;       // 0x0303 is TLS 1.2 and above
    QList<quint16> versions;         // of supported_versions
    QList<quint16> signatureSchemes; // of signature_algorithms
};

// Reads the ClientHello off the first bytes of a connection, which may come in many segments and many records.
// Sans-I/O: it is given all bytes from the beginning each time, and keeps what it has put together.
//
// NeedMore ─→ Complete | NotTls | Malformed | TooLong
class ClientHelloParser
{
public:
    static constexpr qsizetype HelloBytesMax = 16 * 1024; // of the message; those with post-quantum key shares: 2 KB
    static constexpr qsizetype WireBytesMax = 32 * 1024;  // of all its records
    static constexpr qsizetype ExtensionsMax = 128;
    static constexpr qsizetype ListMax = 256; // of versions, signature schemes, protocols: more are passed over

    enum class Status : quint8 {
        NeedMore,
        Complete,
        NotTls,    // another protocol: plain HTTP most likely
        Malformed, // begins as TLS and is none that can be read; OpenSSL finds the words
        TooLong,
    };

    // `bytes`: everything that has come, those of earlier calls at its front.
    Status parse(QByteArrayView bytes);
    const ClientHello &hello() const { return m_hello; } // once complete

private:
    Status takeRecords(QByteArrayView bytes);
    Status messageStatus();
    bool readMessage(QByteArrayView body);
    bool readExtensions(QByteArrayView list);
    bool readExtension(quint16 type, QByteArrayView body);
    bool readServerName(QByteArrayView body);
    bool readProtocols(QByteArrayView body);

    QByteArray m_message;  // handshake bytes out of whole records
    qsizetype m_taken = 0; // wire bytes behind them
    ClientHello m_hello;
};

} // namespace portlight
