// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/rewritecompiler.h"

#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr int StatusMax = 999;

Error refused(const QString &message, QByteArrayView value = {})
{
    return {ErrorCode::InvalidValue, value.isNull() ? message : message.arg(QString::fromUtf8(value)), {}, {}};
}

bool isRedirectStatus(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool startsAsUrl(QByteArrayView text)
{
    return text.startsWith("http://") || text.startsWith("https://") || text.startsWith("$scheme");
}

// The words between the parentheses, which may stand for themselves or glued to the first and last word.
Result<std::vector<QByteArray>> conditionWords(const ConfigNode &node)
{
    std::vector<QByteArray> words;
    for (const ConfigArgument &argument : node.arguments)
        words.push_back(argument.value);
    const QString invalid = u"invalid condition \"%1\""_s;
    if (words.empty() || !words.front().startsWith('('))
        return refused(invalid, words.empty() ? QByteArrayView("") : QByteArrayView(words.front()));
    if (words.front().size() == 1 && words.size() > 1)
        words.erase(words.begin());
    else
        words.front().remove(0, 1);
    if (!words.back().endsWith(')'))
        return refused(invalid, words.back());
    if (words.back().size() == 1 && words.size() > 1)
        words.pop_back();
    else
        words.back().chop(1);
    return words;
}

QByteArray writtenArguments(const ConfigNode &node)
{
    QByteArray text;
    for (const ConfigArgument &argument : node.arguments)
        text += (text.isEmpty() ? "" : " ") + argument.value;
    return text;
}

} // namespace

void RewriteCompiler::compile(const ConfigNode &block, RewriteProgram &program)
{
    for (const ConfigNode &node : block.children) {
        if (node.isComment())
            continue;
        m_scope.variables.setPlace(node.position);
        if (const Result<void> added = addStep(node, program); !added)
            m_scope.report(added.error(), node.position);
    }
}

Result<void> RewriteCompiler::addStep(const ConfigNode &node, RewriteProgram &program)
{
    const auto append = [&](auto rule) -> Result<void> {
        if (!rule)
            return rule.error();
        rule->position = node.position;
        program.push_back(std::move(*rule));
        return {};
    };
    if (node.name == "rewrite")
        return append(rewriteRule(node));
    if (node.name == "return")
        return append(returnRule(node));
    if (node.name == "set")
        return append(setRule(node));
    if (node.name == "break")
        return append(Result<BreakRule>(BreakRule()));
    if (node.name == "if" && node.isBlock())
        return addIf(node, program);
    return {};
}

Result<RewriteRule> RewriteCompiler::rewriteRule(const ConfigNode &node)
{
    RewriteRule rule;
    QByteArrayView replacement = node.argument(1);
    if (replacement.isEmpty())
        return refused(u"empty replacement"_s);
    auto regex = m_scope.compileRegex(node.argument(0), false);
    if (!regex)
        return regex.error();
    rule.regex = std::move(*regex);
    if (startsAsUrl(replacement))
        rule.redirectStatus = 302;
    if (node.arguments.size() > 2) {
        const QByteArrayView flag = node.argument(2);
        rule.endsProgram = true;
        if (flag == "break")
            rule.staysHere = true;
        else if (flag == "redirect")
            rule.redirectStatus = 302;
        else if (flag == "permanent")
            rule.redirectStatus = 301;
        else if (flag != "last")
            return refused(u"invalid parameter \"%1\""_s, flag);
    }
    rule.endsProgram |= rule.redirectStatus != 0;
    if (replacement.endsWith('?')) {
        rule.keepsArgs = false;
        replacement.chop(1);
    }
    if (const auto set = setReplacement(replacement, rule); !set)
        return set.error();
    return rule;
}

// A variable's name holds no '?', so the text can be cut there before it is compiled.
Result<void> RewriteCompiler::setReplacement(QByteArrayView text, RewriteRule &rule)
{
    const qsizetype mark = text.indexOf('?');
    rule.hasArgs = mark >= 0;
    const bool splits = rule.hasArgs && rule.redirectStatus == 0;
    auto path = Template::compile(splits ? text.first(mark) : text, m_scope.variables);
    if (!path)
        return path.error();
    rule.path = std::move(*path);
    if (!splits)
        return {};
    auto args = Template::compile(text.sliced(mark + 1), m_scope.variables);
    if (!args)
        return args.error();
    rule.args = std::move(*args);
    return {};
}

Result<ReturnRule> RewriteCompiler::returnRule(const ConfigNode &node)
{
    ReturnRule rule;
    QByteArrayView text = node.argument(1);
    const QByteArrayView first = node.argument(0);
    if (const auto code = parseNumber(first, 0, StatusMax)) {
        rule.status = int(*code);
    } else if (node.arguments.size() == 1 && startsAsUrl(first)) {
        rule.status = 302;
        text = first;
    } else {
        return Error{ErrorCode::InvalidValue,
                     u"invalid return code \"%1\""_s.arg(QString::fromUtf8(first)),
                     {},
                     u"return CODE [text], return CODE URL, or return URL"_s};
    }
    rule.isRedirect = isRedirectStatus(rule.status);
    auto compiled = Template::compile(text, m_scope.variables);
    if (!compiled)
        return compiled.error();
    rule.text = std::move(*compiled);
    return rule;
}

Result<SetRule> RewriteCompiler::setRule(const ConfigNode &node)
{
    const QByteArrayView name = node.argument(0);
    if (name.size() < 2 || !name.startsWith('$'))
        return refused(u"invalid variable name \"%1\""_s, name);
    const auto variable = m_scope.variables.defineStored(name.sliced(1));
    if (!variable)
        return variable.error();
    auto value = Template::compile(node.argument(1), m_scope.variables);
    if (!value)
        return value.error();
    return SetRule{*variable, std::move(*value), {}};
}

// The steps of the block follow the condition, so that one run goes through all of them in their order.
Result<void> RewriteCompiler::addIf(const ConfigNode &node, RewriteProgram &program)
{
    const auto words = conditionWords(node);
    if (!words)
        return words.error();
    auto parsed = condition(*words);
    if (!parsed)
        return parsed.error();
    const size_t index = program.size();
    program.push_back(IfRule{std::move(*parsed), writtenArguments(node), m_ifLevel(node), 0, node.position});
    compile(node, program);
    std::get<IfRule>(program[index]).end = program.size();
    return {};
}

// ngx_http_rewrite_if_condition
Result<RewriteCondition> RewriteCompiler::condition(const std::vector<QByteArray> &words)
{
    const QByteArray &first = words.front();
    if (first.size() > 1 && first.startsWith('$'))
        return comparison(words);
    const bool negated = first.startsWith('!');
    if (first.size() == (negated ? 3 : 2) && first[negated ? 1 : 0] == '-')
        return fileTest(words);
    return refused(u"invalid condition \"%1\""_s, first);
}

Result<RewriteCondition> RewriteCompiler::comparison(const std::vector<QByteArray> &words)
{
    if (words.size() != 1 && words.size() != 3)
        return refused(u"invalid condition \"%1\""_s, words.front());
    RewriteCondition result;
    result.variable = m_scope.variables.find(QByteArrayView(words.front()).sliced(1));
    if (words.size() == 1)
        return result;
    QByteArrayView operation = words[1];
    result.negated = operation.startsWith('!');
    if (result.negated)
        operation = operation.sliced(1);
    if (operation == "=") {
        result.kind = RewriteCondition::Kind::Equal;
        auto value = Template::compile(words[2], m_scope.variables);
        if (!value)
            return value.error();
        result.value = std::move(*value);
        return result;
    }
    if (operation != "~" && operation != "~*")
        return refused(u"unexpected \"%1\" in condition"_s, words[1]);
    result.kind = RewriteCondition::Kind::Match;
    auto regex = m_scope.compileRegex(words[2], operation == "~*");
    if (!regex)
        return regex.error();
    result.regex = std::move(*regex);
    return result;
}

Result<RewriteCondition> RewriteCompiler::fileTest(const std::vector<QByteArray> &words)
{
    const QByteArray &test = words.front();
    const Error invalid = refused(u"invalid condition \"%1\""_s, test);
    if (words.size() != 2)
        return invalid;
    RewriteCondition result;
    result.negated = test.startsWith('!');
    switch (test.back()) {
    case 'f': result.kind = RewriteCondition::Kind::PlainFile; break;
    case 'd': result.kind = RewriteCondition::Kind::Directory; break;
    case 'e': result.kind = RewriteCondition::Kind::Exists; break;
    case 'x': result.kind = RewriteCondition::Kind::Executable; break;
    default: return invalid;
    }
    auto path = Template::compile(words[1], m_scope.variables);
    if (!path)
        return path.error();
    result.value = std::move(*path);
    return result;
}

} // namespace portlight
