// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <array>

// What each byte may be, looked up instead of compared: the parsers ask once per byte.
namespace portlight::ascii {

enum Class : quint8 {
    TokenByte = 1,     // tchar of RFC 9110 §5.6.2
    PlainNameByte = 2, // of a field name that nginx takes for valid: letters, digits, '-'
    TargetByte = 4,    // of a request target that neither ends it nor starts its query or fragment
    ValueByte = 8,     // of a field value: anything but NUL, CR and LF
    RegNameByte = 16,  // of a host: unreserved, sub-delims, '%' (RFC 3986 §3.2.2)
    MethodByte = 32,   // nginx: upper-case letters, '_' and '-'
    QuotedByte = 64,   // inside a quoted string, '"' and '\' excluded; no control characters, not even a tab
};

constexpr bool isAlpha(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool isDigit(int c)
{
    return c >= '0' && c <= '9';
}

constexpr bool isOneOf(int c, const char *set)
{
    for (; *set; ++set) {
        if (*set == c)
            return true;
    }
    return false;
}

constexpr quint8 classesOf(int c)
{
    const bool alnum = isAlpha(c) || isDigit(c);
    int classes = 0;
    if (alnum || isOneOf(c, "!#$%&'*+-.^_`|~"))
        classes |= TokenByte;
    if (alnum || c == '-')
        classes |= PlainNameByte;
    if (c > 0x20 && c != 0x7f && c != '?' && c != '#')
        classes |= TargetByte;
    if (c != 0 && c != '\r' && c != '\n')
        classes |= ValueByte;
    if (alnum || isOneOf(c, "-_~!$&'()*+,;=%"))
        classes |= RegNameByte;
    if ((c >= 'A' && c <= 'Z') || c == '_' || c == '-')
        classes |= MethodByte;
    if (c >= 0x20 && c != 0x7f && c != '"' && c != '\\')
        classes |= QuotedByte;
    return quint8(classes);
}

constexpr std::array<quint8, 256> makeClassTable()
{
    std::array<quint8, 256> table{};
    for (int c = 0; c < 256; ++c)
        table[size_t(c)] = classesOf(c);
    return table;
}

constexpr std::array<quint8, 256> makeLowerTable()
{
    std::array<quint8, 256> table{};
    for (int c = 0; c < 256; ++c)
        table[size_t(c)] = quint8(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
    return table;
}

inline constexpr std::array<quint8, 256> classTable = makeClassTable();
inline constexpr std::array<quint8, 256> lowerTable = makeLowerTable();

constexpr bool is(char c, Class wanted)
{
    return classTable[quint8(c)] & wanted;
}

// -1 for what is no hexadecimal digit.
constexpr int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

} // namespace portlight::ascii
