// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/directivetable.h"
#include "config/tree.h"

namespace portlight {

struct ExportedFile {
    QString name; // "nginx.conf"
    QByteArray text;
};

// What an exporter made: files, and whatever the target cannot say.
struct ExportResult {
    QList<ExportedFile> files;
    Diagnostics losses; // Warning: left out or translated, and why
};

struct NginxExportOptions {
    NginxVersion version = NginxVersion::current();
    bool onlyServerBlocks = false; // for the live preview of one domain
};

// The tree as plain nginx configuration that `nginx -t` accepts: our own directives translated or left out with a
// loss, disabled domains left out, comments and order kept, an events block added when there is none.
ExportResult exportNginx(const ConfigTree &tree, const NginxExportOptions &options = {});
// The nginx text of one domain, for the preview beside the editor.
QByteArray previewDomainAsNginx(const ConfigTree &tree, int domainIndex);

} // namespace portlight
