// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <utility>

namespace portlight {

// Why one try at a backend failed, as the window, the records and the pages for this machine tell it.
struct FailureFacts {
    QString kind;   // "connect", "timeout", "closed", "tls", … : one word for each cause
    QString origin; // who is to be looked at: "backend", "network", "configuration", "this machine"
    QString phase;  // "connecting to upstream"; empty where there is none
    QString system; // "ECONNREFUSED (111): Connection refused", "TLS alert 40"; empty where neither spoke
    QByteArray peer;
    qint64 bytesSeen = 0; // of the response, in that phase
    QString sentence;
    QString advice;
    QByteArray directive; // that would help, or that set the bound; empty: none
    QByteArray logText;   // nginx's words
    // Where no peer was left: each with what is in its way.
    QList<std::pair<QString, QString>> obstacles;
    friend bool operator==(const FailureFacts &, const FailureFacts &) = default;
};

} // namespace portlight
