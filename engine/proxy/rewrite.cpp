// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/rewrite.h"

#include "config/values.h"
#include "proxy/regexfailure.h"
#include "proxy/rewriteescape.h"

#include <cerrno>
#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// Never null: arguments that were set are there, however empty, and a log shows them so.
QByteArrayView presentText(const WireBuffer &buffer)
{
    return buffer.isEmpty() ? QByteArrayView("") : buffer.view();
}

} // namespace

RewriteRun::RewriteRun(Exchange &exchange)
    : m_exchange(exchange)
    , m_logs(exchange.settings().rewrite->log)
{}

RewriteOutcome RewriteRun::run(const RewriteProgram &program)
{
    Step step = Step::Next;
    for (m_next = 0; m_next < program.size() && step == Step::Next;) {
        const RewriteStep &current = program[m_next++];
        step = std::visit([this](const auto &rule) { return perform(rule); }, current);
    }
    return {step == Step::Done ? PhaseResult::Done : PhaseResult::Next, m_returned};
}

// ngx_http_script_regex_start_code and ngx_http_script_regex_end_code
RewriteRun::Step RewriteRun::perform(const RewriteRule &rule)
{
    const int pairs = match(rule.regex, m_exchange.uri());
    if (pairs < 0)
        return fail();
    if (pairs == 0)
        return Step::Next;
    UriState &state = m_exchange.uriState();
    state.internal = true;
    state.unparsedValid = false;
    state.changed = !rule.staysHere;
    if (rule.staysHere)
        state.locationValid = false;
    m_isArgs = false;
    m_quotes = rule.redirectStatus != 0;
    WireBuffer replacement;
    evaluate(rule.path, replacement);
    const Step result = rule.redirectStatus ? redirect(rule, replacement.view()) : changeUri(rule, replacement.view());
    m_isArgs = false;
    m_quotes = false;
    return result;
}

RewriteRun::Step RewriteRun::redirect(const RewriteRule &rule, QByteArrayView target)
{
    WireBuffer url;
    appendUnescapedRedirect(url, target);
    if (rule.keepsArgs && !m_exchange.args().isEmpty()) {
        url.append(rule.hasArgs ? '&' : '?');
        url.append(m_exchange.args());
    }
    const QByteArray text = url.view().toByteArray();
    note("rewritten redirect: \"" + text + '"');
    m_exchange.decide(Decision::Step::Rewrite, QString::fromUtf8(text),
                      u"\"%1\" matches: redirect %2"_s.arg(QString::fromUtf8(rule.regex.pattern()),
                                                           QString::number(rule.redirectStatus)),
                      rule.position);
    m_exchange.respondRedirect(rule.redirectStatus, text);
    return Step::Done;
}

RewriteRun::Step RewriteRun::changeUri(const RewriteRule &rule, QByteArrayView path)
{
    if (rule.hasArgs) {
        m_isArgs = true;
        m_other.clear();
        evaluate(rule.args, m_other);
        if (rule.keepsArgs && !m_exchange.args().isEmpty()) {
            m_other.append('&');
            m_other.append(m_exchange.args());
        }
        m_exchange.setArgs(presentText(m_other));
    } else if (!rule.keepsArgs) {
        m_exchange.setArgs(m_exchange.hasArgs() ? QByteArrayView("") : QByteArrayView());
    }
    const QByteArray args = m_exchange.args().toByteArray();
    note("rewritten data: \"" + path.toByteArray() + "\", args: \"" + args + '"');
    if (m_exchange.isRecording())
        m_exchange.decide(Decision::Step::Rewrite,
                          QString::fromUtf8(path.toByteArray() + (args.isEmpty() ? "" : "?") + args),
                          u"\"%1\" matches \"%2\""_s.arg(QString::fromUtf8(rule.regex.pattern()),
                                                         QString::fromUtf8(m_exchange.uri())),
                          rule.position);
    m_exchange.setUri(path);
    if (path.isEmpty()) {
        m_exchange.logError(LogLevel::Error, "the rewritten URI has a zero length");
        return fail();
    }
    return rule.endsProgram ? Step::Stop : Step::Next;
}

RewriteRun::Step RewriteRun::perform(const IfRule &rule)
{
    const Truth truth = holds(rule.condition);
    if (truth == Truth::Unknown)
        return Step::Done;
    if (truth == Truth::No) {
        m_next = rule.end;
        return Step::Next;
    }
    if (m_exchange.isRecording())
        m_exchange.decide(Decision::Step::Rewrite, QString::fromUtf8("if " + rule.text), u"true"_s, rule.position);
    if (rule.location)
        m_exchange.setLocation(*rule.location);
    return Step::Next;
}

RewriteRun::Step RewriteRun::perform(const ReturnRule &rule)
{
    m_returned = &rule;
    return Step::Done;
}

// $args and $limit_rate have handlers of their own (ngx_http_variable_set_args, ngx_http_variable_set_limit_rate).
RewriteRun::Step RewriteRun::perform(const SetRule &rule)
{
    m_value.clear();
    evaluate(rule.value, m_value);
    if (rule.variable.id == VariableId::Args) {
        m_exchange.setArgs(presentText(m_value));
        m_exchange.uriState().unparsedValid = false;
    } else if (rule.variable.id == VariableId::LimitRate) {
        if (const auto bytes = parseSize(m_value.view(), false))
            m_exchange.setLimitRate(*bytes);
        else
            m_exchange.logError(LogLevel::Error, "invalid $limit_rate \"" + m_value.view().toByteArray() + '"');
    } else {
        m_exchange.values().set(rule.variable.slot, m_value.view());
    }
    return Step::Next;
}

// ngx_http_script_break_code
RewriteRun::Step RewriteRun::perform(const BreakRule &rule)
{
    UriState &state = m_exchange.uriState();
    if (state.changed) {
        state.changed = false;
        state.locationValid = false;
    }
    m_exchange.decide(Decision::Step::Rewrite, u"break"_s, u"ends rewriting here"_s, rule.position);
    return Step::Stop;
}

RewriteRun::Truth RewriteRun::holds(const RewriteCondition &condition)
{
    using Kind = RewriteCondition::Kind;
    if (condition.kind >= Kind::PlainFile)
        return holdsFileTest(condition);
    m_value.clear();
    appendVariable(condition.variable, m_exchange, m_value);
    bool result = false;
    if (condition.kind == Kind::Match) {
        const int pairs = match(condition.regex, m_value.view());
        if (pairs < 0) {
            fail();
            return Truth::Unknown;
        }
        result = pairs > 0;
    } else if (condition.kind == Kind::Equal) {
        m_other.clear();
        evaluate(condition.value, m_other);
        result = m_value.view() == m_other.view();
    } else {
        result = !m_value.isEmpty() && m_value.view() != "0";
    }
    return result != condition.negated ? Truth::Yes : Truth::No;
}

// ngx_http_script_file_code: links are followed, and what is neither file nor folder does not exist.
RewriteRun::Truth RewriteRun::holdsFileTest(const RewriteCondition &condition)
{
    m_other.clear();
    evaluate(condition.value, m_other);
    const QByteArray path = m_other.view().toByteArray();
    struct stat info = {};
    bool result = false;
    if (::stat(path.constData(), &info) == 0) {
        const bool isFile = S_ISREG(info.st_mode);
        const bool isDirectory = S_ISDIR(info.st_mode);
        switch (condition.kind) {
        case RewriteCondition::Kind::PlainFile: result = isFile; break;
        case RewriteCondition::Kind::Directory: result = isDirectory; break;
        case RewriteCondition::Kind::Exists: result = isFile || isDirectory; break;
        default: result = info.st_mode & S_IXUSR; break;
        }
    } else if (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG) {
        const int error = errno;
        m_exchange.logError(LogLevel::Crit, "stat() \"" + path + "\" failed (" + describeErrno(error) + ')');
    }
    return result != condition.negated ? Truth::Yes : Truth::No;
}

int RewriteRun::match(const Regex &regex, QByteArrayView subject)
{
    const int pairs = m_exchange.matchRegex(regex, subject);
    if (pairs < 0) {
        reportRegexFailure(m_exchange, regex, subject);
        return pairs;
    }
    if (pairs == 0)
        m_exchange.captures().clear();
    if (m_logs)
        note('"' + regex.pattern() + (pairs ? "\" matches \"" : "\" does not match \"") + subject.toByteArray() + '"');
    return pairs;
}

void RewriteRun::evaluate(const Template &value, WireBuffer &out)
{
    for (const VariableRef &part : value.parts()) {
        if (part.id == VariableId::Capture && escapesCaptures())
            appendEscapedArgs(out, m_exchange.captures().group(part.capture));
        else
            appendVariable(part, m_exchange, out);
    }
}

// Captures are of a decoded path: what was escaped there, or may have been a space, must be again.
bool RewriteRun::escapesCaptures() const
{
    if (!m_isArgs && !m_quotes)
        return false;
    return m_exchange.uriState().quoted || m_exchange.requestText(m_exchange.request().path).contains('+');
}

void RewriteRun::note(const QByteArray &text)
{
    if (m_logs)
        m_exchange.logError(LogLevel::Notice, text);
}

RewriteRun::Step RewriteRun::fail()
{
    m_exchange.respondError(500);
    return Step::Done;
}

} // namespace portlight
