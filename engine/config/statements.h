// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"

#include <functional>

namespace portlight {

// Edits of single statements in a block; those around them stay as written.

using NodeTest = std::function<bool(const ConfigNode &)>;

// Another value for a word, quoted where it needs it.
void setValue(ConfigArgument &argument, const QByteArray &value);
// Behind the last statement that `belongs`, and the comment on its line; at the end when there is none.
void insertBehind(ConfigNode &level, const NodeTest &belongs, ConfigNode node);
// Each with the comment that stands behind it on its line.
void removeWhere(ConfigNode &level, const NodeTest &goes);

// The same address on another port: "[::1]:8080"; a bare port stays bare, a bare address gets one.
QByteArray withPort(QByteArrayView address, quint16 oldPort, quint16 newPort);
// Moves every listen directive on that port. A server without any gets one: it was on nginx's port 80.
void movePort(ConfigNode &server, quint16 oldPort, quint16 newPort);

} // namespace portlight
