// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/socketnotifierset.h"

#include <QCoreApplication>
#include <QSocketNotifier>

#include <sys/epoll.h>

#include <cerrno>

namespace portlight {

namespace {

constexpr int TypeCount = 3;
constexpr const char *TypeNames[TypeCount] = {"Read", "Write", "Exception"};
// As QEventDispatcherUNIX maps poll(): a hangup or an error is told to every notifier of the descriptor.
constexpr quint32 TypeEvents[TypeCount] = {EPOLLIN, EPOLLOUT, EPOLLPRI};
constexpr quint32 EventsOfAll = EPOLLHUP | EPOLLERR;
constexpr quint32 AlwaysReadyEvents = EPOLLIN | EPOLLOUT;

} // namespace

struct SocketNotifierSet::Entry {
    int descriptor = -1;
    Token token;
    QSocketNotifier *notifiers[TypeCount] = {};
    QSocketNotifier *watched[TypeCount] = {}; // those for whom the kernel watches
    quint8 pending = 0;                       // types whose event was noted and not sent
    bool inKernel = false;
    bool dirty = false;
    bool suppressed = false;
    bool alwaysReady = false;

    // Nothing to tell the kernel: a write notifier that was switched on and off within a turn, as Qt's sockets do with
    // each write.
    bool isUpToDate() const { return inKernel && std::equal(notifiers, notifiers + TypeCount, watched); }
    bool isEmpty() const { return !notifiers[0] && !notifiers[1] && !notifiers[2]; }
    quint32 wanted() const
    {
        quint32 events = 0;
        for (int type = 0; type < TypeCount; ++type)
            events |= notifiers[type] ? TypeEvents[type] : 0;
        return events;
    }
};

SocketNotifierSet::SocketNotifierSet(EpollSet &epoll)
    : m_epoll(epoll)
{}

SocketNotifierSet::~SocketNotifierSet() = default;

void SocketNotifierSet::add(QSocketNotifier *notifier)
{
    const int descriptor = int(notifier->socket());
    const int type = notifier->type();
    std::unique_ptr<Entry> &entry = m_entries[descriptor];
    if (!entry) {
        entry = std::make_unique<Entry>();
        entry->descriptor = descriptor;
        entry->token = m_epoll.allocate(EpollSet::Kind::Notifiers, entry.get());
    }
    if (entry->notifiers[type])
        qWarning("QSocketNotifier: Multiple socket notifiers for same socket %d and type %s", descriptor,
                 TypeNames[type]);
    entry->notifiers[type] = notifier;
    markDirty(entry.get());
}

void SocketNotifierSet::remove(QSocketNotifier *notifier)
{
    const auto found = m_entries.find(int(notifier->socket()));
    if (found == m_entries.end())
        return;
    Entry *entry = found->second.get();
    const int type = notifier->type();
    if (entry->notifiers[type] != notifier)
        return; // replaced by another one, which was warned about
    entry->notifiers[type] = nullptr;
    entry->pending &= quint8(~(1 << type));
    if (!entry->isEmpty()) {
        markDirty(entry);
        return;
    }
    // At once, while the descriptor is still open: with nobody interested the kernel would go on reporting a hangup.
    if (entry->inKernel)
        m_epoll.forget(entry->descriptor);
    if (entry->alwaysReady)
        std::erase_if(m_alwaysReady, [entry](Token token) { return token.index == entry->token.index; });
    m_epoll.release(entry->token);
    m_entries.erase(found);
}

void SocketNotifierSet::flush()
{
    for (size_t i = 0; i < m_dirty.size(); ++i) {
        if (Entry *entry = entryOf(m_dirty[i]))
            apply(entry);
    }
    m_dirty.clear();
}

SocketNotifierSet::Entry *SocketNotifierSet::entryOf(Token token) const
{
    EpollSet::Slot *slot = m_epoll.find(token);
    return slot ? static_cast<Entry *>(slot->target) : nullptr;
}

void SocketNotifierSet::markDirty(Entry *entry)
{
    if (!entry->dirty)
        m_dirty.push_back(entry->token);
    entry->dirty = true;
}

void SocketNotifierSet::apply(Entry *entry)
{
    entry->dirty = false;
    if (entry->alwaysReady || entry->suppressed || entry->isUpToDate())
        return;
    int error = ENOENT;
    if (entry->inKernel)
        error = m_epoll.modify(entry->descriptor, entry->wanted(), entry->token);
    // ENOENT: the descriptor was closed and opened anew behind our back, and is another file now.
    if (error == ENOENT)
        error = m_epoll.add(entry->descriptor, entry->wanted(), entry->token);
    // EEXIST: left behind by a watch whose descriptor was handed on instead of being closed.
    if (error == EEXIST)
        error = m_epoll.modify(entry->descriptor, entry->wanted(), entry->token);
    entry->inKernel = error == 0;
    std::copy(entry->notifiers, entry->notifiers + TypeCount, entry->watched);
    if (error == EPERM) {
        entry->alwaysReady = true;
        m_alwaysReady.push_back(entry->token);
    } else if (error != 0) {
        disable(entry);
    }
}

void SocketNotifierSet::disable(Entry *entry)
{
    const Token token = entry->token;
    for (int type = 0; type < TypeCount; ++type) {
        entry = entryOf(token);
        if (!entry)
            return;
        if (QSocketNotifier *notifier = entry->notifiers[type]) {
            qWarning("QSocketNotifier: Invalid socket %d with type %s, disabling...", entry->descriptor,
                     TypeNames[type]);
            notifier->setEnabled(false);
        }
    }
}

void SocketNotifierSet::markReady(void *target, quint32 events)
{
    auto *entry = static_cast<Entry *>(target);
    const quint8 before = entry->pending;
    for (int type = 0; type < TypeCount; ++type) {
        if (entry->notifiers[type] && (events & (TypeEvents[type] | EventsOfAll)))
            entry->pending |= quint8(1 << type);
    }
    if (!before && entry->pending)
        m_pending.push_back(entry->token);
}

void SocketNotifierSet::suppress(void *target)
{
    auto *entry = static_cast<Entry *>(target);
    m_epoll.forget(entry->descriptor);
    entry->inKernel = false;
    entry->suppressed = true;
    m_suppressed.push_back(entry->token);
}

void SocketNotifierSet::restoreSuppressed()
{
    for (const Token token : m_suppressed) {
        if (Entry *entry = entryOf(token)) {
            entry->suppressed = false;
            markDirty(entry);
        }
    }
    m_suppressed.clear();
}

bool SocketNotifierSet::hasWork() const
{
    return m_pendingCursor < m_pending.size()
           || std::any_of(m_alwaysReady.begin(), m_alwaysReady.end(),
                          [this](Token token) { return (entryOf(token)->wanted() & AlwaysReadyEvents) != 0; });
}

void SocketNotifierSet::markAlwaysReady()
{
    for (const Token token : m_alwaysReady)
        markReady(entryOf(token), AlwaysReadyEvents);
}

int SocketNotifierSet::activate()
{
    int activated = 0;
    while (m_pendingCursor < m_pending.size())
        activated += activateEntry(m_pending[m_pendingCursor++]);
    m_pending.clear();
    m_pendingCursor = 0;
    return activated;
}

int SocketNotifierSet::activateEntry(Token token)
{
    int activated = 0;
    for (int type = 0; type < TypeCount; ++type) {
        Entry *entry = entryOf(token); // may have gone with the last event
        if (!entry)
            break;
        const quint8 bit = quint8(1 << type);
        if (!(entry->pending & bit))
            continue;
        entry->pending &= quint8(~bit);
        QEvent event(QEvent::SockAct);
        QCoreApplication::sendEvent(entry->notifiers[type], &event);
        ++activated;
    }
    return activated;
}

} // namespace portlight
