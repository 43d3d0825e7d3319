// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"

namespace portlight {

QString TextPosition::toString() const
{
    if (!isKnown())
        return file;
    return QStringLiteral("%1:%2:%3").arg(file).arg(line).arg(column);
}

QString Error::toString() const
{
    QString text = where.toString();
    if (!text.isEmpty())
        text += QLatin1String(": ");
    text += message;
    if (!hint.isEmpty())
        text += QLatin1String(" (") + hint + QLatin1Char(')');
    return text;
}

} // namespace portlight
