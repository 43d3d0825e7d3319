// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

namespace portlight {

inline constexpr qsizetype DomainNameBytesMax = 253; // RFC 1035 §2.3.4, without the root's dot
inline constexpr qsizetype DomainLabelBytesMax = 63;

// "shop" → "shop.localhost", lower case, other scripts in their ASCII form. Error: InvalidName.
Result<QString> completeDomainName(const QString &typed);
// "3000" → "http://127.0.0.1:3000". Error: InvalidTarget.
Result<QString> completeDomainTarget(const QString &typed);

} // namespace portlight
