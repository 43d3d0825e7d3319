// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/directivetable.h"
#include "config/overlay.h"

namespace portlight {

enum class ImportVerdict : quint8 { Same, Approximated, Ignored };

// What becomes of one directive of an imported configuration.
struct ImportLine {
    TextPosition where; // in the file that was imported
    QString directive;  // "listen 80", shortened
    ImportVerdict verdict = ImportVerdict::Same;
    QString reason; // why it is not the same; of a directive that runs the same, what the overlay adds

    // "file:line: directive listen 80: approximated, because it listens on 127.0.0.1:8080 here"
    QString toString() const;
};

struct ImportReport {
    QList<ImportLine> lines; // in the order of the configuration, one for each directive
    Diagnostics diagnostics; // of the configuration as it will be served, the overlay's own among them

    int count(ImportVerdict verdict) const;
    bool ok() const { return !hasErrors(diagnostics); }
};

// Goes through every directive of a configuration whose includes are in place, with the overlay that will lie over it.
// The words come from the directive table, from the overlay, and from what validation says.
ImportReport reportImport(const ConfigTree &expandedTree, const Overlay &overlay,
                          const NginxVersion &version = NginxVersion::current());

// The imported configuration as one file: comments and order kept, a comment where each included file began, and
// directives that nobody knows turned into comments, so that the rest can be served.
ConfigTree importedCopy(const ConfigTree &expandedTree);

// "runs the same", "approximated", "ignored"
QString verdictName(ImportVerdict verdict);

} // namespace portlight
