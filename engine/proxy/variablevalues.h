// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <vector>

namespace portlight {

// The values that one exchange has worked out, or was told, of the variables that its configuration defines. By slot;
// forgetting all of them costs nothing.
class VariableValues
{
public:
    static constexpr int EvaluationDepthMax = 100; // of variables that need each other

    void begin(size_t slots)
    {
        ++m_generation;
        if (m_entries.size() < slots)
            m_entries.resize(slots);
    }
    bool isKnown(quint16 slot) const { return m_entries[slot].generation == m_generation; }
    bool isFound(quint16 slot) const { return m_entries[slot].found; }
    const QByteArray &value(quint16 slot) const { return m_entries[slot].value; }
    void set(quint16 slot, QByteArrayView value, bool found = true)
    {
        Entry &entry = m_entries[slot];
        entry.value.resize(0);
        entry.value.append(value);
        entry.generation = m_generation;
        entry.found = found;
    }

    // Guards against variables that need themselves. False: too deep.
    bool enter() { return ++m_depth <= EvaluationDepthMax; }
    void leave() { --m_depth; }

private:
    struct Entry {
        QByteArray value;
        quint64 generation = 0;
        bool found = false;
    };
    std::vector<Entry> m_entries;
    quint64 m_generation = 0;
    int m_depth = 0;
};

} // namespace portlight
