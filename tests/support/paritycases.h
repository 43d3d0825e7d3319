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
        Read,           // one response, interim ones before it included; `bytes` is the method it answers
        Await,          // until exactly `bytes` have come
        ReadToEnd,      // until the server closes
        ShutWrite,      // half-closes
        Close,          // closes without a word
        NewConnection,  // to `bytes`: nothing for "@port@", NAME for "@port-NAME@", "[::1]:NAME", "unix:FILE" below
                        // @dir@
        OriginRequests, // waits until the backends have `count` requests
        OriginClosed,   // waits until `count` backend connections were closed by the proxy
        Log,            // waits until the file `bytes` below @dir@ has `count` lines more than when the case began
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

    // The files whose new lines it looks at.
    QByteArrayList logs() const
    {
        QByteArrayList names;
        for (const ParityStep &step : steps) {
            if (step.kind == ParityStep::Kind::Log)
                names.append(step.bytes);
        }
        return names;
    }
};

// Something below the folder "@files@", which both servers read.
struct ParityFile {
    enum class Kind { Plain, Folder, Link };
    Kind kind = Kind::Plain;
    QByteArray path;
    QByteArray content; // of a link: its target
    bool executable = false;
};

struct ParityCases {
    std::map<QByteArray, QByteArray> configs; // what stands inside http { }
    std::vector<ParityFile> files;
    std::vector<ParityCase> cases;
    QByteArray problem; // "file:line: what"; empty when all was understood
};

// Reads a file of cases into `into`:
//
//     @config NAME            lines up to @end: what stands inside http { }
//     @file PATH [executable] lines up to @end: a file below @files@, from which both servers read
//     @bytes PATH TEXT        a file of just this text
//     @folder PATH            an empty one
//     @link PATH TARGET       a symbolic link
//     @case NAME CONFIG [fresh]
//     @get NAME CONFIG TARGET [HOST]    a case that sends this request, to a.test if not HOST; also @head, @post, …
//     + Name: value           a field of such a request
//     > text                  sent by the client, with CRLF          >> text    without
//     < text                  answered by the backend, with CRLF     << text    without
//     <~ close|keep|reset|hold|deaf|tunnel    how the backend goes on behind its reply
//     <~ early|trickle                        when and how it replies: see OriginReply
//     <~ next                                 begins the next reply
//     ~ read METHOD…|await TEXT|end|shut|close|requests N|closed N      what the client does next
//     ~ new [NAME|[::1]:NAME|unix:FILE]    connects anew, to @port@, @port-NAME@ or the socket @dir@/FILE
//     ~ log FILE N            closes, and waits until the file @dir@/FILE has N lines more
//     ! text                  why the servers differ, on purpose
//     !nginx text  !ours text  a line that only one of them gives
//
// Escapes in texts: \r \n \t \\ \xNN, and \{COUNT*TEXT}. A send that no ~ line follows is followed by a read. In
// configurations, files and texts "@files@" is the folder of the files, "@refused@" and "@full@" are ports that refuse
// or never take a connection, "@dns@" is a name server, and "@port@" and the like what they are.
void readParityCases(const QString &path, ParityCases &into);

// When every file of the cases was last modified, in seconds since 1970: Mon, 01 Jan 2024 00:00:00 GMT.
constexpr qint64 FileTime = 1704067200;

// Puts the files of the cases below `folder`. Empty when it could, else what went wrong.
QByteArray writeParityFiles(const ParityCases &cases, const QString &folder);

// Text with the escapes above resolved.
QByteArray unescaped(QByteArrayView text);

} // namespace portlight::testing
