// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>
#include <vector>

namespace portlight {

class TimerQueue;

// One timeout of one object: armed, re-armed far more often than it fires. Re-arming to a later time is O(1): the queue
// notices when the old time comes. Engine thread; a member of the object it belongs to; stops itself when destroyed.
class Timer
{
public:
    using Callback = void (*)(void *context);
    Timer(TimerQueue &queue, Callback callback, void *context);
    ~Timer();
    Timer(const Timer &) = delete;
    Timer &operator=(const Timer &) = delete;

    // Fires once, `after` from the loop's current time; starting again replaces the old time.
    void start(std::chrono::milliseconds after);
    void stop();
    bool isActive() const { return m_active; }

private:
    friend class TimerQueue;
    TimerQueue &m_queue;
    Callback m_callback;
    void *m_context;
    std::chrono::steady_clock::time_point m_deadline;      // what was asked for
    std::chrono::steady_clock::time_point m_queuedFor;     // where it stands in the heap
    qsizetype m_heapIndex = -1;
    bool m_active = false;
};

// A binary heap of timers. Engine thread; owned by the loop.
class TimerQueue
{
public:
    ~TimerQueue();
    // The loop's time: read once a turn by the dispatcher.
    std::chrono::steady_clock::time_point now() const { return m_now; }
    void setNow(std::chrono::steady_clock::time_point now) { m_now = now; }
    // When the loop must wake at the latest; time_point::max() with no timer.
    std::chrono::steady_clock::time_point nextWake() const;
    // Fires all that are due at now(). A callback may start, stop and destroy timers, its own too.
    void fireDue();
    size_t size() const { return m_heap.size(); }

private:
    friend class Timer;
    void enqueue(Timer *timer);
    void remove(Timer *timer);
    std::vector<Timer *> m_heap;
    std::chrono::steady_clock::time_point m_now = std::chrono::steady_clock::now();
};

} // namespace portlight
