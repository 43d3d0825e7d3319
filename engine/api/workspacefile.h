// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/checkedconfig.h"
#include "config/domains.h"
#include "config/overlay.h"
#include "config/store.h"
#include "config/validate.h"

#include <functional>

namespace portlight {

// A configuration file that is edited by rules: only a valid text is taken over, and only a valid text is written.
// One thread; owned by the workspace, or by a command that works without one.
class WorkspaceFile
{
public:
    explicit WorkspaceFile(const QString &path, const ValidationOptions &validation = {});

    const QString &path() const { return m_store.path(); }
    // The last valid configuration; an empty one before that.
    const ConfigTree &tree() const { return m_tree; }
    // The same with what it includes and under the overlay.
    const ConfigTree &served() const { return m_served; }
    // Lies over the file from the next load() or edit() on.
    void setOverlay(const Overlay &overlay) { m_overlay = overlay; }
    const Overlay &overlay() const { return m_overlay; }
    // Problems of the file as it was last read or written.
    const Diagnostics &diagnostics() const { return m_diagnostics; }
    // The file cannot be read or is not valid: it is left alone until it is mended.
    bool isReadOnly() const { return m_readOnly; }
    bool exists() const { return m_store.exists(); }

    // Reads the file; a missing one is an empty configuration. False when it is not valid: the tree is then as before.
    bool load();
    // Also when it is one of the files that it includes, or another file for one of its patterns.
    bool changedOutside() const { return m_store.changedOutside() || includesChanged(); }
    // What it includes, and the folders that its patterns look into.
    const QStringList &includedPaths() const { return m_includedPaths; }
    // Applies `edit` to a copy of the tree, checks the text that gives, and writes it. On an error of any of these
    // nothing has changed. Errors: those of the edit and of ConfigStore::save, and the first problem of the check.
    Result<int> edit(const std::function<Result<int>(ConfigTree &)> &edit);

private:
    bool refuseFile(Diagnostics &&problems);
    bool includesChanged() const;
    void noteIncludes(const CheckedConfig &checked) { m_includedPaths = checked.files + checked.folders; }

    ConfigStore m_store;
    ValidationOptions m_validation;
    Overlay m_overlay;
    ConfigTree m_tree;
    ConfigTree m_served;
    QStringList m_includedPaths;
    Diagnostics m_diagnostics;
    bool m_readOnly = false;
};

// Domain edits that both the window and the command line make, for WorkspaceFile::edit. Each gives the domain's index.
std::function<Result<int>(ConfigTree &)> additionOf(const DomainDraft &draft);
std::function<Result<int>(ConfigTree &)> removalOf(int index, RemovedDomain *removed = nullptr);

// The port of the existing domains of ours, else DefaultListenPort.
quint16 customaryListenPort(const ConfigTree &tree);

} // namespace portlight
