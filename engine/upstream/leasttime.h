// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/leastload.h"

namespace portlight {

// The peer that is expected to be done first: by its average time and its connections
// (ngx_http_upstream_least_time_module.c).
class LeastTime final : public LeastLoad
{
public:
    enum class Measure : quint8 { Header, LastByte };
    static constexpr qint64 SlowMs = 5000; // peers slower than that are equally bad
    static constexpr qint64 StepMs = 20;   // times within one step are equal

    LeastTime(Measure measure, bool countsInflight)
        : LeastLoad(PeerReason::LeastTime)
        , m_measure(measure)
        , m_countsInflight(countsInflight)
    {}

    void useBegun(PeerSelection &selection, const BalanceTime &now) override;
    void headReceived(PeerSelection &selection, const BalanceTime &now) override;
    void useEnded(PeerSelection &selection, PeerRelease how, const BalanceTime &now) override;

private:
    qint64 loadOf(const Peer &peer, bool oneMore, const BalanceTime &now) const override;
    void refresh(Peer &peer, const BalanceTime &now) const override;
    static void endInflight(PeerSelection &selection, qint64 lastMs, const BalanceTime &now);

    Measure m_measure;
    bool m_countsInflight;
};

} // namespace portlight
