// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <vector>

namespace portlight {

enum class VariableSupport : quint8 { Unknown, NotYet, Runs };

// What is known of a variable of nginx, named without '$'. Those that a configuration defines are not among them.
VariableSupport variableSupport(QByteArrayView name);
bool isKnownVariable(QByteArrayView name);
// True for those that nginx defines for good: set, map, geo and their like may not define them again.
bool isFixedVariable(QByteArrayView name);

// The variables that a template names, as ngx_http_script_compile finds them; digits are captures and left out.
struct TemplateVariables {
    std::vector<QByteArray> names;
    std::optional<QByteArray> problem; // nginx's words for a template that cannot be read
};
TemplateVariables variablesOfTemplate(QByteArrayView text);

} // namespace portlight
