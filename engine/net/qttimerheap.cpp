// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/qttimerheap.h"

#include <QCoreApplication>
#include <QTimerEvent>

#include <algorithm>

namespace portlight {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct QtTimerHeap::Entry {
    enum class Place : quint8 { Heap, Due, Firing };
    int id = 0;
    milliseconds interval{0};
    Qt::TimerType type = Qt::CoarseTimer;
    QObject *object = nullptr;
    Clock::time_point timeout;
    quint64 sequence = 0; // equal timeouts fire in the order in which they were set
    Place place = Place::Heap;
    bool *removed = nullptr; // set while its event is handled
};

namespace {

// The nearest multiple of `grain`, so that timers of like intervals share wake-ups.
QtTimerHeap::Clock::time_point aligned(QtTimerHeap::Clock::time_point time, milliseconds grain)
{
    const auto since = time.time_since_epoch() + grain / 2;
    return QtTimerHeap::Clock::time_point(since - since % grain);
}

// Qt's promise: Precise to the millisecond, Coarse within 5 % of the interval, VeryCoarse to the second.
QtTimerHeap::Clock::time_point rounded(QtTimerHeap::Clock::time_point timeout, milliseconds interval,
                                       Qt::TimerType type)
{
    if (type == Qt::PreciseTimer || interval <= 20ms)
        return timeout;
    if (type == Qt::VeryCoarseTimer || interval >= QtTimerHeap::VeryCoarseFrom)
        return aligned(timeout, 1000ms);
    for (const milliseconds grain : {500ms, 250ms, 100ms, 50ms, 20ms, 10ms, 5ms}) {
        if (grain * 20 <= interval)
            return aligned(timeout, grain);
    }
    return timeout;
}

} // namespace

QtTimerHeap::QtTimerHeap() = default;

QtTimerHeap::~QtTimerHeap() = default;

bool QtTimerHeap::later(const Entry *a, const Entry *b)
{
    return a->timeout != b->timeout ? a->timeout > b->timeout : a->sequence > b->sequence;
}

void QtTimerHeap::push(Entry *entry)
{
    entry->place = Entry::Place::Heap;
    entry->sequence = m_sequence++;
    m_heap.push_back(entry);
    std::push_heap(m_heap.begin(), m_heap.end(), later);
}

void QtTimerHeap::add(int id, milliseconds interval, Qt::TimerType type, QObject *object, Clock::time_point now)
{
    auto entry = std::make_unique<Entry>();
    entry->id = id;
    entry->interval = interval;
    entry->type = type;
    entry->object = object;
    entry->timeout = rounded(now + interval, interval, type);
    push(entry.get());
    m_timers[id] = std::move(entry);
}

void QtTimerHeap::unqueue(Entry *entry)
{
    if (entry->place == Entry::Place::Due) {
        std::replace(m_due.begin(), m_due.end(), entry, static_cast<Entry *>(nullptr));
    } else if (entry->place == Entry::Place::Heap) {
        // Qt's timers are few on the engine thread and seldom stopped: the proxy's timeouts are in TimerQueue.
        std::erase(m_heap, entry);
        std::make_heap(m_heap.begin(), m_heap.end(), later);
    }
    if (entry->removed)
        *entry->removed = true;
}

bool QtTimerHeap::remove(int id)
{
    const auto found = m_timers.find(id);
    if (found == m_timers.end())
        return false;
    unqueue(found->second.get());
    m_timers.erase(found);
    return true;
}

bool QtTimerHeap::removeAll(const QObject *object)
{
    return std::erase_if(m_timers,
                         [this, object](const auto &timer) {
                             if (timer.second->object != object)
                                 return false;
                             unqueue(timer.second.get());
                             return true;
                         })
           > 0;
}

QList<QAbstractEventDispatcher::TimerInfo> QtTimerHeap::timersOf(const QObject *object) const
{
    QList<QAbstractEventDispatcher::TimerInfo> list;
    for (const auto &[id, entry] : m_timers) {
        if (entry->object == object)
            list.append({id, int(entry->interval.count()), entry->type});
    }
    return list;
}

milliseconds QtTimerHeap::remaining(int id, Clock::time_point now) const
{
    const auto found = m_timers.find(id);
    if (found == m_timers.end())
        return -1ms;
    return std::max(0ms, std::chrono::ceil<milliseconds>(found->second->timeout - now));
}

QtTimerHeap::Clock::time_point QtTimerHeap::nextWake() const
{
    if (m_dueCursor < m_due.size())
        return Clock::time_point::min(); // an outer loop took them, this one fires them
    return m_heap.empty() ? Clock::time_point::max() : m_heap.front()->timeout;
}

int QtTimerHeap::fireDue(Clock::time_point now)
{
    while (!m_heap.empty() && m_heap.front()->timeout <= now) {
        std::pop_heap(m_heap.begin(), m_heap.end(), later);
        m_heap.back()->place = Entry::Place::Due;
        m_due.push_back(m_heap.back());
        m_heap.pop_back();
    }
    int fired = 0;
    while (m_dueCursor < m_due.size()) {
        Entry *entry = m_due[m_dueCursor++];
        if (entry && fire(entry, now))
            ++fired;
    }
    m_due.clear();
    m_dueCursor = 0;
    return fired;
}

bool QtTimerHeap::fire(Entry *entry, Clock::time_point now)
{
    const bool counts = entry->interval > 0ms;
    entry->timeout += entry->interval;
    if (entry->timeout < now)
        entry->timeout = now + entry->interval;
    entry->timeout = rounded(entry->timeout, entry->interval, entry->type);
    // Out of the heap while its event is handled: a nested loop must neither fire it again nor spin on it.
    entry->place = Entry::Place::Firing;
    bool removed = false;
    entry->removed = &removed;
    QTimerEvent event(entry->id);
    QCoreApplication::sendEvent(entry->object, &event);
    if (!removed) {
        entry->removed = nullptr;
        push(entry);
    }
    return counts;
}

} // namespace portlight
