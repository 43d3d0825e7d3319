// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/regexfailure.h"

namespace portlight {

void reportRegexFailure(Exchange &exchange, const Regex &regex, QByteArrayView subject)
{
    const int error = exchange.context().regexMatch.error();
    exchange.logError(LogLevel::Alert, "pcre2_match() failed: " + QByteArray::number(error) + " on \""
                                           + subject.toByteArray() + "\" using \"" + regex.pattern() + '"');
}

} // namespace portlight
