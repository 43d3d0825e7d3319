// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validate.h"

#include "config/directivehints.h"
#include "config/validationstate.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace validation {

namespace {

// The context inside a block, seen from where the block stands.
ConfigContext contextInside(const ConfigNode &block, ConfigContext outside)
{
    constexpr std::pair<const char *, ConfigContext> contexts[] = {
        {"http", ConfigContext::Http},         {"server", ConfigContext::Server},
        {"location", ConfigContext::Location}, {"upstream", ConfigContext::Upstream},
        {"events", ConfigContext::Events},     {"limit_except", ConfigContext::LimitExcept},
        {"map", ConfigContext::Map},
    };
    for (const auto &[name, context] : contexts) {
        if (block.name == name)
            return context;
    }
    if (block.name == "if")
        return outside == ConfigContext::Server ? ConfigContext::ServerIf : ConfigContext::LocationIf;
    return ConfigContext::Other;
}

bool rightPlace(State &state, const ConfigNode &node, const DirectiveSpec *spec, const Scope &scope)
{
    if (!spec) {
        state.error(ErrorCode::UnknownDirective, u"unknown directive \"%1\""_s.arg(text(node.name)), node.position,
                    state.errors < SpellingHintsMax ? unknownDirectiveHint(node.name, scope.context) : QString());
        return false;
    }
    if (!spec->contexts.testFlag(scope.context)) {
        state.error(ErrorCode::WrongContext, u"\"%1\" directive is not allowed here"_s.arg(text(node.name)),
                    node.position, wrongContextHint(*spec, scope.context));
        return false;
    }
    return true;
}

// A "{" without quotes begins a block, also in the midst of an expression or a name.
QString openBraceHint(const ConfigNode &node)
{
    const bool expression =
        std::any_of(node.arguments.begin(), node.arguments.end(), [](const ConfigArgument &argument) {
            return argument.value.startsWith('^') || argument.value.startsWith('~') || argument.value.contains('(');
        });
    return expression ? u"a \"{\" begins a block: put an expression that has one into quotes"_s
                      : u"a \"{\" begins a block: is a \";\" missing before it, or are quotes around it?"_s;
}

bool rightShape(State &state, const ConfigNode &node, const DirectiveSpec &spec)
{
    const bool block = spec.type == DirectiveType::Block;
    if (!block && node.isBlock()) {
        const QString swallowed = missingSemicolonHint(node);
        state.error(ErrorCode::SyntaxError, u"directive \"%1\" is not terminated by \";\""_s.arg(text(node.name)),
                    node.position, swallowed.isEmpty() ? openBraceHint(node) : swallowed);
        return false;
    }
    if (block && !node.isBlock()) {
        state.error(ErrorCode::SyntaxError, u"directive \"%1\" has no opening \"{\""_s.arg(text(node.name)),
                    node.position);
        return false;
    }
    const int count = static_cast<int>(node.arguments.size());
    if (count < spec.argumentsMin || (spec.argumentsMax >= 0 && count > spec.argumentsMax)) {
        QString hint = missingSemicolonHint(node);
        state.error(ErrorCode::WrongArgumentCount,
                    u"invalid number of arguments in \"%1\" directive"_s.arg(text(node.name)), node.position,
                    hint.isEmpty() ? argumentCountHint(spec, count) : hint);
        return false;
    }
    return true;
}

// A directive that is not run makes no difference where it says what happens anyway.
bool saysTheDefault(const ConfigNode &node, const DirectiveSpec &spec, const NginxVersion &version)
{
    if (node.isBlock() || node.arguments.size() != 1)
        return false;
    const QByteArrayView value = node.argument(0);
    if (value == "off"
        && (spec.type == DirectiveType::Flag || node.name == "proxy_redirect" || node.name == "proxy_cache"
            || node.name == "auth_basic" || node.name == "auth_request" || node.name == "expires"))
        return true;
    return node.name != "proxy_redirect" && value == directiveDefault(node.name, version);
}

void reportSupport(State &state, const ConfigNode &node, const DirectiveSpec &spec)
{
    if (spec.since > state.options.version)
        state.warning(ErrorCode::UnknownDirective,
                      u"\"%1\" is not known to nginx %2"_s.arg(text(node.name),
                                                               QString::fromLatin1(state.options.version.toString())),
                      node.position, u"it came with nginx %1"_s.arg(QString::fromLatin1(spec.since.toString())));
    if (spec.support == DirectiveSupport::NotYet && !saysTheDefault(node, spec, state.options.version))
        state.notYet(text(node.name), QString::fromUtf8(spec.note), node.position);
}

void walk(State &state, const std::vector<ConfigNode> &nodes, Scope scope);

void walkInside(State &state, const ConfigNode &block, const DirectiveSpec *spec, const Scope &outside)
{
    Scope inside = outside;
    inside.context = contextInside(block, outside.context);
    if (inside.context == ConfigContext::Other || inside.context == ConfigContext::Map)
        return; // entries, not directives
    if (inside.context == ConfigContext::Location) {
        if (const Result<LocationMatch> match = parseLocation(block))
            inside.location = *match;
    }
    const bool silent = spec && spec->support == DirectiveSupport::NotYet;
    state.silenced += silent ? 1 : 0;
    walk(state, block.children, inside);
    state.silenced -= silent ? 1 : 0;
}

void checkBlock(State &state, const ConfigNode &node, const Scope &scope)
{
    if (node.name == "http")
        checkServers(state, node);
    else if (node.name == "server")
        checkLocations(state, node);
    else if (node.name == "location")
        checkLocation(state, node, scope);
    else if (node.name == "upstream")
        checkUpstream(state, node);
}

// “typographic” quotes and their like, which editors and web pages make of plain ones.
bool hasTypographicQuote(QByteArrayView word)
{
    for (qsizetype at = word.indexOf("\xE2\x80"); at >= 0; at = word.indexOf("\xE2\x80", at + 1)) {
        const char last = at + 2 < word.size() ? word[at + 2] : '\0';
        if (last == '\x98' || last == '\x99' || last == '\x9C' || last == '\x9D')
            return true;
    }
    return false;
}

void checkQuotes(State &state, const ConfigNode &node)
{
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        if (hasTypographicQuote(node.argument(i)))
            return state.warning(ErrorCode::InvalidValue, u"typographic quotes are letters to nginx"_s,
                                 positionOf(node, i), u"write \" or '"_s);
    }
}

void checkStatement(State &state, const ConfigNode &node, const Scope &scope)
{
    const DirectiveSpec *const spec = findDirective(node.name, scope.context);
    const bool inPlace = rightPlace(state, node, spec, scope);
    const bool inShape = spec && rightShape(state, node, *spec);
    if (inPlace && inShape) {
        reportSupport(state, node, *spec);
        checkQuotes(state, node);
        checkValues(state, node, *spec, scope);
        if (node.isBlock())
            checkBlock(state, node, scope);
    }
    if (node.isBlock())
        walkInside(state, node, spec, scope);
}

void walk(State &state, const std::vector<ConfigNode> &nodes, Scope scope)
{
    checkTogether(state, nodes, scope);
    QHash<QByteArrayView, TextPosition> seen;
    for (const ConfigNode &node : nodes) {
        if (node.isComment())
            continue;
        checkStatement(state, node, scope);
        const DirectiveSpec *const spec = findDirective(node.name, scope.context);
        if (!spec || spec->repeatable)
            continue;
        const auto first = seen.constFind(node.name);
        if (first == seen.constEnd())
            seen.insert(node.name, node.position);
        else
            state.error(ErrorCode::DuplicateDirective, u"\"%1\" directive is duplicate"_s.arg(text(node.name)),
                        node.position, firstAt(*first, node.position));
    }
}

} // namespace

void State::error(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint)
{
    if (++errors <= ErrorsMax)
        findings.append({Severity::Error, code, message, where, hint});
}

void State::warning(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint)
{
    if (++warnings <= WarningsMax)
        findings.append({Severity::Warning, code, message, where, hint});
}

void State::notYet(const QString &what, const QString &reason, const TextPosition &where)
{
    if (silenced == 0)
        warning(ErrorCode::NotSupportedYet, u"\"%1\" is known to nginx but not run yet: %2"_s.arg(what, reason), where);
}

void countTheRest(State &state)
{
    const qsizetype more =
        std::max<qsizetype>(0, state.errors - ErrorsMax) + std::max<qsizetype>(0, state.warnings - WarningsMax);
    if (more > 0)
        state.findings.append({Severity::Note,
                               ErrorCode::None,
                               u"%1 more problems are not listed"_s.arg(more),
                               {state.tree.fileName, 0, 0},
                               {}});
}

void noteFiles(const std::vector<ConfigNode> &nodes, QHash<QString, int> &order)
{
    const QString *last = nullptr;
    for (const ConfigNode &node : nodes) {
        if (!last || *last != node.position.file) {
            last = &node.position.file;
            if (!order.contains(*last))
                order.insert(*last, static_cast<int>(order.size()));
        }
        noteFiles(node.children, order);
    }
}

// Each file's findings together, the files in the order in which the tree comes to them.
void sortByPlace(State &state)
{
    QHash<QString, int> order = {{state.tree.fileName, 0}};
    const bool oneFile = std::all_of(state.findings.begin(), state.findings.end(), [&](const Diagnostic &finding) {
        return finding.where.file == state.tree.fileName;
    });
    if (!oneFile)
        noteFiles(state.tree.nodes, order);
    const auto place = [&order](const Diagnostic &finding) {
        return std::tuple(order.value(finding.where.file), finding.where.line, finding.where.column);
    };
    std::stable_sort(state.findings.begin(), state.findings.end(),
                     [&place](const Diagnostic &a, const Diagnostic &b) { return place(a) < place(b); });
}

QString text(QByteArrayView bytes)
{
    return QString::fromUtf8(bytes);
}

TextPosition positionOf(const ConfigNode &node, size_t index)
{
    if (index >= node.arguments.size() || node.arguments[index].line == 0)
        return node.position;
    return {node.position.file, node.arguments[index].line, node.arguments[index].column};
}

QString firstAt(const TextPosition &position, const TextPosition &again)
{
    if (!position.isKnown())
        return {};
    if (position.file == again.file)
        return u"first at line %1"_s.arg(position.line);
    return u"first at %1:%2"_s.arg(position.file).arg(position.line);
}

QString missingSemicolonHint(const ConfigNode &node)
{
    int line = node.position.line;
    for (const ConfigArgument &argument : node.arguments) {
        if (argument.line > line && line > 0 && findDirective(argument.value))
            return u"a \";\" is missing at the end of line %1"_s.arg(line);
        line = argument.line;
    }
    return {};
}

} // namespace validation

Diagnostics validateConfig(const ConfigTree &tree, const ValidationOptions &options)
{
    validation::State state{tree, options, {}, {}, {}, {}, {}};
    validation::collectDefinitions(state, tree.nodes);
    validation::walk(state, tree.nodes, {});
    validation::sortByPlace(state);
    validation::countTheRest(state);
    return state.findings;
}

} // namespace portlight
