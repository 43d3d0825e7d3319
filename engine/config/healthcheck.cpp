// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/healthcheck.h"

#include "config/values.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qint64 IntMax = std::numeric_limits<int>::max();
constexpr int StatusMin = 100;
constexpr int StatusMax = 999; // what three digits can say; nginx reads no others

TextPosition positionOf(const ConfigNode &node, size_t index)
{
    if (index >= node.arguments.size() || node.arguments[index].line == 0)
        return node.position;
    return {node.position.file, node.arguments[index].line, node.arguments[index].column};
}

Error invalid(const ConfigNode &node, size_t index, const QString &message, const QString &hint = {})
{
    return {ErrorCode::InvalidValue, message, positionOf(node, index), hint};
}

Error invalidParameter(const ConfigNode &node, size_t index, const QString &hint)
{
    return invalid(node, index, u"invalid parameter \"%1\""_s.arg(QString::fromUtf8(node.argument(index))), hint);
}

// ---- health_check ----------------------------------------------------------------------------------

// "name=value" among the parameters that take a time or a number. Null: no such parameter.
using ParameterSetter = bool (*)(HealthCheckParameters &, QByteArrayView);

template<auto member>
bool setTime(HealthCheckParameters &parameters, QByteArrayView value)
{
    const Result<std::chrono::milliseconds> time = parseDuration(value);
    if (time)
        parameters.*member = *time;
    return time.ok();
}

bool setInterval(HealthCheckParameters &parameters, QByteArrayView value)
{
    return setTime<&HealthCheckParameters::interval>(parameters, value) && parameters.interval.count() > 0;
}

template<auto member>
bool setCount(HealthCheckParameters &parameters, QByteArrayView value)
{
    const Result<qint64> count = parseNumber(value, 1, IntMax);
    if (count)
        parameters.*member = int(*count);
    return count.ok();
}

bool setPort(HealthCheckParameters &parameters, QByteArrayView value)
{
    const Result<qint64> port = parseNumber(value, 1, 65535);
    if (port)
        parameters.port = quint16(*port);
    return port.ok();
}

// What stands in the request line: nothing in it may end the line or the target.
bool setUri(HealthCheckParameters &parameters, QByteArrayView value)
{
    parameters.uri = value.toByteArray();
    return value.startsWith('/')
           && std::none_of(value.begin(), value.end(), [](char c) { return quint8(c) <= 0x20 || quint8(c) == 0x7f; });
}

bool setMatch(HealthCheckParameters &parameters, QByteArrayView value)
{
    parameters.match = value.toByteArray();
    return !value.isEmpty();
}

bool setType(HealthCheckParameters &parameters, QByteArrayView value)
{
    parameters.grpc = value == "grpc";
    return value == "grpc" || value == "http";
}

bool takeGrpcWord(HealthCheckParameters &parameters, QByteArrayView value)
{
    return parameters.grpc && !value.isEmpty();
}

bool takeGrpcStatus(HealthCheckParameters &parameters, QByteArrayView value)
{
    return parameters.grpc && parseNumber(value, 0, IntMax);
}

struct NamedSetter {
    const char *name;
    ParameterSetter set;
    const char *hint;
};
constexpr NamedSetter Setters[] = {
    {"interval=", setInterval, "a time of 1ms or more, such as interval=5s"},
    {"jitter=", setTime<&HealthCheckParameters::jitter>, "a time, such as jitter=500ms"},
    {"fails=", setCount<&HealthCheckParameters::fails>, "1 or more checks"},
    {"passes=", setCount<&HealthCheckParameters::passes>, "1 or more checks"},
    {"uri=", setUri, "a path, such as uri=/health"},
    {"match=", setMatch, "the name of a match block"},
    {"port=", setPort, "1 to 65535"},
    {"keepalive_time=", setTime<&HealthCheckParameters::keepaliveTime>, "a time, such as keepalive_time=60s"},
    {"type=", setType, "the type is grpc; without it HTTP is spoken"},
    {"grpc_service=", takeGrpcWord, "it stands behind type=grpc"},
    {"grpc_status=", takeGrpcStatus, "a number, behind type=grpc"},
};

constexpr char ParametersHint[] = "the parameters are interval=, jitter=, fails=, passes=, uri=, mandatory, "
                                  "persistent, match=, port= and keepalive_time=";

Result<void> takeWord(HealthCheckParameters &parameters, const ConfigNode &node, size_t index)
{
    const QByteArrayView word = node.argument(index);
    if (word == "mandatory") {
        parameters.mandatory = true;
        return {};
    }
    if (word == "persistent") {
        if (!parameters.mandatory)
            return invalidParameter(node, index, u"it stands behind \"mandatory\""_s);
        parameters.persistent = true;
        return {};
    }
    for (const NamedSetter &setter : Setters) {
        const QByteArrayView name(setter.name);
        if (!word.startsWith(name))
            continue;
        if (setter.set(parameters, word.sliced(name.size())))
            return {};
        return invalidParameter(node, index, QString::fromLatin1(setter.hint));
    }
    return invalidParameter(node, index, QString::fromLatin1(ParametersHint));
}

// ---- match -----------------------------------------------------------------------------------------

// What stands behind the name of a test, for reasons; words with a space in them are quoted.
QByteArray writtenOf(const ConfigNode &line)
{
    QByteArray written;
    for (const ConfigArgument &argument : line.arguments) {
        if (!written.isEmpty())
            written += ' ';
        const bool quotes = argument.value.isEmpty() || argument.value.contains(' ');
        written += quotes ? '"' + argument.value + '"' : argument.value;
    }
    return written;
}

std::optional<HealthTest::StatusRange> parseRange(QByteArrayView word)
{
    const qsizetype dash = word.indexOf('-');
    const Result<qint64> first = parseNumber(dash < 0 ? word : word.first(dash), StatusMin, StatusMax);
    const Result<qint64> last = dash < 0 ? first : parseNumber(word.sliced(dash + 1), StatusMin, StatusMax);
    if (!first || !last || *first > *last)
        return std::nullopt;
    return HealthTest::StatusRange{int(*first), int(*last)};
}

Result<HealthTest> parseStatus(const ConfigNode &line, HealthTest test)
{
    test.negated = line.argument(0) == "!";
    for (size_t i = test.negated ? 1 : 0; i < line.arguments.size(); ++i) {
        const std::optional<HealthTest::StatusRange> range = parseRange(line.argument(i));
        if (!range)
            return invalid(line, i, u"invalid status \"%1\""_s.arg(QString::fromUtf8(line.argument(i))),
                           u"write it as 200, as 200-399, or behind \"!\""_s);
        test.statuses.push_back(*range);
    }
    if (test.statuses.empty())
        return invalid(line, 0, u"no status is named"_s, u"write it as status 200-399;"_s);
    return test;
}

// "= value", "!= value", "~ expression", "!~ expression", from argument `index` on.
Result<HealthTest> parseComparison(const ConfigNode &line, size_t index, bool equality, HealthTest test)
{
    const QByteArrayView sign = line.argument(index);
    const bool isExpression = sign == "~" || sign == "!~";
    const bool known = isExpression || (equality && (sign == "=" || sign == "!="));
    if (!known || line.arguments.size() != index + 2)
        return invalid(
            line, index, u"invalid test in \"%1\""_s.arg(QString::fromUtf8(line.name)),
            equality ? u"behind the name stand =, !=, ~ or !~ and one value; put a value with spaces into quotes"_s
                     : u"write ~ or !~ and one expression; put one with spaces into quotes"_s);
    test.negated = sign.startsWith('!');
    test.comparison = isExpression ? HealthTest::Comparison::Expression : HealthTest::Comparison::Equality;
    test.value = line.arguments[index + 1].value;
    if (!isExpression)
        return test;
    Result<Regex> regex = Regex::compile(test.value, false);
    if (!regex)
        return invalid(line, index + 1, regex.error().message);
    test.regex = std::move(*regex);
    return test;
}

Result<HealthTest> parseHeader(const ConfigNode &line, HealthTest test)
{
    const bool absent = line.argument(0) == "!";
    const size_t nameAt = absent ? 1 : 0;
    test.header = line.argument(nameAt).toByteArray();
    test.comparison = HealthTest::Comparison::Presence;
    test.negated = absent;
    if (test.header.isEmpty())
        return invalid(line, nameAt, u"no header is named"_s, u"write it as header Content-Type = text/html;"_s);
    if (line.arguments.size() == nameAt + 1)
        return test;
    if (absent)
        return invalid(line, 2, u"invalid test in \"header\""_s, u"behind \"!\" stands the name alone"_s);
    return parseComparison(line, 1, true, std::move(test));
}

Result<HealthTest> parseRequire(const ConfigNode &line, HealthTest test)
{
    for (size_t i = 0; i < line.arguments.size(); ++i) {
        const QByteArrayView word = line.argument(i);
        if (!word.startsWith('$') || word.size() < 2)
            return invalid(line, i, u"invalid variable name \"%1\""_s.arg(QString::fromUtf8(word)),
                           u"a variable begins with $"_s);
        test.variables.push_back(word.sliced(1).toByteArray());
    }
    if (test.variables.empty())
        return invalid(line, 0, u"no variable is named"_s, u"write it as require $name;"_s);
    return test;
}

} // namespace

Result<HealthCheckParameters> parseHealthCheck(const ConfigNode &directive)
{
    HealthCheckParameters parameters;
    for (size_t i = 0; i < directive.arguments.size(); ++i) {
        if (const Result<void> taken = takeWord(parameters, directive, i); !taken)
            return taken.error();
    }
    const auto has = [&](const char *name) {
        return std::any_of(directive.arguments.begin(), directive.arguments.end(),
                           [name](const ConfigArgument &argument) { return argument.value.startsWith(name); });
    };
    if (parameters.grpc && (has("uri=") || has("match=")))
        return invalid(directive, 0, u"\"type=grpc\" is not compatible with \"uri\" and \"match\""_s);
    return parameters;
}

Result<HealthTest> parseHealthTest(const ConfigNode &line)
{
    HealthTest test;
    test.written = writtenOf(line);
    if (line.isBlock())
        return Error{ErrorCode::SyntaxError, u"unexpected \"{\""_s, line.position,
                     u"status, header, body and require stand here"_s};
    if (line.name == "status")
        return parseStatus(line, std::move(test));
    if (line.name == "header") {
        test.kind = HealthTest::Kind::Header;
        return parseHeader(line, std::move(test));
    }
    if (line.name == "body") {
        test.kind = HealthTest::Kind::Body;
        return parseComparison(line, 0, false, std::move(test));
    }
    if (line.name == "require") {
        test.kind = HealthTest::Kind::Require;
        return parseRequire(line, std::move(test));
    }
    return Error{ErrorCode::UnknownDirective, u"unknown test \"%1\""_s.arg(QString::fromUtf8(line.name)), line.position,
                 u"the tests are status, header, body and require"_s};
}

} // namespace portlight
