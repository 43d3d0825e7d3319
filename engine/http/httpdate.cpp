// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/httpdate.h"

#include "http/asciitable.h"

#include <chrono>

namespace portlight {

namespace {

constexpr qsizetype BytesBehindDayNameMin = 18; // "6 08:49:37 1994" is no shorter, its month before it counted
constexpr qsizetype AscTimeTailBytesMin = 14;   // " 08:49:37 1994"

// Reads characters one by one; behind the end there are only NULs.
class DateReader
{
public:
    explicit DateReader(QByteArrayView text)
        : m_text(text)
    {}
    qsizetype left() const { return qMax<qsizetype>(0, m_text.size() - m_at); }
    char peek(qsizetype ahead = 0) const { return ahead < left() ? m_text[m_at + ahead] : '\0'; }
    void skip(qsizetype count) { m_at += count; }
    bool take(char wanted)
    {
        if (peek() != wanted)
            return false;
        skip(1);
        return true;
    }
    // Exactly `digits` digits.
    bool number(int digits, int &value)
    {
        value = 0;
        for (int i = 0; i < digits; ++i) {
            if (!ascii::isDigit(peek(i)))
                return false;
            value = value * 10 + (peek(i) - '0');
        }
        skip(digits);
        return true;
    }

private:
    QByteArrayView m_text;
    qsizetype m_at = 0;
};

// 1 to 12, or 0; by the letters that nginx looks at.
int monthOf(char first, char second, char third)
{
    switch (first) {
    case 'J': return second == 'a' ? 1 : third == 'n' ? 6 : 7;
    case 'F': return 2;
    case 'M': return third == 'r' ? 3 : 5;
    case 'A': return second == 'p' ? 4 : 8;
    case 'S': return 9;
    case 'O': return 10;
    case 'N': return 11;
    case 'D': return 12;
    default: return 0;
    }
}

struct DateParts {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
};

bool readMonth(DateReader &in, DateParts &date)
{
    date.month = monthOf(in.peek(), in.peek(1), in.peek(2));
    in.skip(3);
    return date.month != 0;
}

bool readClock(DateReader &in, DateParts &date)
{
    return in.take(' ') && in.number(2, date.hour) && in.take(':') && in.number(2, date.minute) && in.take(':')
           && in.number(2, date.second);
}

// "06 Nov 1994 08:49:37" or "06-Nov-94 08:49:37"
bool readDayFirst(DateReader &in, DateParts &date)
{
    if (!in.number(2, date.day))
        return false;
    const char separator = in.peek();
    if ((separator != ' ' && separator != '-') || (separator == ' ' && in.left() < BytesBehindDayNameMin))
        return false;
    in.skip(1);
    if (!readMonth(in, date) || !in.take(separator))
        return false;
    if (separator == '-') {
        if (!in.number(2, date.year))
            return false;
        date.year += date.year < 70 ? 2000 : 1900;
    } else if (!in.number(4, date.year)) {
        return false;
    }
    return readClock(in, date);
}

// "Nov  6 08:49:37 1994"
bool readMonthFirst(DateReader &in, DateParts &date)
{
    if (!readMonth(in, date))
        return false;
    in.skip(1);
    if (in.peek() == ' ')
        in.skip(1);
    if (!in.number(1, date.day))
        return false;
    if (in.peek() != ' ') {
        int unit = 0;
        if (!in.number(1, unit))
            return false;
        date.day = date.day * 10 + unit;
    }
    return in.left() >= AscTimeTailBytesMin && readClock(in, date) && in.take(' ') && in.number(4, date.year);
}

} // namespace

std::optional<qint64> parseHttpDate(QByteArrayView text)
{
    namespace chr = std::chrono;
    qsizetype nameEnd = 0;
    while (nameEnd < text.size() && text[nameEnd] != ',' && text[nameEnd] != ' ')
        ++nameEnd;
    const bool monthFirst = nameEnd < text.size() && text[nameEnd] == ' ';
    DateReader in(text);
    in.skip(nameEnd + 1);
    while (in.peek() == ' ')
        in.skip(1);
    DateParts date;
    if (in.left() < BytesBehindDayNameMin || !(monthFirst ? readMonthFirst(in, date) : readDayFirst(in, date)))
        return std::nullopt;
    if (date.hour > 23 || date.minute > 59 || date.second > 59)
        return std::nullopt;
    const chr::year_month month = chr::year(date.year) / chr::month(unsigned(date.month));
    const unsigned lastDay = unsigned((month / chr::last).day());
    if (unsigned(date.day) > lastDay)
        return std::nullopt;
    // Day 0 passes, as in nginx: it is the day before the first.
    const chr::sys_days day = chr::sys_days(month / chr::day(1)) + chr::days(date.day - 1);
    const chr::sys_seconds time = day + chr::hours(date.hour) + chr::minutes(date.minute) + chr::seconds(date.second);
    return time.time_since_epoch().count();
}

} // namespace portlight
