// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/verifier.h"
#include "export/nginxexporter.h"

#include <functional>

namespace portlight {

// What the Export page can ask for. The main window fills these in from the workspace; a test with its own.
struct ExportActions {
    std::function<ExportResult(const NginxExportOptions &)> exporter;
    // What runs here now, for the comparison with nginx.
    std::function<VerifyJob()> verifyJob;
};

} // namespace portlight
