// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace portlight {

struct Failure;

// What people are told of a Failure of kind TlsFailed.
QString tlsSentence(const Failure &failure);
QString tlsAdvice(const Failure &failure);
// The directive that would help.
QByteArray tlsDirective(const Failure &failure);

} // namespace portlight
