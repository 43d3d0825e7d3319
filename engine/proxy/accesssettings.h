// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/accessrules.h"

namespace portlight {

// What one level says about who may ask.
struct AccessSettings {
    enum class Satisfy : quint8 { All, Any };

    AccessRules rules;
    Satisfy satisfy = Satisfy::All;
};

} // namespace portlight
