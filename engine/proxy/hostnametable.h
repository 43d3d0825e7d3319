// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <vector>

namespace portlight {

// Names of hosts and wildcards over them, each with a number: what nginx's combined hash does for server_name and for
// `map … { hostnames; }` (ngx_hash_add_key, ngx_hash_find_combined). Built once, then only read; a lookup allocates
// nothing and costs the length of the host, however many names there are. ASCII letters are equal in both cases.
class HostnameTable
{
public:
    enum class Added : quint8 {
        Yes,
        Conflict, // an earlier name is as good: this one is left out
        Invalid,  // not one of the wildcards nginx knows: "*.a.b", ".a.b", "a.b.*"
    };

    Added add(QByteArrayView name, quint32 value);
    // The same without wildcards: every name means itself.
    Added addExact(QByteArrayView name, quint32 value);

    // The exact name, else the longest "*.a.b", else the longest "a.b.*".
    std::optional<quint32> find(QByteArrayView host) const;

private:
    // A hash table of names; the hash comes from outside, since one pass over the host makes those of all its parts.
    class Names
    {
    public:
        struct Entry {
            quint64 hash = 0;
            quint32 offset = 0; // into m_bytes
            quint32 bytes = 0;
            quint32 value = 0;
            bool itselfToo = false; // ".a.b" means "a.b" as well
        };

        bool isEmpty() const { return m_entries.empty(); }
        const Entry *find(quint64 hash, QByteArrayView name) const;
        void insert(quint64 hash, QByteArrayView name, quint32 value, bool itselfToo);

    private:
        void place(quint32 index);
        void grow();

        std::vector<Entry> m_entries;
        std::vector<quint32> m_slots; // index into m_entries plus one; a power of two of them
        QByteArray m_bytes;
    };

    Added addLeading(QByteArrayView suffix, quint32 value, bool itselfToo);
    const Names::Entry *findLeading(QByteArrayView host, quint64 *hostHash) const;
    const Names::Entry *findTrailing(QByteArrayView host) const;

    Names m_exact;    // hashed from the end, as the suffixes are
    Names m_claimed;  // names that ".a.b" took from the exact ones
    Names m_leading;  // "a.b" of "*.a.b" and ".a.b"
    Names m_trailing; // "a.b" of "a.b.*", hashed from the begin
};

} // namespace portlight
