// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArrayView>

#include <utility>
#include <vector>

namespace portlight {

inline constexpr qsizetype HarBytesMax = 256 * 1024 * 1024;
inline constexpr qsizetype HarEntriesMax = 10'000;
inline constexpr qsizetype HarBodyBytesMax = 16 * 1024 * 1024; // of one request

// One request out of a HAR file, ready to be sent again.
struct HarRequest {
    QByteArray method;
    QByteArray scheme;                                     // "http" or "https"
    QByteArray host;                                       // without the port
    quint16 port = 0;                                      // the scheme's when the URL names none
    QByteArray target;                                     // path and query, escaped
    std::vector<std::pair<QByteArray, QByteArray>> fields; // without those of the hop: Host, Connection, lengths
    QByteArray body;
};

// Reads a HAR 1.2 file (log.entries[].request). Entries with another scheme (data:, ws:) are left out. Errors name the
// entry and the member: what was expected and what is there.
Result<std::vector<HarRequest>> readHar(QByteArrayView json);

} // namespace portlight
