// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"

#include <chrono>

namespace portlight {

class Exchange;

// Seconds with three digits behind the point, as nginx shows times: "0.042". Negative times are 0.
inline void appendSeconds(WireBuffer &out, qint64 time)
{
    const qint64 ms = time < 0 ? 0 : time; // milliseconds
    out.appendNumber(quint64(ms / 1000));
    const int rest = int(ms % 1000);
    const char digits[] = {'.', char('0' + rest / 100), char('0' + rest / 10 % 10), char('0' + rest % 10)};
    out.append(digits, sizeof digits);
}

// $msec
inline void appendUnixMilliseconds(WireBuffer &out)
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    appendSeconds(out, std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

// $status: three digits, of nothing yet too; an HTTP/0.9 request shows its version.
void appendStatus(const Exchange &exchange, WireBuffer &out);

} // namespace portlight
