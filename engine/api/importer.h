// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/deskfacts.h"
#include "base/result.h"
#include "export/importreport.h"

namespace portlight {

struct ImportOptions {
    QString prefix;      // where relative paths of the configuration start; empty: the folder of its file
    QString overlayPath; // where the overlay will stand; its folder gets logs and caches
    NginxVersion version = NginxVersion::current();
    bool isFragment = false;             // completed with the blocks around it first
    std::optional<DeskFacts> facts = {}; // of another desk, for tests
};

// A configuration that is about to be imported.
struct ImportPlan {
    ConfigTree expanded; // as written, with what it includes
    Diagnostics missing; // includes whose file is not here
    Overlay overlay;     // proposed
    ImportReport report;
    NginxVersion version;

    // The report for another overlay, such as one that a person has edited.
    void changeOverlay(const Overlay &changed);
    // What is to be served: one file, see importedCopy().
    ConfigTree copy() const;
};

// Reads a configuration and proposes how to run it here. Blocks while backends are tried (PeerPatience each): call it
// on a worker. Errors: the file cannot be read, or is no configuration at all.
Result<ImportPlan> planImport(const QString &path, const ImportOptions &options);

// Writes the copy, the overlay beside it, and the folders that the overlay leads to. Gives the files written.
// Errors: AlreadyExists unless `overwrite`, FileNotWritable. Nothing is written when one of the files exists.
Result<QStringList> writeImport(const ImportPlan &plan, const QString &copyPath, bool overwrite);
// The folders below that of the overlay which its path mappings name.
Result<void> makeOverlayFolders(const Overlay &overlay);

} // namespace portlight
