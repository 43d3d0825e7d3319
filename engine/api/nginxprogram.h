// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/directivetable.h"

#include <QList>

namespace portlight {

// The nginx that is installed on this machine, or empty: in PATH, or where the administrator's programs are.
QString nginxProgram();
// What to tell when there is none, with the package that brings it.
Error nginxIsMissing();
// Out of what `nginx -v` prints: "nginx version: nginx/1.22.1 (Debian)". Invalid when it is something else.
NginxVersion nginxVersionFrom(QByteArrayView printed);
// Ports of 127.0.0.1 that nothing listened on a moment ago, each different.
QList<quint16> freeLoopbackPorts(qsizetype count);

} // namespace portlight
