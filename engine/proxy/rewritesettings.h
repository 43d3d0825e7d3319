// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace portlight {

// What a level says about rewriting besides the program itself (ngx_http_rewrite_module).
struct RewriteSettings {
    bool log = false;
    bool warnsOfUninitialized = true;
};

} // namespace portlight
