// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/exchange.h"

namespace portlight {

// Says in the error log that the expression matched last gave no answer on that subject (ngx_http_regex_exec).
void reportRegexFailure(Exchange &exchange, const Regex &regex, QByteArrayView subject);

} // namespace portlight
