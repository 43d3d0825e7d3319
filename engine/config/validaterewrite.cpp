// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

void checkRewrite(State &state, const ConfigNode &node, const Scope &)
{
    if (node.argument(1).isEmpty())
        return state.error(ErrorCode::InvalidValue, u"empty replacement"_s, positionOf(node, 1));
    if (node.arguments.size() < 3)
        return;
    const QByteArrayView flag = node.argument(2);
    if (flag != "last" && flag != "break" && flag != "redirect" && flag != "permanent")
        invalidParameter(state, node, 2, u"the flags are last, break, redirect and permanent"_s);
}

void checkReturn(State &state, const ConfigNode &node, const Scope &)
{
    const QByteArrayView first = node.argument(0);
    const bool url = first.startsWith("http://") || first.startsWith("https://") || first.startsWith("$scheme");
    if (node.arguments.size() == 1 && url)
        return checkTemplate(state, node, 0);
    if (!parseNumber(first, 0, 999))
        return state.error(ErrorCode::InvalidValue, u"invalid return code \"%1\""_s.arg(text(first)),
                           positionOf(node, 0),
                           u"write a status up to 999, or a URL that begins with http://, https:// or $scheme"_s);
    if (node.arguments.size() == 2)
        checkTemplate(state, node, 1);
}

// The words of a condition without its parentheses, which may stand alone or at a word.
class Condition
{
public:
    Condition(State &state, const ConfigNode &node)
        : m_state(state)
        , m_node(node)
    {}
    void check();

private:
    bool strip();
    void checkComparison();
    void checkFileTest();
    QByteArrayView word(size_t index) const { return m_words[index]; }
    void invalid(size_t index, QByteArrayView shown, const QString &hint = {});

    State &m_state;
    const ConfigNode &m_node;
    std::vector<QByteArrayView> m_words; // one an argument
    size_t m_first = 0;
    size_t m_last = 0;
};

void Condition::invalid(size_t index, QByteArrayView shown, const QString &hint)
{
    m_state.error(ErrorCode::InvalidValue, u"invalid condition \"%1\""_s.arg(text(shown)), positionOf(m_node, index),
                  hint);
}

bool Condition::strip()
{
    for (const ConfigArgument &argument : m_node.arguments)
        m_words.push_back(argument.value);
    m_last = m_words.size() - 1;
    if (!m_words.front().startsWith('(')) {
        invalid(0, m_words.front(), u"a condition stands in parentheses: if ($request_method = POST) { … }"_s);
        return false;
    }
    if (m_words.front().size() == 1)
        m_first = 1;
    else
        m_words.front() = m_words.front().sliced(1);
    if (!m_words.back().endsWith(')')) {
        invalid(m_last, m_words.back(), u"the \")\" is missing"_s);
        return false;
    }
    // As nginx, which goes on into what stands behind the last word where there is none left.
    if (m_words.back().size() > 1)
        m_words.back().chop(1);
    else if (m_last > 0)
        --m_last;
    return true;
}

void Condition::check()
{
    if (!strip())
        return;
    if (m_first >= m_words.size() || m_first > m_last)
        return invalid(m_words.size() - 1, ")", u"there is no condition between the parentheses"_s);
    const QByteArrayView first = word(m_first);
    if (first.size() > 1 && first.startsWith('$'))
        return checkComparison();
    const bool test = (first.size() == 2 && first.startsWith('-')) || (first.size() == 3 && first.startsWith("!-"));
    if (test)
        return checkFileTest();
    invalid(m_first, first, u"it begins with a variable, or with -f, -d, -e, -x or their opposites such as !-f"_s);
}

void Condition::checkComparison()
{
    const QByteArrayView variable = word(m_first);
    if (m_first != m_last && m_first + 2 != m_last)
        return invalid(m_first, variable, u"one value is compared; quote it when it has spaces"_s);
    checkVariable(m_state, m_node, m_first, variable.sliced(1));
    if (m_first == m_last)
        return;
    const QByteArrayView sign = word(m_first + 1);
    if (sign == "=" || sign == "!=")
        return checkTemplateText(m_state, m_node, m_last, word(m_last));
    if (sign == "~" || sign == "~*" || sign == "!~" || sign == "!~*")
        return; // the expression is looked at where it is compiled
    m_state.error(
        ErrorCode::InvalidValue, u"unexpected \"%1\" in condition"_s.arg(text(sign)), positionOf(m_node, m_first + 1),
        sign == "==" ? u"nginx compares with a single \"=\""_s : u"the comparisons are =, !=, ~, ~*, !~ and !~*"_s);
}

void Condition::checkFileTest()
{
    const QByteArrayView test = word(m_first);
    const bool known = QByteArrayView("fdex").contains(test.back());
    if (m_first + 1 != m_last || !known)
        return invalid(m_first, test, u"the tests are -f, -d, -e and -x, each with one name behind it"_s);
    checkTemplateText(m_state, m_node, m_last, word(m_last));
}

void checkIf(State &state, const ConfigNode &node, const Scope &)
{
    Condition(state, node).check();
}

void checkSet(State &state, const ConfigNode &node, const Scope &)
{
    checkNewVariable(state, node, 0);
}

} // namespace

std::span<const NamedCheck> rewriteChecks()
{
    static constexpr NamedCheck checks[] = {
        {"rewrite", checkRewrite}, {"return", checkReturn}, {"if", checkIf}, {"set", checkSet}};
    return checks;
}

} // namespace portlight::validation
