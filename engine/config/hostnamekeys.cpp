// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/hostnamekeys.h"

namespace portlight {

std::optional<QList<QByteArray>> hostnameKeys(const QByteArray &name)
{
    if (name.count('*') > 1 || name.contains("..") || name.contains('\0'))
        return std::nullopt;
    const QByteArray lower = name.toLower();
    if (lower.size() > 1 && lower.startsWith('.'))
        return QList<QByteArray>{'=' + lower.sliced(1), '*' + lower.sliced(1)};
    if (lower.size() > 2 && lower.startsWith("*."))
        return QList<QByteArray>{'*' + lower.sliced(2)};
    if (lower.size() > 2 && lower.endsWith(".*"))
        return QList<QByteArray>{lower.chopped(1)};
    if (lower.contains('*'))
        return std::nullopt;
    return QList<QByteArray>{'=' + lower};
}

} // namespace portlight
