// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/values.h"
#include "proxy/compilescope.h"
#include "proxy/levelsettings.h"
#include "proxy/tempfile.h"

// What the files of setters share; only settings_*.cpp include this.
namespace portlight {

template<typename T, typename Field>
Result<void> storeSetting(Field &field, const Result<T> &value)
{
    if (!value)
        return value.error();
    field = Field(*value);
    return {};
}

inline Result<milliseconds> durationOf(const ConfigNode &node, size_t index = 0)
{
    return parseDuration(node.argument(index));
}

// A folder and up to three numbers of digits (ngx_conf_set_path_slot); settings_proxyflow.cpp.
Result<TempFolder> tempFolderOf(const ConfigNode &node, CompileScope &scope);

inline Result<bool> flagOf(const ConfigNode &node)
{
    return parseFlag(node.argument(0));
}

} // namespace portlight

// A setter of one member of one part of a level, from an expression of `node`.
#define PORTLIGHT_SET(part, member, expression)                                                                        \
    [](LevelSettings &level, const ConfigNode &node, [[maybe_unused]] CompileScope &scope) -> Result<void> {           \
        return storeSetting(level.part.edit().member, expression);                                                     \
    }
