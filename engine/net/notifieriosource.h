// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/iowatch.h"

namespace portlight {

class TimerQueue;

// Watches over QSocketNotifier, for threads whose dispatcher is not ours. An edge is a level reported once: the
// notifier is off from then until IoWatch::drained(). Hangups come as readable. Engine thread; owned by the loop.
class NotifierIoSource final : public IoSource
{
public:
    // The queue is told the time before each report.
    explicit NotifierIoSource(TimerQueue &timers)
        : m_timers(timers)
    {}
    std::unique_ptr<IoWatch> watch(int descriptor, IoHandler *handler) override;

private:
    TimerQueue &m_timers;
};

} // namespace portlight
