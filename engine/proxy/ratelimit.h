// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>

namespace portlight {

// How many bytes one response may move, as nginx reckons it: in whole seconds, the first of which counts from the
// start, with a rest behind each write that used some of it (ngx_http_write_filter, ngx_event_pipe_read_upstream).
// Sans-I/O; owned by whoever moves the bytes.
class RateLimit
{
public:
    using Duration = std::chrono::steady_clock::duration;
    static constexpr std::chrono::milliseconds RestMax = std::chrono::hours(24); // one timer; then it is asked again

    // `bytesPerSecond` 0 or below: no limit. The first `freeBytes` are not held back (limit_rate_after).
    void begin(qint64 bytesPerSecond, qint64 freeBytes = 0);
    void clear() { m_rate = 0; }
    bool isOn() const { return m_rate > 0; }
    qint64 bytesPerSecond() const { return m_rate; }

    // Bytes that may move now, so long after the start, when `moved` have; 0 or below: restBefore() tells when to ask
    // again. With a limit only.
    qint64 allowance(Duration sinceStart, qint64 moved) const;
    // What to wait when there is no allowance.
    std::chrono::milliseconds restBefore(Duration sinceStart, qint64 moved) const;
    // What to wait behind a move from `before` to `after` bytes; 0: nothing.
    std::chrono::milliseconds restBehind(qint64 before, qint64 after) const;

private:
    std::chrono::milliseconds timeFor(qint64 bytes) const;

    qint64 m_rate = 0;
    qint64 m_freeBytes = 0;
};

} // namespace portlight
