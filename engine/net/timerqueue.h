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

    static constexpr std::chrono::milliseconds AfterMax = std::chrono::hours(24 * 365);

    // Fires once, `after` (0..AfterMax) from the loop's current time; starting again replaces the old time.
    // Started by a timer's callback it fires in a later turn, even with 0.
    void start(std::chrono::milliseconds after);
    void stop();
    bool isActive() const { return m_active; }

private:
    friend class TimerQueue;
    TimerQueue &m_queue;
    Callback m_callback;
    void *m_context;
    std::chrono::steady_clock::time_point m_deadline; // what was asked for; never before its place in the heap
    qsizetype m_heapIndex = -1;                       // may stand there though stopped
    bool m_active = false;
};

// A binary heap of timers, ordered by the time for which each was queued; that time is kept in the heap so that sifting
// touches no timer but those that move. Engine thread; owned by the loop.
class TimerQueue
{
public:
    TimerQueue() = default;
    ~TimerQueue();
    TimerQueue(const TimerQueue &) = delete;
    TimerQueue &operator=(const TimerQueue &) = delete;
    // The loop's time: read once a turn by the dispatcher.
    std::chrono::steady_clock::time_point now() const { return m_now; }
    void setNow(std::chrono::steady_clock::time_point now) { m_now = now; }
    // When the loop must wake at the latest; time_point::max() with no active timer. A timer that was re-armed to a
    // later time still wakes the loop at the old one.
    std::chrono::steady_clock::time_point nextWake() const
    {
        return m_heap.empty() ? std::chrono::steady_clock::time_point::max() : m_heap.front().when;
    }
    // Fires all that are due at now() and tells how many. A callback may start, stop and destroy timers, its own too.
    int fireDue();
    // Places taken in the heap, those of stopped timers included until their time comes.
    size_t size() const { return m_heap.size(); }
    // Is called whenever nextWake() became earlier: for a loop that is woken by somebody else's timer.
    void setWakeObserver(void (*observer)(void *context), void *context);

private:
    friend class Timer;
    struct Place {
        std::chrono::steady_clock::time_point when;
        Timer *timer;
    };
    void enqueue(Timer *timer);
    void moveEarlier(Timer *timer);
    void removeAt(size_t index);
    void dropStoppedRoots();
    void siftUp(size_t index);
    void siftDown(size_t index);
    void put(size_t index, const Place &place);
    void tellWhenFirst(const Timer *timer) const;

    std::vector<Place> m_heap; // the root is always an active timer
    void (*m_wakeObserver)(void *context) = nullptr;
    void *m_wakeContext = nullptr;
    bool m_firing = false;
    std::chrono::steady_clock::time_point m_now = std::chrono::steady_clock::now();
};

} // namespace portlight
