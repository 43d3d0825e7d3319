// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

namespace portlight {

// A value that copies share until one of them is edited. Edited by one thread while it is being made, read by any once
// it no longer changes.
template<typename T>
class Shared
{
public:
    Shared()
        : m_value(std::make_shared<T>())
    {}

    const T &operator*() const { return *m_value; }
    const T *operator->() const { return m_value.get(); }
    // The value to be changed, of this copy alone.
    T &edit()
    {
        if (m_value.use_count() > 1)
            m_value = std::make_shared<T>(*m_value);
        return *m_value;
    }
    bool sharesWith(const Shared &other) const { return m_value == other.m_value; }

private:
    std::shared_ptr<T> m_value;
};

} // namespace portlight
