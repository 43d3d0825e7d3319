// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QStringList>

namespace portlight {

// Whether a path has characters that stand for others. nginx: ngx_conf_include asks for these three.
bool isFileGlob(const QString &path);

// The files that a pattern of the shell (glob(3)) names, sorted by bytes whatever the locale is; none is no error.
// Error: FileNotReadable when a folder cannot be looked into.
Result<QStringList> filesOfGlob(const QString &pattern);

} // namespace portlight
