// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

namespace portlight {

// Writes a certificate that nobody trusts, and its key (0600), for two servers that are compared on this
// desk and end soon. Error FileNotWritable.
Result<void> writeThrowAwayCertificate(const QString &certificateFile, const QString &keyFile);

} // namespace portlight
