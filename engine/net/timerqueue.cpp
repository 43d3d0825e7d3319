// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/timerqueue.h"

#include <algorithm>

namespace portlight {

using namespace std::chrono_literals;

Timer::Timer(TimerQueue &queue, Callback callback, void *context)
    : m_queue(queue)
    , m_callback(callback)
    , m_context(context)
{}

Timer::~Timer()
{
    if (m_heapIndex >= 0)
        m_queue.removeAt(size_t(m_heapIndex));
}

void Timer::start(std::chrono::milliseconds after)
{
    m_deadline = m_queue.m_now + std::clamp(after, std::chrono::milliseconds::zero(), AfterMax);
    // A callback that starts its own timer with 0 must not keep fireDue() from returning.
    if (m_queue.m_firing && m_deadline <= m_queue.m_now)
        m_deadline = m_queue.m_now + 1ns;
    m_active = true;
    if (m_heapIndex < 0)
        m_queue.enqueue(this);
    else if (m_deadline < m_queue.m_heap[size_t(m_heapIndex)].when)
        m_queue.moveEarlier(this);
}

void Timer::stop()
{
    if (!m_active)
        return;
    m_active = false;
    if (m_heapIndex == 0)
        m_queue.dropStoppedRoots();
}

TimerQueue::~TimerQueue()
{
    for (const Place &place : m_heap) {
        place.timer->m_heapIndex = -1;
        place.timer->m_active = false;
    }
}

void TimerQueue::setWakeObserver(void (*observer)(void *context), void *context)
{
    m_wakeObserver = observer;
    m_wakeContext = context;
}

int TimerQueue::fireDue()
{
    int fired = 0;
    const bool nested = std::exchange(m_firing, true);
    while (!m_heap.empty() && m_heap.front().when <= m_now) {
        Timer *timer = m_heap.front().timer;
        if (timer->m_deadline > m_now) {
            m_heap.front().when = timer->m_deadline;
            siftDown(0);
            dropStoppedRoots();
            continue;
        }
        timer->m_active = false;
        removeAt(0);
        ++fired;
        timer->m_callback(timer->m_context);
    }
    m_firing = nested;
    return fired;
}

void TimerQueue::enqueue(Timer *timer)
{
    m_heap.push_back({timer->m_deadline, timer});
    timer->m_heapIndex = qsizetype(m_heap.size()) - 1;
    siftUp(m_heap.size() - 1);
    tellWhenFirst(timer);
}

void TimerQueue::moveEarlier(Timer *timer)
{
    const size_t index = size_t(timer->m_heapIndex);
    m_heap[index].when = timer->m_deadline;
    siftUp(index);
    tellWhenFirst(timer);
}

void TimerQueue::removeAt(size_t index)
{
    m_heap[index].timer->m_heapIndex = -1;
    const Place last = m_heap.back();
    m_heap.pop_back();
    if (index < m_heap.size()) {
        put(index, last);
        siftUp(index);
        siftDown(size_t(last.timer->m_heapIndex));
    }
    if (index == 0)
        dropStoppedRoots();
}

void TimerQueue::dropStoppedRoots()
{
    while (!m_heap.empty() && !m_heap.front().timer->m_active) {
        m_heap.front().timer->m_heapIndex = -1;
        const Place last = m_heap.back();
        m_heap.pop_back();
        if (!m_heap.empty()) {
            put(0, last);
            siftDown(0);
        }
    }
}

void TimerQueue::siftUp(size_t index)
{
    const Place moving = m_heap[index];
    while (index > 0) {
        const size_t parent = (index - 1) / 2;
        if (m_heap[parent].when <= moving.when)
            break;
        put(index, m_heap[parent]);
        index = parent;
    }
    put(index, moving);
}

void TimerQueue::siftDown(size_t index)
{
    const Place moving = m_heap[index];
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= m_heap.size())
            break;
        if (child + 1 < m_heap.size() && m_heap[child + 1].when < m_heap[child].when)
            ++child;
        if (moving.when <= m_heap[child].when)
            break;
        put(index, m_heap[child]);
        index = child;
    }
    put(index, moving);
}

void TimerQueue::put(size_t index, const Place &place)
{
    m_heap[index] = place;
    place.timer->m_heapIndex = qsizetype(index);
}

void TimerQueue::tellWhenFirst(const Timer *timer) const
{
    if (m_wakeObserver && timer->m_heapIndex == 0)
        m_wakeObserver(m_wakeContext);
}

} // namespace portlight
