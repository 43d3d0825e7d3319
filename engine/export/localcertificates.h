// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "export/nginxexporter.h"

namespace portlight {

// A certificate of the local authority (portlight_local_certificate) is trusted on this desk alone: every server of
// http that has one gets paths to be filled instead, ssl/NAME.crt and ssl/NAME.key beside the configuration, and a loss
// that says so. Not where the options say the certificates' place.
void writeCertificatePaths(ConfigNode &http, const NginxExportOptions &options, Diagnostics &losses);
// The same for one server that stands alone.
void writeCertificatePaths(ConfigNode &server, bool inherited, Diagnostics &losses);

} // namespace portlight
