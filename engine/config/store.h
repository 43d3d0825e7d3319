// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/parser.h"

#include <QByteArray>
#include <QString>

namespace portlight {

// Reads and writes one configuration file. Writes are atomic, under a lock, and keep the previous text as a backup
// beside it ("portlight.conf~"). Any thread, one at a time; owned by the workspace.
class ConfigStore
{
public:
    explicit ConfigStore(QString path);

    const QString &path() const { return m_path; }
    bool exists() const;
    // Reads and parses. Errors: FileNotFound, FileNotReadable. Syntax errors are diagnostics of the outcome.
    Result<ParseOutcome> load();
    // Writes the tree. Errors: FileLocked, FileChangedOutside (the file is not what load() or save() last saw),
    // FileNotWritable (which names the reason: permission, full disk). The file is then as it was before.
    Result<void> save(const ConfigTree &tree);
    // True when the file's content differs from what load() or save() last saw.
    bool changedOutside() const;
    // Moves a file that cannot be read aside ("portlight.conf.corrupt-1") and gives its new name.
    Result<QString> setAside();
    // $XDG_CONFIG_HOME/portlight/portlight.conf
    static QString defaultPath();

private:
    QString m_path;
    QByteArray m_seenDigest;
    bool m_seen = false;
};

} // namespace portlight
