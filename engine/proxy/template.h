// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "http/wirebuffer.h"
#include "proxy/variableref.h"

#include <vector>

namespace portlight {

class Exchange;
class VariableTable;

// A value that may hold variables: "$host:$server_port". Immutable once compiled.
class Template
{
public:
    Template() = default;
    // Compiles `text`; the error says in nginx's words what is wrong with a variable's name. Names that nobody has
    // defined are remembered by `variables`.
    static Result<Template> compile(QByteArrayView text, VariableTable &variables);
    static Template literal(const QByteArray &text);

    bool isLiteral() const { return m_parts.empty() || (m_parts.size() == 1 && m_parts[0].id == VariableId::Literal); }
    bool isEmptyLiteral() const { return m_parts.empty(); }
    QByteArrayView literalText() const;
    const std::vector<VariableRef> &parts() const { return m_parts; }
    // Appends the value for that exchange.
    void evaluate(Exchange &exchange, WireBuffer &out) const;
    QByteArray evaluated(Exchange &exchange) const;

private:
    std::vector<VariableRef> m_parts;
};

// Appends one variable's value. False: it has none (nginx's not_found, which a log shows as "-").
bool appendVariable(const VariableRef &variable, Exchange &exchange, WireBuffer &out);

} // namespace portlight
