// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace portlight::testing {

// A port of 127.0.0.1 whose queue of connections is full, and stays so: who dials it hears nothing. Any thread.
class FullListener
{
public:
    FullListener();
    ~FullListener();
    Q_DISABLE_COPY_MOVE(FullListener)

    quint16 port() const { return m_port; }

private:
    int m_listener = -1;
    int m_queued = -1; // the one connection for which there was room
    quint16 m_port = 0;
};

} // namespace portlight::testing
