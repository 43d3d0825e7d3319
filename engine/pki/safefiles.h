// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace portlight {

// Files that must be there whole or not at all. Errors name the file, the cause and the remedy. Blocking.

enum class FileAccess : quint8 { OwnerAlone, EverybodyReads }; // 0600, 0644

struct FileToWrite {
    QString path;
    QByteArrayView content;
    FileAccess access = FileAccess::OwnerAlone;
};

// Written beside their places and synchronised; only when that went well for all are they renamed: a failure leaves
// what was there.
Result<void> writeFilesSafely(const std::vector<FileToWrite> &files);
// Removes what a writer that was killed left in a folder. Nobody else may be writing there.
void removeUnfinishedFiles(const QString &folder);
// Error FileNotFound, or FileNotReadable: over `bytesMax`, or the system's own words.
Result<QByteArray> readWholeFile(const QString &path, qint64 bytesMax);

// 0700; those above it as the system's habit is.
Result<void> makePrivateFolder(const QString &path);
// Replaces no folder but an empty one. What the names of a folder are is on disk afterwards.
Result<void> renameFolder(const QString &from, const QString &to);

} // namespace portlight
