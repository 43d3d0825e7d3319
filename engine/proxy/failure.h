// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/loglevel.h"
#include "capture/failurefacts.h"
#include "net/tlsfailure.h"
#include "proxy/retrysettings.h"
#include "upstream/peerstatistics.h"

#include <QByteArray>
#include <QString>

#include <chrono>

namespace portlight {

// Why a backend gave no whole answer: what was tried, how far it came, what the system said. Belongs to the exchange,
// captured or not, because the error log and the error page need it.
struct Failure {
    enum class Kind : quint8 {
        None,
        NotResolved, // the name of the backend; `detail` has nginx's words
        ConnectFailed,
        TlsFailed, // handshake or certificate; `detail` has nginx's words without the phase
        TimedOut,
        ClosedEarly,
        ReadFailed,
        WriteFailed,
        InvalidResponse,
        HeadTooLarge,
        PassedOver, // its status is one that proxy_next_upstream names
        NoLivePeer,
        LoopDetected,
        BodyStoreFailed,
        LocalAddressFailed,  // proxy_bind: detail is the call, "bind(10.0.0.1)"
        ResponseStoreFailed, // a temporary file gave out: detail is the log's text
    };
    enum class Phase : quint8 { Connecting, Handshaking, SendingRequest, ReadingHead, ReadingBody, Tunneling };

    Kind kind = Kind::None;
    Phase phase = Phase::Connecting;
    int error = 0;        // errno
    QByteArray peer;      // the address tried: "127.0.0.1:3000"
    qint64 bytesSeen = 0; // of the response, in that phase
    std::chrono::milliseconds timeout{0};
    int answer = 0;    // the status of PassedOver
    int tlsAlert = -1; // of TlsFailed: the alert that was sent or received (RFC 8446 §6); -1: none
    TlsFailure::Kind tls = TlsFailure::Kind::Handshake; // of TlsFailed
    QByteArray tlsName;                                 // of TlsFailed: that the certificate has not
    bool critical = false;                              // nginx logs it as "crit"
    bool gathered = false;        // of ReadFailed: nginx would have read into several buffers at once, by another call
    QByteArray detail;            // the parser's words for InvalidResponse, OpenSSL's for ReadFailed
    const char *spoken = nullptr; // of InvalidResponse: what the backend seems to speak instead; null: unknown
    QList<std::pair<QString, QString>> obstacles; // of NoLivePeer: peers, and what is in their way

    explicit operator bool() const { return kind != Kind::None; }
    // 502, 504 or 508, as nginx answers where it has the case.
    int status() const;
    // What of proxy_next_upstream it is; None: nothing that another peer could mend.
    NextUpstream condition() const;
    // How the peer's counters call it.
    PeerFailure peerFailure() const;
    LogLevel level() const { return critical || kind == Kind::LocalAddressFailed ? LogLevel::Crit : LogLevel::Error; }
    // "while connecting to upstream"
    QByteArray phaseWords() const;
    // nginx's words, without the fields behind: "connect() failed (111: Connection refused) while connecting to
    // upstream". Of PassedOver too, which nginx does not log.
    QByteArray logText() const;
    // For people: "nothing listens on 127.0.0.1:3000 (connection refused)"
    QString sentence() const;
    // What to do about it.
    QString advice() const;
    // The directive that would help, or that set the bound; empty: none.
    QByteArray directive() const;
    FailureFacts facts() const;
};

} // namespace portlight
