// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

namespace portlight {

// Where finished and running exchanges are kept. Recorder thread only; owned by the traffic recorder.
class CaptureStore
{
public:
    virtual ~CaptureStore() = default;
    // Adds an exchange, or replaces the one of the same id.
    virtual void put(ExchangeDetailPtr exchange) = 0;
    // Null when it was never kept or has been dropped since.
    virtual ExchangeDetailPtr find(ExchangeId id) const = 0;
    virtual void clear() = 0;
    virtual qsizetype count() const = 0;
    virtual qint64 storedBytes() const = 0;
};

// Keeps the newest exchanges in memory: at most CapturedExchangesMax of them and CapturedBytesMax bytes in all; the
// oldest go first.
std::unique_ptr<CaptureStore> makeMemoryCaptureStore(qsizetype exchangesMax = CapturedExchangesMax,
                                                     qint64 bytesMax = CapturedBytesMax);

} // namespace portlight
