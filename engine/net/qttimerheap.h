// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractEventDispatcher>

#include <chrono>
#include <memory>
#include <unordered_map>
#include <vector>

namespace portlight {

// The QTimers and QObject timers of one thread: a binary heap where Qt's own dispatchers keep a linear list. Engine
// thread; owned by the dispatcher.
class QtTimerHeap
{
public:
    using Clock = std::chrono::steady_clock;
    // Coarse timers from here on are as VeryCoarse ones: whole seconds (Qt::CoarseTimer allows 5 %).
    static constexpr std::chrono::milliseconds VeryCoarseFrom{20000};

    QtTimerHeap();
    ~QtTimerHeap();
    QtTimerHeap(const QtTimerHeap &) = delete;
    QtTimerHeap &operator=(const QtTimerHeap &) = delete;

    void add(int id, std::chrono::milliseconds interval, Qt::TimerType type, QObject *object, Clock::time_point now);
    bool remove(int id);
    bool removeAll(const QObject *object);
    QList<QAbstractEventDispatcher::TimerInfo> timersOf(const QObject *object) const;
    // Until it fires; 0 when overdue, -1 when there is no such timer.
    std::chrono::milliseconds remaining(int id, Clock::time_point now) const;

    // time_point::max() with no timer that waits.
    Clock::time_point nextWake() const;
    // Sends each due timer's event once; a timer whose event is being handled does not fire again in a nested loop.
    // Returns how many fired, those with interval 0 not counted (as Qt does, so that they do not count as work).
    int fireDue(Clock::time_point now);

private:
    struct Entry;
    static bool later(const Entry *a, const Entry *b);
    void push(Entry *entry);
    void unqueue(Entry *entry);
    bool fire(Entry *entry, Clock::time_point now);

    std::unordered_map<int, std::unique_ptr<Entry>> m_timers;
    std::vector<Entry *> m_heap;
    std::vector<Entry *> m_due; // taken from the heap in this turn; null when removed meanwhile
    size_t m_dueCursor = 0;     // kept here so that a nested loop goes on where the outer one is
    quint64 m_sequence = 0;
};

} // namespace portlight
