// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/compiledconfig.h"

#include <QString>

namespace portlight {

// The Content-Type of a text that `return` makes: nginx's three built-in types by extension, else `defaultType`.
QByteArrayView typeForUri(QByteArrayView uri, const QByteArray &defaultType);

} // namespace portlight
