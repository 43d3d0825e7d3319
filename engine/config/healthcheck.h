// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "base/regex.h"
#include "config/tree.h"

#include <chrono>
#include <optional>

namespace portlight {

// A `health_check` directive taken apart (ngx_http_upstream_hc_module of the commercial nginx).
struct HealthCheckParameters {
    std::chrono::milliseconds interval{5000};
    std::chrono::milliseconds jitter{0};
    int fails = 1;
    int passes = 1;
    QByteArray uri = "/";
    bool mandatory = false;
    bool persistent = false;
    QByteArray match;                                       // empty: status 2xx or 3xx
    quint16 port = 0;                                       // 0: the server's
    std::optional<std::chrono::milliseconds> keepaliveTime; // none: a connection for each check
    bool grpc = false;
};
// Error: nginx's words for a parameter, with its position.
Result<HealthCheckParameters> parseHealthCheck(const ConfigNode &directive);

// One line of a `match` block: "status 200-399", "header Host", "body ~ text", "require $name".
struct HealthTest {
    enum class Kind : quint8 { Status, Header, Body, Require };
    // Presence is of a header alone: it is there, or lacks when `negated`.
    enum class Comparison : quint8 { Presence, Equality, Expression };
    struct StatusRange {
        int first = 0;
        int last = 0;
    };

    Kind kind = Kind::Status;
    Comparison comparison = Comparison::Equality;
    bool negated = false;
    std::vector<StatusRange> statuses;
    QByteArray header;                 // its name
    QByteArray value;                  // of Equality
    Regex regex;                       // of Expression
    std::vector<QByteArray> variables; // of Require, without '$'
    QByteArray written;                // what was expected, for reasons: "200-399", "! 500", "~ \"Welcome\""
};
// Error: what is wrong with that line, with its position.
Result<HealthTest> parseHealthTest(const ConfigNode &line);

} // namespace portlight
