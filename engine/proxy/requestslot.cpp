// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/requestslot.h"

namespace portlight {

std::unique_ptr<RequestSlot> RequestSlotPool::take(ProxyContext &context, Downstream &downstream)
{
    std::unique_ptr<RequestSlot> slot;
    if (m_free.empty()) {
        slot = std::make_unique<RequestSlot>(context);
    } else {
        slot = std::move(m_free.back());
        m_free.pop_back();
    }
    slot->exchange.attach(downstream);
    return slot;
}

void RequestSlotPool::giveBack(std::unique_ptr<RequestSlot> slot)
{
    Q_ASSERT(!slot->exchange.isRunning());
    slot->out.clear();
    slot->rate.clear();
    slot->drainMark = Exchange::QueuedBytesLow;
    slot->rests = false;
    if (m_free.size() < FreeMax)
        m_free.push_back(std::move(slot));
}

} // namespace portlight
