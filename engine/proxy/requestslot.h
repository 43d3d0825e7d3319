// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/parser.h"
#include "net/outputqueue.h"
#include "proxy/exchange.h"
#include "proxy/ratelimit.h"

#include <memory>
#include <vector>

namespace portlight {

// What an HTTP/1 connection needs while a request is under way, and not while it is idle. Engine thread.
struct RequestSlot {
    explicit RequestSlot(ProxyContext &context)
        : exchange(context)
    {}
    RequestParser parser;
    OutputQueue out;
    Exchange exchange;
    RateLimit rate; // of the response
    size_t drainMark = Exchange::QueuedBytesLow;
    bool rests = false; // the rate allows no more for a while
};

// Lends slots to connections and keeps a bounded number of free ones, so that a request makes no allocation and an idle
// connection holds next to nothing. Engine thread; owned by the context, outlives all connections.
class RequestSlotPool
{
public:
    static constexpr size_t FreeMax = 256;

    std::unique_ptr<RequestSlot> take(ProxyContext &context, Downstream &downstream);
    // The slot's exchange has ended.
    void giveBack(std::unique_ptr<RequestSlot> slot);

private:
    std::vector<std::unique_ptr<RequestSlot>> m_free; // the one used last is taken first: it is in the cache
};

} // namespace portlight
