// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "export/nginxexporter.h"

namespace portlight {

// Makes the servers of an http block what the options ask for: public names, ports 80 and 443, certificate paths, the
// redirect to HTTPS, security headers. What cannot be done is a loss.
void makeProductionServers(ConfigNode &http, const NginxExportOptions &options, Diagnostics &losses);

// The paths of a server's certificate and key under these options.
struct CertificatePaths {
    QByteArray certificate;
    QByteArray key;
};
CertificatePaths certificatePathsFor(const QByteArray &title, const NginxExportOptions &options);

} // namespace portlight
