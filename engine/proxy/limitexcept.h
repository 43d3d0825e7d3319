// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/tree.h"

#include <QByteArray>

#include <vector>

namespace portlight {

// The methods that limit_except leaves alone.
class MethodSet
{
public:
    // Reads the arguments of limit_except, in any case; GET brings HEAD along. The error names a method that nginx does
    // not know.
    static Result<MethodSet> fromArguments(const ConfigNode &node);
    // `method` as the client wrote it; one that nginx does not know is in no set.
    bool contains(QByteArrayView method) const;

private:
    std::vector<QByteArray> m_methods; // upper case
};

} // namespace portlight
