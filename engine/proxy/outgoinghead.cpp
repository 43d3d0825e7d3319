// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/downstream.h"

#include <algorithm>

namespace portlight {

std::optional<qint64> OutgoingHead::impliedLastModified() const
{
    if (!lastModified || (status != 200 && status != 206 && status != 304))
        return std::nullopt;
    const bool named = std::any_of(fields.begin(), fields.end(), [](const FieldView &field) {
        return equalsIgnoringCase(field.name, "Last-Modified");
    });
    return named ? std::nullopt : lastModified;
}

} // namespace portlight
