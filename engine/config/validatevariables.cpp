// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/variables.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

// Which argument of a directive names the variable that it defines; -1: the last one.
std::optional<int> definingArgument(QByteArrayView name)
{
    constexpr std::pair<const char *, int> directives[] = {
        {"set", 0},  {"auth_request_set", 0}, {"perl_set", 0}, {"js_set", 0}, {"js_var", 0},        {"map", -1},
        {"geo", -1}, {"split_clients", -1},   {"num_map", -1}, {"keyval", 1}, {"proxy_set_var", 0},
    };
    for (const auto &[directive, index] : directives) {
        if (name == directive)
            return index;
    }
    return std::nullopt;
}

void defineVariable(State &state, QByteArrayView word)
{
    if (word.startsWith('$') && word.size() > 1)
        state.definedVariables.insert(word.sliced(1).toByteArray().toLower());
}

// (?<name>…), (?P<name>…) and (?'name'…) in a regular expression set variables.
void defineCaptures(State &state, QByteArrayView expression)
{
    for (qsizetype at = expression.indexOf("(?"); at >= 0; at = expression.indexOf("(?", at + 2)) {
        qsizetype begin = at + 2;
        if (begin < expression.size() && expression[begin] == 'P')
            ++begin;
        if (begin >= expression.size() || (expression[begin] != '<' && expression[begin] != '\''))
            continue;
        const char close = expression[begin] == '<' ? '>' : '\'';
        const qsizetype end = expression.indexOf(close, begin + 1);
        if (end > begin + 1)
            state.definedVariables.insert(expression.sliced(begin + 1, end - begin - 1).toByteArray().toLower());
    }
}

void collectFrom(State &state, const ConfigNode &node)
{
    const std::optional<int> index = definingArgument(node.name);
    if (index && !node.arguments.empty())
        defineVariable(state, *index < 0 ? QByteArrayView(node.arguments.back().value)
                                         : node.argument(static_cast<size_t>(*index)));
    defineCaptures(state, node.name); // a regular expression of a map
    for (const ConfigArgument &argument : node.arguments)
        defineCaptures(state, argument.value);
    if (node.name == "upstream" && !node.arguments.empty() && !state.upstreams.contains(node.arguments[0].value))
        state.upstreams.insert(node.arguments[0].value, node.position);
}

} // namespace

void collectDefinitions(State &state, const std::vector<ConfigNode> &nodes)
{
    for (const ConfigNode &node : nodes) {
        if (node.isComment())
            continue;
        collectFrom(state, node);
        collectDefinitions(state, node.children);
    }
}

void checkTemplate(State &state, const ConfigNode &node, size_t index)
{
    const QByteArrayView value = node.argument(index);
    if (!value.contains('$'))
        return;
    const TemplateVariables found = variablesOfTemplate(value);
    for (const QByteArray &name : found.names) {
        if (state.definedVariables.contains(name))
            continue;
        const VariableSupport support = variableSupport(name);
        if (support == VariableSupport::Unknown)
            state.error(ErrorCode::UnknownVariable, u"unknown \"%1\" variable"_s.arg(text(name)),
                        positionOf(node, index), u"neither nginx nor this file defines it"_s);
        else if (support == VariableSupport::NotYet)
            state.notYet(u"$"_s + text(name), u"the variable is empty here"_s, positionOf(node, index));
    }
    if (found.problem)
        state.error(ErrorCode::InvalidValue, text(*found.problem), positionOf(node, index),
                    u"a \"$\" begins a variable; nginx has no way to write the sign itself"_s);
}

} // namespace portlight::validation
