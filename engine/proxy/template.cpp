// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/template.h"

#include "proxy/variabletable.h"

namespace portlight {

namespace {

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

} // namespace

Result<Template> Template::compile(QByteArrayView text, VariableTable &variables)
{
    Template result;
    QByteArray literal;
    const auto flush = [&] {
        if (!literal.isEmpty())
            result.m_parts.push_back({VariableId::Literal, std::exchange(literal, {})});
    };
    for (qsizetype i = 0; i < text.size();) {
        if (text[i] != '$') {
            literal.append(text[i++]);
            continue;
        }
        if (i + 1 < text.size() && text[i + 1] >= '1' && text[i + 1] <= '9') { // a capture is one digit
            flush();
            result.m_parts.push_back({.id = VariableId::Capture, .capture = quint8(text[i + 1] - '0')});
            i += 2;
            continue;
        }
        const bool braced = i + 1 < text.size() && text[i + 1] == '{';
        const qsizetype start = i + (braced ? 2 : 1);
        qsizetype end = start;
        while (end < text.size() && isNameCharacter(text[end]))
            ++end;
        if (braced && (end >= text.size() || text[end] != '}')) {
            return Error{ErrorCode::InvalidValue, QStringLiteral("the closing bracket in \"%1\" variable is missing")
                                                      .arg(QString::fromUtf8(text.sliced(start, end - start)))};
        }
        if (end == start)
            return Error{ErrorCode::InvalidValue, QStringLiteral("invalid variable name")};
        flush();
        result.m_parts.push_back(variables.find(text.sliced(start, end - start)));
        i = end + (braced ? 1 : 0);
    }
    flush();
    return result;
}

Template Template::literal(const QByteArray &text)
{
    Template result;
    if (!text.isEmpty())
        result.m_parts.push_back({VariableId::Literal, text});
    return result;
}

QByteArrayView Template::literalText() const
{
    return m_parts.empty() ? QByteArrayView() : QByteArrayView(m_parts[0].text);
}

void Template::evaluate(Exchange &exchange, WireBuffer &out) const
{
    for (const VariableRef &part : m_parts) {
        if (part.id == VariableId::Literal)
            out.append(part.text);
        else
            appendVariable(part, exchange, out);
    }
}

QByteArray Template::evaluated(Exchange &exchange) const
{
    WireBuffer out;
    evaluate(exchange, out);
    return out.view().toByteArray();
}

} // namespace portlight
