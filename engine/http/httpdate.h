// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <optional>

namespace portlight {

// Seconds since 1970 of a date in one of HTTP's three formats (RFC 9110 §5.6.7):
//   Sun, 06 Nov 1994 08:49:37 GMT     Sunday, 06-Nov-94 08:49:37 GMT     Sun Nov  6 08:49:37 1994
// As lenient as ngx_parse_http_time: neither the day's name nor what stands behind the time is looked at. Nothing for
// what is no date, a leap second included. Dates are written by formatHttpDate (http/serializer.h).
std::optional<qint64> parseHttpDate(QByteArrayView text);

} // namespace portlight
