// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/iowatch.h"

#include <vector>

struct epoll_event;

namespace portlight {

// One kernel epoll set with the batch last fetched from it. What the kernel hands back is a token: the number of a slot
// and the slot's generation, so that an event of a registration that ended earlier in the same batch finds nothing,
// even when its slot or its descriptor number is in use again. No hash, no allocation an event. Engine thread; owned by
// the dispatcher, shared with the watches that may outlive it.
class EpollSet
{
public:
    static constexpr int EventsPerTurnMax = 512;

    enum class Kind : quint8 { Free, Watch, Notifiers, Wakeup };
    struct Token {
        quint32 index = 0;
        quint32 generation = 0;
    };
    struct Slot {
        void *target = nullptr; // IoHandler of a watch, SocketNotifierSet::Entry of notifiers
        quint32 generation = 0;
        Kind kind = Kind::Free;
        quint8 rearmed = 0; // readiness to be reported again, as bits
    };
    struct Event {
        Token token;
        quint32 events = 0;
    };

    EpollSet();
    ~EpollSet();
    EpollSet(const EpollSet &) = delete;
    EpollSet &operator=(const EpollSet &) = delete;
    // Ends the kernel's set; slots go on to exist for the watches that are left.
    void close();

    Token allocate(Kind kind, void *target);
    void release(Token token);
    // The slot of a live registration, else null. Valid until the next allocate().
    Slot *find(Token token)
    {
        Slot &slot = m_slots[token.index];
        return slot.generation == token.generation ? &slot : nullptr;
    }

    // 0 or errno, as epoll_ctl gives it.
    int add(int descriptor, quint32 events, Token token) { return control(ControlAdd, descriptor, events, token); }
    int modify(int descriptor, quint32 events, Token token)
    {
        return control(ControlModify, descriptor, events, token);
    }
    void forget(int descriptor) { control(ControlDelete, descriptor, 0, {}); }

    // Fetches the next batch; the one before must be used up. `timeout` in milliseconds, -1 for ever.
    void wait(int timeout);
    bool hasEvent() const { return m_cursor < m_count; }
    Event takeEvent();

    // Reports readiness in the next turn, without asking the kernel.
    void rearm(Token token, IoReadiness readiness);
    bool hasRearmed() const { return m_rearmedCursor < m_rearmedNow.size() || !m_rearmed.empty(); }
    // Makes what was rearmed until now due; later calls of rearm() are for the turn after.
    void beginRearmed();
    // The next one that is due; false when there is none.
    bool takeRearmed(IoHandler **handler, IoReadiness *readiness);

private:
    static const int ControlAdd;
    static const int ControlModify;
    static const int ControlDelete;
    int control(int operation, int descriptor, quint32 events, Token token);

    int m_epoll = -1;
    std::vector<Slot> m_slots;
    std::vector<quint32> m_free;
    std::unique_ptr<epoll_event[]> m_batch;
    int m_count = 0;
    int m_cursor = 0; // kept here so that a nested loop goes on with the batch of the outer one
    std::vector<Token> m_rearmed;
    std::vector<Token> m_rearmedNow;
    size_t m_rearmedCursor = 0;
};

} // namespace portlight
