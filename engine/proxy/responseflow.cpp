// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/responseflow.h"

namespace portlight {

using std::chrono::milliseconds;

void ResponseFlow::begin(const ResponseFlowOptions &options, qint64 owed, quint32 *fileNumber)
{
    clear();
    m_options = options;
    m_pool.begin(options.bounds, fileNumber);
    m_gate.begin(options.headRoomBytes, options.bufferBytes, owed);
    m_active = true;
}

void ResponseFlow::clear()
{
    if (!m_active)
        return; // most responses
    ++m_epoch;
    if (m_paused)
        m_sides.setPatience(milliseconds(0));
    m_pool.clear();
    m_passable = 0;
    m_pausedFor = {};
    m_active = m_ended = m_endPassed = m_pumping = m_paused = m_spools = m_held = m_begun = false;
}

void ResponseFlow::received(Buffer data, bool last, qint64 owed, TimePoint now)
{
    const quint32 epoch = m_epoch;
    const qint64 size = data.size();
    const qint64 passable = last ? m_gate.heldBytes() + size : m_gate.arrived(size, owed);
    m_ended = last;
    if (m_pool.isEmpty() && passable == size && (size > 0 || last) && m_sides.queuedForClient() <= drainMark()) {
        m_begun = true;
        m_endPassed = last;
        m_sides.passToClient(std::move(data), last);
        if (epoch == m_epoch)
            m_sides.flushToClient();
        return;
    }
    m_pool.append(std::move(data));
    m_passable += passable;
    pump();
    if (epoch != m_epoch || last)
        return;
    if (!m_begun) { // ngx_http_write_filter: a head is held back unless it is large
        m_begun = true;
        if (qint64(m_sides.queuedForClient()) >= m_options.postponedBytes)
            m_sides.flushToClient();
        if (epoch != m_epoch)
            return;
    }
    if (m_gate.heldBytes() > 0 && !std::exchange(m_held, true))
        m_sides.partHeldBack();
    if (epoch == m_epoch)
        makeRoom(now);
}

void ResponseFlow::breakOff()
{
    m_passable = m_pool.bytes();
    m_ended = false;
    pump();
}

void ResponseFlow::clientReady(TimePoint now)
{
    if (!m_active)
        return;
    const quint32 epoch = m_epoch;
    pump();
    if (epoch == m_epoch && m_paused && m_pool.isHalfEmpty())
        resume(now);
}

// Hands over what may pass while the client's queue is short.
void ResponseFlow::pump()
{
    if (m_pumping)
        return;
    m_pumping = true;
    const quint32 epoch = m_epoch;
    for (int rounds = 0; handOver() && epoch == m_epoch; ++rounds) {
        m_sides.flushToClient();
        if (epoch != m_epoch)
            return;
        if (rounds == RoundsPerTurnMax) {
            m_sides.continueLater();
            break;
        }
    }
    if (epoch == m_epoch)
        m_pumping = false;
}

// Queues what there is room for. False: nothing, or the response has ended.
bool ResponseFlow::handOver()
{
    bool any = false;
    const quint32 epoch = m_epoch;
    while (!m_endPassed && (m_passable > 0 || (m_ended && m_pool.isEmpty()))
           && m_sides.queuedForClient() <= drainMark()) {
        Buffer part = m_pool.take(m_buffers, m_passable);
        if (part.isEmpty() && m_passable > 0) {
            m_sides.spoolFailed(m_pool.error(), m_pool.filePath());
            return false;
        }
        m_passable -= part.size();
        m_begun = any = true;
        m_endPassed = m_ended && m_pool.isEmpty();
        m_sides.passToClient(std::move(part), m_endPassed);
        if (epoch != m_epoch)
            return false;
    }
    return any;
}

// The backend is read on while there is room, in memory or in the file.
void ResponseFlow::makeRoom(TimePoint now)
{
    if (!m_pool.isFull() || m_paused)
        return;
    if (m_spools)
        spill();
    else
        pause(now);
    if (m_active && m_spools && m_pool.isFull() && !m_paused)
        pause(now);
}

void ResponseFlow::spill()
{
    const bool first = !m_pool.usesFile();
    const ResponsePool::Spill result = m_pool.spill();
    const quint32 epoch = m_epoch;
    if (first && m_pool.usesFile())
        m_sides.spoolBegan(m_pool.filePath());
    if (result == ResponsePool::Spill::Failed && epoch == m_epoch)
        m_sides.spoolFailed(m_pool.error(), m_pool.filePath());
}

void ResponseFlow::pause(TimePoint now)
{
    m_paused = true;
    m_pausedSince = now;
    m_sides.pauseBackend();
    if (m_spools || m_options.bounds.fileBytesMax == 0)
        return;
    const auto left = std::chrono::ceil<milliseconds>(Patience - m_pausedFor);
    m_sides.setPatience(qMax(left, milliseconds(1)));
}

void ResponseFlow::resume(TimePoint now)
{
    m_paused = false;
    m_pausedFor += now - m_pausedSince;
    m_sides.setPatience(milliseconds(0));
    m_sides.resumeBackend();
}

void ResponseFlow::patienceEnded()
{
    if (!m_active || !m_paused)
        return;
    m_spools = true;
    const quint32 epoch = m_epoch;
    spill();
    if (epoch != m_epoch || m_pool.isFull())
        return;
    m_paused = false;
    m_sides.resumeBackend();
}

} // namespace portlight
