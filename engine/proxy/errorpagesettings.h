// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "proxy/template.h"

#include <vector>

namespace portlight {

// One status of an error_page directive.
struct ErrorPageRule {
    int status = 0;
    int overwrite = -1; // -1: keeps the status, 0: the answer's own ("="), else that one ("=200")
    Template target;    // "/path?args", "@name" or a URL
    TextPosition position;
};

// What error_page and recursive_error_pages say at one level.
struct ErrorPageSettings {
    std::vector<ErrorPageRule> rules; // the first of a status counts
    bool recursive = false;

    const ErrorPageRule *ruleFor(int status) const
    {
        for (const ErrorPageRule &rule : rules) {
            if (rule.status == status)
                return &rule;
        }
        return nullptr;
    }
};

} // namespace portlight
