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
class HealthValues;

// A variable whose value is worked out from others: map, geo, split_clients. Owned by the compiled configuration.
class ComputedVariable
{
public:
    virtual ~ComputedVariable() = default;
    // Appends the value. False: there is none.
    virtual bool evaluate(Exchange &exchange, WireBuffer &out) const = 0;
    // The same in a health check, which is no exchange. False where a client is what it asks about.
    virtual bool evaluateForCheck(const HealthValues &values, WireBuffer &out) const
    {
        Q_UNUSED(values);
        Q_UNUSED(out);
        return false;
    }
    // Worked out anew at each use, else once an exchange.
    virtual bool isVolatile() const { return false; }
};

// One variable that the configuration defines, as the engine needs it.
struct VariableSlot {
    QByteArray name;                            // without the '$'
    const ComputedVariable *computed = nullptr; // null where `set` or a capture gives the value
    std::optional<VariableRef> own; // nginx's of that name, which stands until `set` changes it: "set $http_x …"
    bool captured = false;          // a named group's: not found until a match fills it, and nobody is warned
};

// The names of one configuration's variables: nginx's own, and those that it defines itself, which get a slot in every
// exchange. Names may be used before they are defined, as in nginx. Used while compiling.
class VariableTable
{
public:
    // A variable that `set` fills: a slot, or $args or $limit_rate. Error: nginx defines it for good.
    Result<VariableRef> defineStored(QByteArrayView name);
    // One that a named capture fills.
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
    std::vector<VariableSlot> slots() const;

private:
    struct Entry {
        VariableSlot slot;
        bool defined = false;
        TextPosition where; // of its first use
    };
    quint16 slotOf(const QByteArray &lower);
    void noteHeads(const VariableRef &own);

    QHash<QByteArray, quint16> m_slots; // by lower-case name
    std::vector<Entry> m_entries;
    const TextPosition *m_where = nullptr;
    bool m_readsSentFields = false;
    bool m_readsUpstreamFields = false;
};

} // namespace portlight
