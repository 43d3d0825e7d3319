// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/directivetable.h"

#include <QString>

namespace portlight {

// What to do about a directive that nobody knows: the nearest known name, preferring those of this context.
QString unknownDirectiveHint(QByteArrayView name, ConfigContext context);
// Where a directive belongs.
QString wrongContextHint(const DirectiveSpec &spec, ConfigContext found);
// "it takes 1 or 2, here are 3"
QString argumentCountHint(const DirectiveSpec &spec, int found);

} // namespace portlight
