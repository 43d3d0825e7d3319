// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <chrono>

namespace portlight {

// Why a backend gave no whole answer: what was tried, how far it came, what the system said. Belongs to the exchange,
// captured or not, because the error log and the error page need it.
struct Failure {
    enum class Kind : quint8 {
        None,
        ConnectFailed,
        TimedOut,
        ClosedEarly,
        ReadFailed,
        WriteFailed,
        InvalidResponse,
        HeadTooLarge,
        NoLivePeer,
        LoopDetected,
        BodyStoreFailed,
    };
    enum class Phase : quint8 { Connecting, SendingRequest, ReadingHead, ReadingBody, Tunneling };

    Kind kind = Kind::None;
    Phase phase = Phase::Connecting;
    int error = 0;        // errno
    QByteArray peer;      // the address tried: "127.0.0.1:3000"
    qint64 bytesSeen = 0; // of the response, in that phase
    std::chrono::milliseconds timeout{0};
    QByteArray detail; // the parser's words for InvalidResponse

    explicit operator bool() const { return kind != Kind::None; }
    // 502, 504 or 508, as nginx answers where it has the case.
    int status() const;
    // nginx's words, without the fields behind: "connect() failed (111: Connection refused) while connecting to
    // upstream"
    QByteArray logText() const;
    // For people: "nothing listens on 127.0.0.1:3000 (connection refused)"
    QString sentence() const;
    // What to do about it.
    QString advice() const;
};

} // namespace portlight
