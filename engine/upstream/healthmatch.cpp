// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/healthmatch.h"

namespace portlight {

namespace {

// Whether the expression says of that text what the test wants; no answer (a limit was reached) is never what it wants.
bool holdsExpression(const HealthTest &test, QByteArrayView text)
{
    RegexMatch match;
    const int found = test.regex.match(text, match);
    return found >= 0 && (found > 0) != test.negated;
}

bool holdsStatus(const HealthTest &test, int status)
{
    const bool among = std::any_of(test.statuses.begin(), test.statuses.end(), [status](const auto &range) {
        return range.first <= status && status <= range.last;
    });
    return among != test.negated;
}

QByteArray shown(QByteArrayView value)
{
    if (value.size() <= HealthMatcher::ReasonValueBytesMax)
        return value.toByteArray();
    return value.first(HealthMatcher::ReasonValueBytesMax).toByteArray() + "...";
}

bool holdsValue(const HealthTest &test, QByteArrayView value)
{
    if (test.comparison == HealthTest::Comparison::Expression)
        return holdsExpression(test, value);
    return (value == test.value) != test.negated;
}

// Empty: the test holds. Of several fields with that name one has to hold it, and with a negated test all.
QByteArray headerFault(const HealthTest &test, const ResponseHead &head, const char *base)
{
    bool found = false;
    bool one = false;
    bool all = true;
    QByteArrayView value;
    for (const HeaderField &field : head.fields) {
        if (!equalsIgnoringCase(field.name.in(base), test.header))
            continue;
        found = true;
        value = field.value.in(base);
        const bool holds = test.comparison == HealthTest::Comparison::Presence || holdsValue(test, value);
        one = one || holds;
        all = all && holds;
    }
    if (test.comparison == HealthTest::Comparison::Presence && test.negated)
        return found ? "header " + test.header + " is there" : QByteArray();
    if (!found)
        return "header " + test.header + " is missing";
    if (test.negated ? all : one)
        return {};
    return "header " + test.written + " does not hold, it is " + shown(value);
}

} // namespace

const char *healthStepWords(HealthStep step)
{
    switch (step) {
    case HealthStep::Connecting: return "while connecting to upstream";
    case HealthStep::Handshaking: return "while SSL handshaking to upstream";
    case HealthStep::Sending: return "while sending request to upstream";
    case HealthStep::ReadingHead: return "while reading response header from upstream";
    case HealthStep::ReadingBody: return "while reading upstream";
    case HealthStep::StatusCode: return "while checking status code";
    case HealthStep::Header: return "while checking header";
    case HealthStep::Variables: return "while checking variables";
    case HealthStep::Body: return "while checking body";
    }
    Q_UNREACHABLE();
}

HealthVerdict HealthMatcher::checkHead(const ResponseHead &head, const char *base,
                                       const HealthVariables &variables) const
{
    if (!m_match) {
        if (head.status >= 200 && head.status < 400)
            return {};
        return {false, HealthStep::StatusCode, "status " + QByteArray::number(head.status) + " is not 200-399"};
    }
    HealthVerdict verdict;
    for (const HealthTest &test : m_match->tests) {
        switch (test.kind) {
        case HealthTest::Kind::Status:
            if (!holdsStatus(test, head.status))
                return {false, HealthStep::StatusCode,
                        "status " + QByteArray::number(head.status) + (test.negated ? " is " : " is not ")
                            + (test.negated ? test.written.mid(2) : test.written)};
            break;
        case HealthTest::Kind::Header:
            verdict.step = HealthStep::Header;
            if (const QByteArray fault = headerFault(test, head, base); !fault.isEmpty())
                return {false, HealthStep::Header, fault};
            break;
        case HealthTest::Kind::Require:
            verdict.step = HealthStep::Variables;
            for (const QByteArray &name : test.variables) {
                const QByteArray value = variables(name);
                if (value.isEmpty() || value == "0")
                    return {false, HealthStep::Variables,
                            "variable $" + name + (value.isEmpty() ? " is empty" : " is 0")};
            }
            break;
        case HealthTest::Kind::Body: break;
        }
    }
    return verdict;
}

HealthVerdict HealthMatcher::checkBody(QByteArrayView body) const
{
    const QByteArrayView looked = body.first(std::min(body.size(), BodyBytesMax));
    for (const HealthTest &test : m_match->tests) {
        if (test.kind == HealthTest::Kind::Body && !holdsExpression(test, looked))
            return {false, HealthStep::Body, "body " + test.written + " does not hold"};
    }
    return {true, HealthStep::Body, {}};
}

} // namespace portlight
