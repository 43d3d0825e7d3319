// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArrayView>

#include <chrono>
#include <ctime>

namespace portlight {

// The value of an `expires` directive, or of the variables in one (ngx_http_parse_expires).
struct ExpiresRule {
    enum class Kind : quint8 { Off, Epoch, Max, Access, Modified, Daily };
    Kind kind = Kind::Off;
    std::chrono::seconds time{0}; // from now, from the last modification, or since midnight

    friend bool operator==(const ExpiresRule &, const ExpiresRule &) = default;
};

// "24h", "-1", "epoch", "max", "off", "@15h30m"; with `modified` plain times only. Errors are nginx's words, which
// belong behind the directive's name.
Result<ExpiresRule> parseExpires(QByteArrayView value, bool modified);

// What a response says of its age.
struct ExpiresAnswer {
    std::time_t expires = 0; // the Expires field
    std::time_t maxAge = -1; // of Cache-Control; negative: "no-cache"
};
// `lastModified` -1: unknown, so that `modified` counts from now. Not for Off. nginx: ngx_http_set_expires.
ExpiresAnswer answerExpires(const ExpiresRule &rule, std::time_t now, std::time_t lastModified);

} // namespace portlight
