// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/hostnametable.h"

#include <algorithm>

namespace portlight {

namespace {

constexpr quint64 HashStart = 0xcbf29ce484222325; // FNV-1a
constexpr quint64 HashPrime = 0x100000001b3;
constexpr size_t SlotsMin = 8;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c;
}

quint64 hashStep(quint64 hash, char c)
{
    return (hash ^ uchar(lower(c))) * HashPrime;
}

quint64 hashFromEnd(QByteArrayView name)
{
    quint64 hash = HashStart;
    for (qsizetype i = name.size(); i-- > 0;)
        hash = hashStep(hash, name[i]);
    return hash;
}

quint64 hashFromBegin(QByteArrayView name)
{
    quint64 hash = HashStart;
    for (const char c : name)
        hash = hashStep(hash, c);
    return hash;
}

size_t slotOf(quint64 hash, size_t slots)
{
    return size_t(hash ^ hash >> 32) & (slots - 1);
}

} // namespace

const HostnameTable::Names::Entry *HostnameTable::Names::find(quint64 hash, QByteArrayView name) const
{
    if (m_slots.empty())
        return nullptr;
    for (size_t slot = slotOf(hash, m_slots.size()); m_slots[slot]; slot = (slot + 1) & (m_slots.size() - 1)) {
        const Entry &entry = m_entries[m_slots[slot] - 1];
        if (entry.hash != hash || entry.bytes != size_t(name.size()))
            continue;
        const char *const known = m_bytes.constData() + entry.offset;
        if (std::equal(name.begin(), name.end(), known, [](char a, char b) { return lower(a) == b; }))
            return &entry;
    }
    return nullptr;
}

void HostnameTable::Names::insert(quint64 hash, QByteArrayView name, quint32 value, bool itselfToo)
{
    m_entries.push_back({hash, quint32(m_bytes.size()), quint32(name.size()), value, itselfToo});
    for (const char c : name)
        m_bytes.append(lower(c));
    if (m_entries.size() * 2 > m_slots.size())
        grow();
    else
        place(quint32(m_entries.size() - 1));
}

void HostnameTable::Names::place(quint32 index)
{
    size_t slot = slotOf(m_entries[index].hash, m_slots.size());
    while (m_slots[slot])
        slot = (slot + 1) & (m_slots.size() - 1);
    m_slots[slot] = index + 1;
}

void HostnameTable::Names::grow()
{
    m_slots.assign(std::max(SlotsMin, m_slots.size() * 2), 0);
    for (quint32 index = 0; index < m_entries.size(); ++index)
        place(index);
}

HostnameTable::Added HostnameTable::add(QByteArrayView name, quint32 value)
{
    const qsizetype stars = std::count(name.begin(), name.end(), '*');
    if (stars > 1 || name.contains('\0') || name.indexOf("..") >= 0)
        return Added::Invalid;
    if (name.size() > 1 && name.startsWith('.'))
        return addLeading(name.sliced(1), value, true);
    if (name.size() > 2 && name.startsWith("*."))
        return addLeading(name.sliced(2), value, false);
    if (name.size() > 2 && name.endsWith(".*")) {
        const QByteArrayView prefix = name.chopped(2);
        const quint64 hash = hashFromBegin(prefix);
        if (m_trailing.find(hash, prefix))
            return Added::Conflict;
        m_trailing.insert(hash, prefix, value, false);
        return Added::Yes;
    }
    return stars > 0 ? Added::Invalid : addExact(name, value);
}

HostnameTable::Added HostnameTable::addExact(QByteArrayView name, quint32 value)
{
    const quint64 hash = hashFromEnd(name);
    if (m_exact.find(hash, name) || m_claimed.find(hash, name))
        return Added::Conflict;
    m_exact.insert(hash, name, value, false);
    return Added::Yes;
}

HostnameTable::Added HostnameTable::addLeading(QByteArrayView suffix, quint32 value, bool itselfToo)
{
    const quint64 hash = hashFromEnd(suffix);
    if (itselfToo) {
        if (m_exact.find(hash, suffix) || m_claimed.find(hash, suffix))
            return Added::Conflict;
        // nginx keeps the plain name taken even where the wildcard then loses to an earlier "*.a.b".
        m_claimed.insert(hash, suffix, value, false);
    }
    if (m_leading.find(hash, suffix))
        return Added::Conflict;
    m_leading.insert(hash, suffix, value, itselfToo);
    return Added::Yes;
}

// The longest suffix behind a dot, or the whole host for ".a.b"; `hostHash` gets the hash of the whole host.
const HostnameTable::Names::Entry *HostnameTable::findLeading(QByteArrayView host, quint64 *hostHash) const
{
    const Names::Entry *longest = nullptr;
    quint64 hash = HashStart;
    for (qsizetype i = host.size(); i-- > 0;) {
        if (host[i] == '.' && !m_leading.isEmpty()) {
            if (const Names::Entry *entry = m_leading.find(hash, host.sliced(i + 1)))
                longest = entry;
        }
        hash = hashStep(hash, host[i]);
    }
    *hostHash = hash;
    const Names::Entry *const whole = m_leading.find(hash, host);
    return whole && whole->itselfToo ? whole : longest;
}

const HostnameTable::Names::Entry *HostnameTable::findTrailing(QByteArrayView host) const
{
    const Names::Entry *longest = nullptr;
    if (m_trailing.isEmpty())
        return longest;
    quint64 hash = HashStart;
    for (qsizetype i = 0; i < host.size(); ++i) {
        if (host[i] == '.') {
            if (const Names::Entry *entry = m_trailing.find(hash, host.first(i)))
                longest = entry;
        }
        hash = hashStep(hash, host[i]);
    }
    return longest;
}

std::optional<quint32> HostnameTable::find(QByteArrayView host) const
{
    quint64 hash = 0;
    const Names::Entry *found = findLeading(host, &hash);
    if (const Names::Entry *exact = m_exact.find(hash, host))
        return exact->value;
    if (host.isEmpty())
        return std::nullopt;
    if (!found)
        found = findTrailing(host);
    return found ? std::optional(found->value) : std::nullopt;
}

} // namespace portlight
