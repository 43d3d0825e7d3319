// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/epollset.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

namespace portlight {

namespace {

constexpr quint8 RearmRead = 1;
constexpr quint8 RearmWrite = 2;
constexpr quint8 RearmHangup = 4;

quint64 pack(EpollSet::Token token)
{
    return quint64(token.generation) << 32 | token.index;
}

EpollSet::Token unpack(quint64 data)
{
    return {quint32(data), quint32(data >> 32)};
}

} // namespace

const int EpollSet::ControlAdd = EPOLL_CTL_ADD;
const int EpollSet::ControlModify = EPOLL_CTL_MOD;
const int EpollSet::ControlDelete = EPOLL_CTL_DEL;

EpollSet::EpollSet()
    : m_epoll(epoll_create1(EPOLL_CLOEXEC))
    , m_batch(new epoll_event[EventsPerTurnMax])
{
    // As Qt's own dispatchers do: a thread without an event loop cannot go on.
    if (m_epoll < 0)
        qFatal("epoll_create1() failed (%d)", errno);
}

EpollSet::~EpollSet()
{
    close();
}

void EpollSet::close()
{
    if (m_epoll >= 0)
        ::close(m_epoll);
    m_epoll = -1;
    m_count = m_cursor = 0;
}

EpollSet::Token EpollSet::allocate(Kind kind, void *target)
{
    if (m_free.empty()) {
        m_free.push_back(quint32(m_slots.size()));
        m_slots.emplace_back();
    }
    const quint32 index = m_free.back();
    m_free.pop_back();
    Slot &slot = m_slots[index];
    slot.kind = kind;
    slot.target = target;
    return {index, slot.generation};
}

void EpollSet::release(Token token)
{
    Slot &slot = m_slots[token.index];
    Q_ASSERT(slot.generation == token.generation && slot.kind != Kind::Free);
    ++slot.generation;
    slot.kind = Kind::Free;
    slot.target = nullptr;
    slot.rearmed = 0;
    m_free.push_back(token.index);
}

int EpollSet::control(int operation, int descriptor, quint32 events, Token token)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = pack(token);
    return epoll_ctl(m_epoll, operation, descriptor, &event) == 0 ? 0 : errno;
}

void EpollSet::wait(int timeout)
{
    Q_ASSERT(!hasEvent());
    // A signal ends the wait early; the loop turns and waits again.
    const int count = epoll_wait(m_epoll, m_batch.get(), EventsPerTurnMax, timeout);
    Q_ASSERT(count >= 0 || errno == EINTR);
    m_count = std::max(count, 0);
    m_cursor = 0;
}

EpollSet::Event EpollSet::takeEvent()
{
    const epoll_event &event = m_batch[size_t(m_cursor++)];
    return {unpack(event.data.u64), event.events};
}

void EpollSet::rearm(Token token, IoReadiness readiness)
{
    Slot *slot = find(token);
    Q_ASSERT(slot);
    if (!slot->rearmed)
        m_rearmed.push_back(token);
    slot->rearmed |= quint8((readiness.readable ? RearmRead : 0) | (readiness.writable ? RearmWrite : 0)
                            | (readiness.hangup ? RearmHangup : 0));
}

void EpollSet::beginRearmed()
{
    if (m_rearmedCursor == m_rearmedNow.size()) {
        m_rearmedNow.clear();
        m_rearmedCursor = 0;
        std::swap(m_rearmedNow, m_rearmed);
        return;
    }
    // A nested loop came in the middle of the outer one's turn.
    m_rearmedNow.insert(m_rearmedNow.end(), m_rearmed.begin(), m_rearmed.end());
    m_rearmed.clear();
}

bool EpollSet::takeRearmed(IoHandler **handler, IoReadiness *readiness)
{
    while (m_rearmedCursor < m_rearmedNow.size()) {
        Slot *slot = find(m_rearmedNow[m_rearmedCursor++]);
        if (!slot || !slot->rearmed)
            continue;
        const quint8 bits = std::exchange(slot->rearmed, quint8(0));
        *handler = static_cast<IoHandler *>(slot->target);
        *readiness = {(bits & RearmRead) != 0, (bits & RearmWrite) != 0, (bits & RearmHangup) != 0};
        return true;
    }
    return false;
}

} // namespace portlight
