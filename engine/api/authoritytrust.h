// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "base/result.h"
#include "pki/truststores.h"

#include <stop_token>

namespace portlight {

enum class TrustAction : quint8 { Inspect, Install, Remove };

// Does the same to each store of these ids (empty: to all), one after the other; none stops the next. A stop comes
// between two of them. Error NotFound names an id that is no store's, before anything is done. Blocking.
Result<QList<TrustStoreStatus>> visitStores(const std::vector<std::unique_ptr<TrustStore>> &stores,
                                            const QStringList &ids, const TrustedRoot &root, TrustAction action,
                                            const std::stop_token &stop = {});

// Whether a store is as the action wants it. One that is not there fails only those who asked for it by name.
bool isAsWanted(const TrustStoreStatus &store, TrustAction action, bool byName);
// What to tell of stores that are not as wanted; ErrorCode::None when all are.
Error trustFailure(const QList<TrustStoreStatus> &stores, TrustAction action, bool byName);
// "Trusted in 3 of 4 stores."
QString trustSummary(const QList<TrustStoreStatus> &stores, TrustAction action);

} // namespace portlight
