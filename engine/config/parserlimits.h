// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <cstddef>

namespace portlight {

inline constexpr size_t ConfigDepthMax = 100; // blocks in blocks
inline constexpr qint64 ConfigFileBytesMax = 64 * 1024 * 1024;
inline constexpr qsizetype ConfigSyntaxErrorsMax = 100; // reported of one text

} // namespace portlight
