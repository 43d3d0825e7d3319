// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/parser.h"

#include <QByteArray>

#include <vector>

namespace portlight::testing {

// Bytes that a client may send on one connection, and what must become of them.
struct HttpSample {
    const char *name;
    QByteArray bytes;
    // The answers in their order, by status: "200 200" for two requests taken, "400" for a refusal; "0.9" for a request
    // that gets no status line; "" while more bytes are awaited.
    const char *verdict;
    HttpProtocolError::Code code = HttpProtocolError::Code::None; // of the refusal
};

// Known ways to make two hops disagree about where a message ends, and their harmless neighbours.
const std::vector<HttpSample> &httpBattery();

// What our parsers make of the bytes of one connection, in the form of HttpSample::verdict. `code`, when given, gets
// the reason of the refusal. CONNECT and TRACE are 405 and an impossible path is 400, as everywhere: these are the
// callers' part of the rules.
QByteArray verdictOn(QByteArrayView bytes, HttpProtocolError::Code *code = nullptr);

} // namespace portlight::testing
