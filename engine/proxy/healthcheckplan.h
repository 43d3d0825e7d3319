// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/variableref.h"
#include "upstream/healthcheckconfig.h"
#include "upstream/upstreamconfig.h"

#include <QHash>

namespace portlight {

struct LocationConfig;
struct ServerConfig;

// A `health_check` as it is compiled: what is asked, of whom, and where it stands. Immutable, part of the compiled
// configuration.
struct HealthCheckPlan {
    HealthCheckConfig check;
    const UpstreamConfig *group = nullptr;
    const LocationConfig *location = nullptr; // whose proxy_set_header count
    const ServerConfig *server = nullptr;     // whose name $host is, as no request has one
    QHash<QByteArray, VariableRef> variables; // that the match block requires, by name
    TextPosition position;
};

} // namespace portlight
