// SPDX-License-Identifier: GPL-3.0-or-later
// The inherited directives of ngx_http_rewrite_module.
#include "proxy/settersupport.h"

namespace portlight {

namespace {

constexpr SetterRow Rows[] = {
    {"rewrite_log", PORTLIGHT_SET(rewrite, log, flagOf(node))},
    {"uninitialized_variable_warn", PORTLIGHT_SET(rewrite, warnsOfUninitialized, flagOf(node))},
};

} // namespace

std::span<const SetterRow> rewriteSetters()
{
    return Rows;
}

} // namespace portlight
