// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

namespace portlight::test {

// A finished GET of shop.localhost; tests change what matters to them.
inline ExchangeSummary exchange(ExchangeId id, int status = 200, const QByteArray &method = "GET",
                                const QByteArray &target = "/")
{
    ExchangeSummary summary;
    summary.id = id;
    summary.state = ExchangeState::Done;
    summary.startedAtMs = 1'700'000'000'000;
    summary.durationUs = 12'000;
    summary.method = method;
    summary.scheme = "http";
    summary.host = "shop.localhost:8080";
    summary.domain = "shop.localhost";
    summary.target = target;
    summary.status = status;
    summary.contentType = "text/html";
    summary.responseBytes = 14'200;
    summary.peer = "127.0.0.1:3000";
    return summary;
}

inline ExchangeSummary running(ExchangeId id)
{
    ExchangeSummary summary = exchange(id, 0);
    summary.state = ExchangeState::Waiting;
    summary.durationUs = -1;
    summary.contentType.clear();
    summary.responseBytes = 0;
    return summary;
}

} // namespace portlight::test
