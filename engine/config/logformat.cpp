// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/logformat.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr QByteArrayView EscapeParameter = "escape=";

bool isNameByte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

Error invalidParameter(QByteArrayView rest)
{
    return {ErrorCode::InvalidValue, u"invalid parameter \"%1\""_s.arg(QString::fromUtf8(rest)), {}, {}};
}

Result<LogEscape> parseEscape(QByteArrayView word)
{
    if (word == "json")
        return LogEscape::Json;
    if (word == "none")
        return LogEscape::None;
    if (word == "default")
        return LogEscape::Default;
    return Error{ErrorCode::InvalidValue,
                 u"unknown log format escaping \"%1\""_s.arg(QString::fromUtf8(word)),
                 {},
                 u"one of default, json, none"_s};
}

// Takes "$name" or "${name}" at the start of `rest`; the result is how many bytes that is.
Result<qsizetype> takeVariable(QByteArrayView rest, LogFormatText &format)
{
    const bool braced = rest.size() > 1 && rest[1] == '{';
    const qsizetype start = braced ? 2 : 1;
    if (rest.size() <= start)
        return invalidParameter(rest);
    qsizetype end = start;
    while (end < rest.size() && isNameByte(rest[end]))
        ++end;
    const QByteArrayView name = rest.sliced(start, end - start);
    if (braced && (end == rest.size() || rest[end] != '}'))
        return Error{ErrorCode::InvalidValue,
                     u"the closing bracket in \"%1\" variable is missing"_s.arg(QString::fromUtf8(name)),
                     {},
                     {}};
    if (name.isEmpty())
        return invalidParameter(rest);
    format.parts.push_back({true, name.toByteArray()});
    return end + (braced ? 1 : 0);
}

void takeBytes(QByteArrayView bytes, LogFormatText &format)
{
    if (!format.parts.empty() && !format.parts.back().isVariable)
        format.parts.back().text.append(bytes);
    else
        format.parts.push_back({false, bytes.toByteArray()});
}

Result<void> takeText(QByteArrayView text, LogFormatText &format)
{
    while (!text.isEmpty()) {
        const qsizetype dollar = text.indexOf('$');
        if (dollar != 0) {
            takeBytes(dollar < 0 ? text : text.first(dollar), format);
            if (dollar < 0)
                break;
            text = text.sliced(dollar);
        }
        const Result<qsizetype> taken = takeVariable(text, format);
        if (!taken)
            return taken.error();
        text = text.sliced(*taken);
    }
    return {};
}

} // namespace

Result<LogFormatText> parseLogFormat(const ConfigNode &directive)
{
    LogFormatText format;
    format.name = directive.argument(0).toByteArray();
    size_t next = 1;
    if (const QByteArrayView word = directive.argument(1); word.startsWith(EscapeParameter)) {
        const Result<LogEscape> escape = parseEscape(word.sliced(EscapeParameter.size()));
        if (!escape)
            return escape.error();
        format.escape = *escape;
        ++next;
    }
    for (; next < directive.arguments.size(); ++next) {
        if (const auto taken = takeText(directive.argument(next), format); !taken)
            return taken.error();
    }
    return format;
}

LogFormatText combinedLogFormat()
{
    LogFormatText format;
    format.name = "combined";
    [[maybe_unused]] const auto taken = takeText("$remote_addr - $remote_user [$time_local] \"$request\" $status "
                                                 "$body_bytes_sent \"$http_referer\" \"$http_user_agent\"",
                                                 format);
    Q_ASSERT(taken.ok());
    return format;
}

} // namespace portlight
