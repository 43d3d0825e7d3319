// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "http/wirebuffer.h"

#include <chrono>

namespace portlight {

// Writes HTTP/1 messages. Everything appended here is bytes for the wire; callers have checked names and values.

// "HTTP/1.1 200 OK\r\n"; `reason` empty: the known phrase, or the bare number as nginx writes an unknown one.
void appendStatusLine(WireBuffer &out, int status, QByteArrayView reason = {});
// "name: value\r\n"
void appendField(WireBuffer &out, QByteArrayView name, QByteArrayView value);
void appendField(WireBuffer &out, QByteArrayView name, quint64 value);
// The head of a chunk of `size` payload bytes: "1a\r\n". The payload is followed by "\r\n".
void appendChunkHead(WireBuffer &out, quint64 size);
// "0\r\n" trailers "\r\n"; `trailerLines` are field lines each with CRLF.
void appendLastChunk(WireBuffer &out, QByteArrayView trailerLines = {});

// "Sun, 06 Nov 1994 08:49:37 GMT", 29 characters (RFC 9110 §5.6.7).
void formatHttpDate(std::chrono::system_clock::time_point time, char (&out)[30]);

} // namespace portlight
