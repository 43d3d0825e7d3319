// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

namespace portlight {

// The bytes of a configuration file, at most one more than ConfigFileBytesMax so that too much is noticed.
// Errors: FileNotFound, FileNotReadable.
Result<QByteArray> readConfigFile(const QString &path);

} // namespace portlight
