// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/upstreamtemplates.h"

namespace portlight {

// The first of these variables that has a value; empty when none has.
QByteArray firstValue(const std::vector<VariableRef> &variables, Exchange &exchange);
// The value of the Set-Cookie field that binds a client to the peer of that route id. `now` counts for `expires`.
QByteArray stickyCookieText(const StickyCookie &cookie, const QByteArray &routeId,
                            std::chrono::system_clock::time_point now, Exchange &exchange);
// "strict", "lax" or "none", in any case of letters.
bool isSameSiteValue(QByteArrayView value);

} // namespace portlight
