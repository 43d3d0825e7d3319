// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/fillgate.h"

namespace portlight {

void FillGate::begin(qint64 firstBytes, qint64 eachBytes, qint64 owed)
{
    Q_ASSERT(eachBytes > 0);
    m_held = 0;
    m_room = qMax<qint64>(firstBytes, 1);
    m_each = eachBytes;
    m_owed = owed;
}

qint64 FillGate::arrived(qint64 bytes, qint64 owed)
{
    m_held += bytes;
    qint64 passed = 0;
    if (m_held == 0 && m_owed != owed)
        m_room = m_each; // a chunk's size alone has used the buffer up
    else if (m_owed != Unknown && m_held >= m_owed) {
        passed = m_held;
        m_room = m_each;
    } else if (m_held >= m_room) {
        passed = m_held < WholeBytes ? m_room + (m_held - m_room) / m_each * m_each : m_held;
        m_room = m_each;
    }
    m_held -= passed;
    if (passed > 0 || m_held == 0)
        m_owed = owed == Unknown ? Unknown : owed + m_held;
    return passed;
}

} // namespace portlight
