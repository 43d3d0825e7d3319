// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "export/nginxexporter.h"

namespace portlight {

// HANDOVER.md: what to do on the server with what was exported, command by command, in the real names and ports, and
// the checks that prove it. Markdown.
ExportedFile makeHandOverPage(const ExportResult &exported, const NginxExportOptions &options);

} // namespace portlight
