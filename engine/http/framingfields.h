// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"

#include <optional>

namespace portlight {

// The fields that decide where a message ends and whether the connection goes on, read the same way in both directions.

// The digits of a Content-Length, at most 2^63 - 1; nothing else, as nginx: no sign, no list, no white space.
std::optional<qint64> parseContentLength(QByteArrayView value);

// What a Transfer-Encoding asks for. Malformed: no list of codings, an empty element, or "chunked" anywhere but once
// and last (RFC 9112 §6.1): hops disagree about what such a message is. Unknown: well-formed, but not "chunked" alone.
enum class TransferCoding : quint8 { Chunked, Unknown, Malformed };
TransferCoding classifyTransferCoding(QByteArrayView value);

// What the Connection fields of a message say.
struct ConnectionOptions {
    bool close = false;
    bool keepAlive = false;
    bool tooMany = false; // more than ConnectionOptionsMax names
};
// Naming costs fields × options: without a bound a head of 32 KB could ask for millions of comparisons.
inline constexpr int ConnectionOptionsMax = 100;

// Reads all Connection fields, and sets `named` on each field that one of them names (RFC 9110 §7.6.1). Host,
// Content-Length and Transfer-Encoding get the mark too: it only tells what the peer said, and whoever forwards must
// not let it strip what frames or routes the message.
ConnectionOptions readConnectionOptions(const char *data, std::vector<HeaderField> &fields);

} // namespace portlight
