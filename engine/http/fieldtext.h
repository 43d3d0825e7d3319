// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace portlight {

// Walks through field lines that were read or written before, so that they are known to be well-formed.
class FieldText
{
public:
    explicit FieldText(QByteArrayView lines)
        : m_rest(lines)
    {}
    // A whole head: the first line is passed over.
    static FieldText behindFirstLine(QByteArrayView head);

    // The next field's name and value, without the spaces around it. False: there is none.
    bool next(QByteArrayView &name, QByteArrayView &value);

private:
    QByteArrayView m_rest;
};

// Whether a field is what $http_name and its like mean: case does not count, and '_' stands for '-' (or itself).
bool isFieldOfVariable(QByteArrayView field, QByteArrayView variable);

} // namespace portlight
