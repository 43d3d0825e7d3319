// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/tree.h"
#include "net/resolverconfig.h"

#include <memory>

namespace portlight {

// How names are looked up while requests run, as it stands for one level.
struct ResolverSettings {
    std::shared_ptr<const ResolverConfig> config; // null: no resolver is defined
    std::chrono::milliseconds timeout{30'000};
};

// A `resolver` directive, the names of its servers looked up: this may wait. Errors have nginx's words.
Result<std::shared_ptr<const ResolverConfig>> compileResolver(const ConfigNode &node);

} // namespace portlight
