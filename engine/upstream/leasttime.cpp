// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/leasttime.h"

namespace portlight {

namespace {

qint64 millisecondsBetween(SteadyTime from, SteadyTime to)
{
    return std::chrono::duration_cast<milliseconds>(to - from).count();
}

// ngx_http_upstream_response_time_avg: an exponentially weighted average, rounded.
void average(qint64 &value, qint64 with)
{
    value = value ? qint64(0.5 + double(with) * 0.05 + double(value) * 0.95) : with;
}

} // namespace

// ngx_http_upstream_least_time_eta
qint64 LeastTime::loadOf(const Peer &peer, bool, const BalanceTime &now) const
{
    qint64 ms = m_measure == Measure::Header ? peer.times.head : peer.times.response;
    // Once in each fail_timeout a time that was not refreshed counts half, so that a slow peer gets another chance.
    const qint64 failTimeout = peer.config().failTimeout.count();
    const qint64 idle = peer.sinceChecked(now);
    if (idle > failTimeout)
        ms >>= qMin<qint64>(62, idle / (failTimeout + 1));
    if (peer.times.inflightRequests > 0)
        ms = qMax(ms, peer.times.inflight);
    ms = ms > SlowMs ? SlowMs : ms + StepMs - ms % StepMs;
    return ms * (1 + peer.connections());
}

void LeastTime::refresh(Peer &peer, const BalanceTime &now) const
{
    PeerTimes &times = peer.times;
    if (times.inflightRequests == 0)
        return;
    average(times.inflight,
            times.inflightLast / times.inflightRequests + millisecondsBetween(times.inflightChanged, now.exact));
}

void LeastTime::useBegun(PeerSelection &selection, const BalanceTime &now)
{
    if (!m_countsInflight || level(selection).single)
        return;
    PeerTimes &times = selection.m_current->times;
    times.inflightLast += millisecondsBetween(times.inflightChanged, now.exact) * times.inflightRequests;
    times.inflightChanged = now.exact;
    ++times.inflightRequests;
    selection.m_inflight = true;
}

void LeastTime::headReceived(PeerSelection &selection, const BalanceTime &now)
{
    if (!m_countsInflight || m_measure != Measure::Header)
        return;
    average(selection.m_current->times.head, selection.m_headMs);
    if (selection.m_inflight)
        endInflight(selection, selection.m_headMs, now);
}

void LeastTime::endInflight(PeerSelection &selection, qint64 lastMs, const BalanceTime &now)
{
    PeerTimes &times = selection.m_current->times;
    if (times.inflightRequests == 1) {
        times.inflightLast = 0;
    } else {
        const qint64 spent = millisecondsBetween(times.inflightChanged, now.exact) * times.inflightRequests;
        times.inflightLast = qMax<qint64>(0, times.inflightLast + spent - lastMs);
        times.inflightChanged = now.exact;
    }
    --times.inflightRequests;
    selection.m_inflight = false;
}

void LeastTime::useEnded(PeerSelection &selection, PeerRelease how, const BalanceTime &now)
{
    const qint64 ms = millisecondsBetween(selection.m_pickedAt, now.exact);
    if (selection.m_inflight)
        endInflight(selection, ms, now);
    // What failed does not count: a peer that fails fast is not a fast peer.
    if (how != PeerRelease::Ok || selection.m_headMs < 0)
        return;
    PeerTimes &times = selection.m_current->times;
    average(times.response, ms);
    if (!m_countsInflight || m_measure != Measure::Header)
        average(times.head, selection.m_headMs);
}

} // namespace portlight
