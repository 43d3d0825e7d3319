// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/mediatypes.h"
#include "http/ranges.h"
#include "net/openedfile.h"
#include "proxy/filepath.h"
#include "proxy/template.h"

#include <vector>

namespace portlight {

// What one level says about files: root and what goes with it, types, validators (ngx_http_core_module,
// ngx_http_index_module).
struct FileSettings {
    FileBase::Kind baseKind = FileBase::Kind::Root;
    Template base;                    // of root or alias; absolute where it begins with no variable
    qsizetype aliasBytes = 0;         // of the location's prefix, for alias
    std::vector<Template> indexNames; // empty: index.html
    MediaTypes types = MediaTypes::builtIn();
    quint32 rangesMax = RangesUnlimited; // 0: ranges are not served
    IfModifiedSince ifModifiedSince = IfModifiedSince::Exact;
    bool etag = true;
    bool logNotFound = true;
    SymlinkRule::Mode symlinks = SymlinkRule::Mode::Follow;
    Template trustedPath; // disable_symlinks from=; empty: nothing is trusted
};

} // namespace portlight
