// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

class QIODevice;

namespace portlight {

// The passphrase of an authority's keys in a file beside them, for whoever asked for that. Only its owner may read it.

inline constexpr qsizetype PassphraseFileBytesMax = 4096;

// "passphrase" in the authority's folder.
QString passphraseFilePath(const QString &folder);
// A text file's first line. Errors: FileNotFound; FileNotReadable, also when others may read it, or it is not one line
// of PassphraseFileBytesMax at most.
Result<QByteArray> readPassphraseFile(const QString &path);
// The same of something that is open already, such as standard input; `name` is for the error.
Result<QByteArray> readPassphrase(QIODevice &device, const QString &name);
// Makes a new file, 0600 from its first byte on. Errors: FileNotWritable; there is then none.
Result<void> writePassphraseFile(const QString &path, const QByteArray &passphrase);

} // namespace portlight
