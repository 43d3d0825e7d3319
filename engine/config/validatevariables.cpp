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
    if (node.name == "match" && node.isBlock() && !node.arguments.empty()
        && !state.matches.contains(node.arguments[0].value))
        state.matches.insert(node.arguments[0].value, node.position);
}

// Which arguments of a directive are templates: from `first` (-1: the last one alone) up to `last` (-1: all).
struct TemplateArguments {
    int first = 0;
    int last = 0;
};
constexpr TemplateArguments NoTemplates = {1, 0};
constexpr TemplateArguments AllTemplates = {0, -1};
constexpr TemplateArguments FirstTemplate = {0, 0};
constexpr TemplateArguments SecondTemplate = {1, 1};
constexpr TemplateArguments LastTemplate = {-1, -1};

struct NamedTemplates {
    const char *name;
    TemplateArguments which;
};

// Those that their type alone does not tell.
constexpr NamedTemplates TemplatesByName[] = {
    {"add_header", SecondTemplate},
    {"add_trailer", SecondTemplate},
    {"proxy_set_header", SecondTemplate},
    {"rewrite", SecondTemplate},
    {"set", SecondTemplate},
    {"return", NoTemplates},
    {"root", FirstTemplate},
    {"alias", FirstTemplate},
    {"index", AllTemplates},
    {"try_files", AllTemplates},
    {"error_page", LastTemplate},
    {"expires", LastTemplate},
    {"map", FirstTemplate},
    {"split_clients", FirstTemplate},
    {"proxy_redirect", AllTemplates},
    {"proxy_cookie_domain", AllTemplates},
    {"proxy_cookie_path", AllTemplates},
    {"proxy_cookie_flags", AllTemplates},
    {"proxy_set_body", FirstTemplate},
    {"proxy_method", FirstTemplate},
    {"proxy_bind", FirstTemplate},
    {"proxy_cache", FirstTemplate},
    {"proxy_cache_key", FirstTemplate},
    {"proxy_cache_bypass", AllTemplates},
    {"proxy_no_cache", AllTemplates},
    {"hash", FirstTemplate},
    {"limit_req_zone", FirstTemplate},
    {"limit_conn_zone", FirstTemplate},
    {"fastcgi_param", SecondTemplate},
    {"fastcgi_cache_key", FirstTemplate},
    {"fastcgi_cache_bypass", AllTemplates},
    {"fastcgi_no_cache", AllTemplates},
    {"sub_filter", AllTemplates},
    {"auth_request_set", SecondTemplate},
    {"ssl_certificate", FirstTemplate},
    {"ssl_certificate_key", FirstTemplate},
    {"auth_basic_user_file", FirstTemplate},
};

TemplateArguments templateArguments(QByteArrayView name, const DirectiveSpec &spec)
{
    static const QHash<QByteArrayView, TemplateArguments> byName = [] {
        QHash<QByteArrayView, TemplateArguments> all;
        for (const NamedTemplates &row : TemplatesByName)
            all.insert(QByteArrayView(row.name), row.which);
        return all;
    }();
    return byName.value(name, spec.type == DirectiveType::Template ? AllTemplates : NoTemplates);
}

// "zone=NAME:SIZE" and "keys_zone=NAME:SIZE" of whatever shares memory, and "zone NAME SIZE" of an upstream.
void collectZones(State &state, const ConfigNode &node)
{
    if (node.name == "zone" && node.arguments.size() == 2)
        state.zones.insert(node.arguments.front().value);
    if (!node.name.endsWith("_zone") && !node.name.endsWith("_path"))
        return;
    for (const ConfigArgument &argument : node.arguments) {
        const qsizetype equals = argument.value.indexOf('=');
        const qsizetype colon = argument.value.indexOf(':', equals);
        const QByteArrayView key = QByteArrayView(argument.value).first(std::max<qsizetype>(0, equals));
        if (colon > 0 && (key == "zone" || key == "keys_zone"))
            state.zones.insert(argument.value.mid(equals + 1, colon - equals - 1));
    }
}

} // namespace

void collectDefinitions(State &state, const std::vector<ConfigNode> &nodes)
{
    for (const ConfigNode &node : nodes) {
        if (node.isComment())
            continue;
        collectFrom(state, node);
        collectZones(state, node);
        collectDefinitions(state, node.children);
    }
}

void checkVariable(State &state, const ConfigNode &node, size_t index, QByteArrayView name)
{
    const QByteArray lower = name.toByteArray().toLower();
    if (state.definedVariables.contains(lower))
        return;
    const VariableSupport support = variableSupport(lower);
    if (support == VariableSupport::Unknown)
        state.error(ErrorCode::UnknownVariable, u"unknown \"%1\" variable"_s.arg(text(lower)), positionOf(node, index),
                    u"neither nginx nor this file defines it"_s);
    else if (support == VariableSupport::NotYet)
        state.notYet(u"$"_s + text(lower), u"the variable is empty here"_s, positionOf(node, index));
}

void checkTemplateText(State &state, const ConfigNode &node, size_t index, QByteArrayView value)
{
    if (!value.contains('$'))
        return;
    const TemplateVariables found = variablesOfTemplate(value);
    for (const QByteArray &name : found.names)
        checkVariable(state, node, index, name);
    if (found.problem)
        state.error(ErrorCode::InvalidValue, text(*found.problem), positionOf(node, index),
                    u"a \"$\" begins a variable; nginx has no way to write the sign itself"_s);
}

void checkTemplate(State &state, const ConfigNode &node, size_t index)
{
    checkTemplateText(state, node, index, node.argument(index));
}

void checkTemplates(State &state, const ConfigNode &node, const DirectiveSpec &spec)
{
    const TemplateArguments which = templateArguments(node.name, spec);
    const size_t end =
        which.last < 0 ? node.arguments.size() : std::min(node.arguments.size(), static_cast<size_t>(which.last) + 1);
    const bool fromTheEnd = which.first < 0;
    const size_t first = fromTheEnd ? node.arguments.size() - std::min<size_t>(1, node.arguments.size())
                                    : static_cast<size_t>(which.first);
    // What proxy_redirect and the cookie rules replace may be an expression, whose '$' is no variable's.
    const bool takesPattern = node.name == "proxy_redirect" || node.name.startsWith("proxy_cookie_");
    for (size_t i = first; i < end; ++i) {
        if (!(takesPattern && i == 0 && node.argument(0).startsWith('~')))
            checkTemplate(state, node, i);
    }
}

void checkNewVariable(State &state, const ConfigNode &node, size_t index)
{
    const QByteArrayView word = node.argument(index);
    if (!word.startsWith('$') || word.size() < 2)
        return state.error(ErrorCode::InvalidValue, u"invalid variable name \"%1\""_s.arg(text(word)),
                           positionOf(node, index), u"the variable to set is written with \"$\""_s);
    const QByteArray name = word.sliced(1).toByteArray().toLower();
    if (isFixedVariable(name))
        state.error(ErrorCode::InvalidValue, u"the duplicate \"%1\" variable"_s.arg(text(name)),
                    positionOf(node, index), u"nginx sets it itself: choose another name"_s);
}

} // namespace portlight::validation
