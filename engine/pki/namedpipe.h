// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>

#include <chrono>

namespace portlight {

bool isNamedPipe(const QByteArray &path);

// What its writers say until the last of them closes it, or somewhat more than `bytesMax`. Blocking, but no longer than
// `waitMax` for each piece: reading it again may find no writer, and must not hold up whoever wants to stop.
inline constexpr std::chrono::milliseconds NamedPipeWaitMax = std::chrono::seconds(5);
Result<QByteArray> readNamedPipe(const QByteArray &path, qsizetype bytesMax, std::chrono::milliseconds waitMax);

} // namespace portlight
