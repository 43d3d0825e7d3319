// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/values.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qint64 Int64Max = std::numeric_limits<qint64>::max();

Error invalidValue(QByteArrayView text, const QString &expected)
{
    return {
        ErrorCode::InvalidValue, u"invalid value"_s, {}, u"\"%1\" is not %2"_s.arg(QString::fromUtf8(text), expected)};
}

// Digits only, as ngx_atoi: no sign, no space. Nothing when it is none or overflows.
std::optional<qint64> parseDigits(QByteArrayView text)
{
    if (text.isEmpty())
        return std::nullopt;
    qint64 value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9' || value > (Int64Max - (c - '0')) / 10)
            return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

// Units of time in the order in which they must follow each other.
enum class TimeUnit : quint8 { Start, Year, Month, Week, Day, Hour, Minute, Second, Millisecond, Last };

struct TimeStep {
    TimeUnit unit;
    qint64 milliseconds;
};

// The unit at the front of `rest`, which is shortened by it; nothing when there is none.
std::optional<TimeStep> takeUnit(QByteArrayView &rest)
{
    const char c = rest.front();
    const bool milli = c == 'm' && rest.size() > 1 && rest[1] == 's';
    rest = rest.sliced(milli ? 2 : 1);
    if (milli)
        return TimeStep{TimeUnit::Millisecond, 1};
    constexpr qint64 day = 86'400'000;
    switch (c) {
    case 'y': return TimeStep{TimeUnit::Year, 365 * day};
    case 'M': return TimeStep{TimeUnit::Month, 30 * day};
    case 'w': return TimeStep{TimeUnit::Week, 7 * day};
    case 'd': return TimeStep{TimeUnit::Day, day};
    case 'h': return TimeStep{TimeUnit::Hour, 3'600'000};
    case 'm': return TimeStep{TimeUnit::Minute, 60'000};
    case 's': return TimeStep{TimeUnit::Second, 1000};
    case ' ': return TimeStep{TimeUnit::Last, 1000}; // "1h 30 " counts the bare number as seconds, and ends it
    default: return std::nullopt;
    }
}

bool mayFollow(TimeUnit before, TimeUnit unit)
{
    // Behind the bare number that a space ended nothing may come; a space is refused behind seconds.
    return unit == TimeUnit::Last ? before < TimeUnit::Second : before < unit;
}

// ngx_parse_time. `first`: the largest unit allowed is the one behind it. Milliseconds, or nothing.
std::optional<qint64> parseTime(QByteArrayView text, TimeUnit first, bool allowMilliseconds)
{
    TimeUnit step = first;
    qint64 total = 0;
    qint64 value = 0;
    bool valid = false;
    while (!text.isEmpty()) {
        const char c = text.front();
        if (c >= '0' && c <= '9') {
            if (value > (Int64Max - (c - '0')) / 10)
                return std::nullopt;
            value = value * 10 + (c - '0');
            valid = true;
            text = text.sliced(1);
            continue;
        }
        const std::optional<TimeStep> next = takeUnit(text);
        if (!next || !mayFollow(step, next->unit) || (next->unit == TimeUnit::Millisecond && !allowMilliseconds))
            return std::nullopt;
        step = next->unit;
        if (value > (Int64Max - total) / next->milliseconds)
            return std::nullopt;
        total += value * next->milliseconds;
        value = 0;
        while (!text.isEmpty() && text.front() == ' ')
            text = text.sliced(1);
    }
    if (!valid || value > (Int64Max - total) / 1000)
        return std::nullopt;
    return total + value * 1000;
}

} // namespace

Result<qint64> parseSize(QByteArrayView text, bool allowGiga)
{
    qint64 scale = 1;
    QByteArrayView digits = text;
    if (!text.isEmpty()) {
        switch (text.back()) {
        case 'k':
        case 'K': scale = 1024; break;
        case 'm':
        case 'M': scale = 1024 * 1024; break;
        case 'g':
        case 'G': scale = allowGiga ? 1024 * 1024 * 1024 : 1; break;
        default: break;
        }
        if (scale != 1)
            digits = text.chopped(1);
    }
    const std::optional<qint64> number = parseDigits(digits);
    if (!number || *number > Int64Max / scale)
        return invalidValue(text, allowGiga ? u"a size: a number of bytes, or with k, m or g behind it"_s
                                            : u"a size: a number of bytes, or with k or m behind it"_s);
    return *number * scale;
}

Result<std::chrono::milliseconds> parseDuration(QByteArrayView text)
{
    const std::optional<qint64> time = parseTime(text, TimeUnit::Month, true);
    if (!time)
        return invalidValue(text, u"a time: a number of seconds, or with ms, s, m, h, d or w behind it"_s);
    return std::chrono::milliseconds(*time);
}

Result<std::chrono::seconds> parseSeconds(QByteArrayView text)
{
    const std::optional<qint64> time = parseTime(text, TimeUnit::Start, false);
    if (!time)
        return invalidValue(text, u"a time: a number of seconds, or with s, m, h, d, w, M or y behind it"_s);
    return std::chrono::seconds(*time / 1000);
}

Result<bool> parseFlag(QByteArrayView text)
{
    // nginx compares flags without regard to case (ngx_conf_set_flag_slot).
    if (text.compare("on", Qt::CaseInsensitive) == 0)
        return true;
    if (text.compare("off", Qt::CaseInsensitive) == 0)
        return false;
    return Error{ErrorCode::InvalidValue,
                 u"invalid value \"%1\", it must be \"on\" or \"off\""_s.arg(QString::fromUtf8(text)),
                 {},
                 {}};
}

Result<qint64> parseNumber(QByteArrayView text, qint64 min, qint64 max)
{
    const std::optional<qint64> number = parseDigits(text);
    if (!number)
        return Error{
            ErrorCode::InvalidValue, u"invalid number"_s, {}, u"\"%1\" is not a number"_s.arg(QString::fromUtf8(text))};
    if (*number < min || *number > max)
        return invalidValue(text, u"between %1 and %2"_s.arg(min).arg(max));
    return *number;
}

} // namespace portlight
