// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QList>

#include <chrono>
#include <utility>

namespace portlight {

inline constexpr std::chrono::milliseconds DemoDelayMax{60'000};
inline constexpr int DemoStreamPiecesMax = 1'000;

using DemoField = std::pair<QByteArray, QByteArray>;

// A request as the demo's routes see it.
struct DemoRequest {
    QByteArray requestLine;
    QByteArray method;
    QByteArray path;
    QByteArray query;
    QList<DemoField> fields; // as received
    qint64 bodyBytes = 0;

    QByteArray field(QByteArrayView name) const; // any case; empty when there is none
    // The number behind `name` in the query, held within the bounds.
    int number(QByteArrayView name, int fallback, int min, int max) const;
};

// What the connection has to do for it.
struct DemoAnswer {
    enum class Kind : quint8 {
        Whole,     // head and body, after `delay`
        Pieces,    // `pieces` lines, `delay` between them
        Events,    // a server-sent event each `delay`, for ever
        WebSocket, // 101, then the echo
        Break,     // part of a head, then the connection closes
    };
    Kind kind = Kind::Whole;
    int status = 200;
    QList<DemoField> fields;
    QByteArray body;
    std::chrono::milliseconds delay{0};
    int pieces = 0;
};

// Answers a request. Sans-I/O; `now` is what /api/time tells.
DemoAnswer answerDemoRequest(const DemoRequest &request, const QDateTime &now);

// What /break sends before it closes.
QByteArray demoBrokenHead();
// Piece number `index` (from 0) of /stream, and event number `index` of /events.
QByteArray demoPiece(int index, int pieces);
QByteArray demoEvent(int index, const QDateTime &now);
// The page at "/".
QByteArray demoPage();

} // namespace portlight
