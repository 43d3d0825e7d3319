// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace portlight {

// What a handler of one of nginx's phases tells.
enum class PhaseResult : quint8 {
    Next,      // go on with the next handler
    Done,      // the response is made, or under way
    Suspended, // Exchange::resumePhases() will be called, or the handler answers later
};

} // namespace portlight
