// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace portlight::testing {

// Makes the certificates, keys and other files that the cases of tests/parity/language name as @pki@/….
void makeLanguageFiles(const QByteArray &folder);

} // namespace portlight::testing
