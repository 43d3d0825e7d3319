// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <optional>

namespace portlight {

// Where finished and running exchanges are kept. Recorder thread only; owned by the traffic recorder.
class CaptureStore
{
public:
    virtual ~CaptureStore() = default;
    // Adds an exchange, or replaces the one of the same id.
    virtual void put(ExchangeDetailPtr exchange) = 0;
    // Adds frames to those of their exchange. Its row, with their number; nothing when the exchange is not kept.
    virtual std::optional<ExchangeSummary> addFrames(FrameBatch batch) = 0;
    // With its frames. Null when it was never kept or has been dropped since.
    virtual ExchangeDetailPtr find(ExchangeId id) = 0;
    virtual void clear() = 0;
    virtual qsizetype count() const = 0;
    virtual qint64 storedBytes() const = 0;
};

// Keeps the newest exchanges in memory: at most CapturedExchangesMax of them and CapturedBytesMax bytes in all; the
// oldest go first.
std::unique_ptr<CaptureStore> makeMemoryCaptureStore(qsizetype exchangesMax = CapturedExchangesMax,
                                                     qint64 bytesMax = CapturedBytesMax);

} // namespace portlight
