// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/enginestatus.h"
#include "config/domains.h"

#include <QJsonArray>

namespace portlight {

// What `--json` prints and the control socket tells: one form for both.
QJsonObject domainReport(const DomainView &domain);
QJsonArray domainsReport(const QList<DomainView> &domains);
QJsonObject statusReport(const EngineStatus &status);
QJsonArray diagnosticsReport(const Diagnostics &diagnostics);

// The text of ngx_http_stub_status_module, from a statusReport.
QByteArray stubStatusText(const QJsonObject &status);
// A line for each listener: "127.0.0.1:8080 open".
QByteArray listenersText(const QJsonObject &status);

} // namespace portlight
