// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/healthcheck.h"

#include <memory>

namespace portlight {

// A `match` block: what a response must be like for a check to pass.
struct HealthMatch {
    QByteArray name;
    std::vector<HealthTest> tests; // all must hold

    bool has(HealthTest::Kind kind) const
    {
        return std::any_of(tests.begin(), tests.end(), [kind](const HealthTest &test) { return test.kind == kind; });
    }
};

// A `health_check` of a group, with what the location around it says of talking to the group's peers.
struct HealthCheckConfig {
    HealthCheckParameters parameters;
    std::shared_ptr<const HealthMatch> match; // null: status 2xx or 3xx
    std::chrono::milliseconds connectTimeout{60'000};
    std::chrono::milliseconds sendTimeout{60'000};
    std::chrono::milliseconds readTimeout{60'000}; // of the whole response: a trickle must not last for ever
    quint32 headBytesMax = 4096;                   // proxy_buffer_size

    QByteArray matchName() const { return match ? match->name : QByteArray(); }
};

} // namespace portlight
