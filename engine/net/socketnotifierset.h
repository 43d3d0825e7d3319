// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/epollset.h"

#include <unordered_map>

class QSocketNotifier;

namespace portlight {

// The QSocketNotifiers of one thread over an epoll set, level-triggered as Qt expects, those of one descriptor merged
// into one entry. Changes go to the kernel once a turn. Engine thread; owned by the dispatcher.
class SocketNotifierSet
{
public:
    explicit SocketNotifierSet(EpollSet &epoll);
    ~SocketNotifierSet();
    SocketNotifierSet(const SocketNotifierSet &) = delete;
    SocketNotifierSet &operator=(const SocketNotifierSet &) = delete;

    void add(QSocketNotifier *notifier);
    void remove(QSocketNotifier *notifier);

    // Tells the kernel what changed. Notifiers of closed descriptors are disabled with Qt's warning.
    void flush();
    // Notes what the kernel reported for an entry (the target of a slot).
    void markReady(void *entry, quint32 events);
    // Takes an entry out of the kernel's set until restoreSuppressed(): a level would be reported for ever.
    void suppress(void *entry);
    void restoreSuppressed();
    // Regular files, which epoll refuses and poll() calls always ready.
    void markAlwaysReady();
    bool hasWork() const;
    // Sends the events that were noted; returns how many.
    int activate();

private:
    struct Entry;
    using Token = EpollSet::Token;
    Entry *entryOf(Token token) const;
    void markDirty(Entry *entry);
    void apply(Entry *entry);
    void disable(Entry *entry);
    int activateEntry(Token token);

    EpollSet &m_epoll;
    std::unordered_map<int, std::unique_ptr<Entry>> m_entries;
    std::vector<Token> m_dirty;
    std::vector<Token> m_pending;
    size_t m_pendingCursor = 0; // kept here so that a nested loop goes on where the outer one is
    std::vector<Token> m_alwaysReady;
    std::vector<Token> m_suppressed;
};

} // namespace portlight
