// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/fieldtext.h"

#include "http/asciitable.h"

namespace portlight {

namespace {

char folded(char c)
{
    return c == '_' ? '-' : char(ascii::lowerTable[quint8(c)]);
}

} // namespace

FieldText FieldText::behindFirstLine(QByteArrayView head)
{
    const qsizetype end = head.indexOf('\n');
    return FieldText(end < 0 ? QByteArrayView() : head.sliced(end + 1));
}

bool FieldText::next(QByteArrayView &name, QByteArrayView &value)
{
    while (!m_rest.isEmpty()) {
        const qsizetype end = m_rest.indexOf('\n');
        const QByteArrayView line = end < 0 ? m_rest : m_rest.first(end);
        m_rest = end < 0 ? QByteArrayView() : m_rest.sliced(end + 1);
        const qsizetype colon = line.indexOf(':');
        if (colon <= 0)
            continue;
        name = line.first(colon);
        value = line.sliced(colon + 1).trimmed();
        return true;
    }
    return false;
}

bool isFieldOfVariable(QByteArrayView field, QByteArrayView variable)
{
    if (field.size() != variable.size())
        return false;
    for (qsizetype i = 0; i < field.size(); ++i) {
        if (folded(field[i]) != folded(variable[i]))
            return false;
    }
    return true;
}

} // namespace portlight
