// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/recordingorigin.h"

#include <QByteArrayList>
#include <QList>
#include <QString>

#include <map>
#include <vector>

namespace portlight::testing {

// One thing that the client of a case does.
struct ParityStep {
    enum class Kind {
        Send,
        Read,      // one response, interim ones before it included; `bytes` is the method it answers
        Await,     // until exactly `bytes` have come
        ReadToEnd, // until the server closes
        ShutWrite, // half-closes
        Close,     // closes without a word
        NewConnection,
        OriginRequests, // waits until the backends have `count` requests
        OriginClosed,   // waits until `count` backend connections were closed by the proxy
    };
    Kind kind;
    QByteArray bytes;
    int count = 0;
};

// One case: what is sent to both servers, what their backends answer, and in which lines they may differ, and why.
struct ParityCase {
    QByteArray name;
    QByteArray config;  // name of a configuration
    bool fresh = false; // both servers are started anew: what they remember counts
    std::vector<ParityStep> steps;
    QList<OriginReply> replies;
    QByteArray because;
    QByteArrayList onlyNginx;
    QByteArrayList onlyOurs;
};

struct ParityCases {
    std::map<QByteArray, QByteArray> configs; // what stands inside http { }
    std::vector<ParityCase> cases;
    QByteArray problem; // "file:line: what"; empty when all was understood
};

// Reads a file of cases into `into`:
//
//     @config NAME            lines up to @end: what stands inside http { }
//     @case NAME CONFIG [fresh]
//     > text                  sent by the client, with CRLF          >> text    without
//     < text                  answered by the backend, with CRLF     << text    without
//     <~ close|keep|reset|hold|tunnel|early|next    how the backend goes on; `next` begins the next reply
//     ~ read METHOD…|await TEXT|end|shut|close|new|requests N|closed N      what the client does next
//     ! text                  why the servers differ, on purpose
//     !nginx text  !ours text  a line that only one of them gives
//
// Escapes in texts: \r \n \t \\ \xNN, and \{COUNT*TEXT}. A send that no ~ line follows is followed by a read.
void readParityCases(const QString &path, ParityCases &into);

// Text with the escapes above resolved.
QByteArray unescaped(QByteArrayView text);

} // namespace portlight::testing
