// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "http/wirebuffer.h"
#include "proxy/variableref.h"

#include <QHash>

#include <optional>
#include <vector>

namespace portlight {

class Exchange;

// A variable whose value is worked out from others: map, geo, split_clients. Owned by the compiled configuration.
class ComputedVariable
{
public:
    virtual ~ComputedVariable() = default;
    // Appends the value. False: there is none.
    virtual bool evaluate(Exchange &exchange, WireBuffer &out) const = 0;
    // Worked out anew at each use, else once an exchange.
    virtual bool isVolatile() const { return false; }
};

// The names of one configuration's variables: nginx's own, and those that it defines itself, which get a slot in every
// exchange. Names may be used before they are defined, as in nginx. Used while compiling.
class VariableTable
{
public:
    // A variable that `set` or a named capture fills. nginx's own cannot be set, but for $args and $limit_rate.
    Result<VariableRef> defineStored(QByteArrayView name);
    // The same for a named capture: until a match fills it, it is not found, and nobody is warned.
    Result<VariableRef> defineCaptured(QByteArrayView name);
    Result<void> defineComputed(QByteArrayView name, const ComputedVariable *variable);
    // Where the names that are asked for from now on stand. Must live as long as the table is used.
    void setPlace(const TextPosition &where) { m_where = &where; }
    // What that name means; one that nobody has defined yet gets a slot and is remembered.
    VariableRef find(QByteArrayView name);
    struct Use {
        QByteArray name;
        TextPosition where;
    };
    // Names that were used and never defined, and where first.
    QList<Use> undefined() const;
    // Names that ask for a head behind its time: it must be kept.
    bool readsSentFields() const { return m_readsSentFields; }
    bool readsUpstreamFields() const { return m_readsUpstreamFields; }
    size_t slotCount() const { return m_entries.size(); }
    // By slot; null for stored ones.
    std::vector<const ComputedVariable *> computed() const;
    bool isCaptured(quint16 slot) const { return m_entries[slot].captured; }
    // The slot's name, without the '$'.
    QByteArray slotName(quint16 slot) const { return m_entries[slot].name; }

private:
    struct Entry {
        QByteArray name;
        const ComputedVariable *computed = nullptr;
        bool defined = false;
        bool captured = false;
        TextPosition where; // of its first use
    };
    quint16 slotOf(const QByteArray &lower);

    QHash<QByteArray, quint16> m_slots; // by lower-case name
    std::vector<Entry> m_entries;
    const TextPosition *m_where = nullptr;
    bool m_readsSentFields = false;
    bool m_readsUpstreamFields = false;
};

} // namespace portlight
