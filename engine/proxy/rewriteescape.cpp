// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/rewriteescape.h"

#include <array>

namespace portlight {

namespace {

constexpr std::array<bool, 256> makeEscapedInArgs()
{
    std::array<bool, 256> table{};
    for (size_t c = 0; c < table.size(); ++c)
        table[c] = c <= 0x20 || c >= 0x7f;
    for (const char c : {'"', '#', '%', '&', '+', ';', '<', '>', '?', '\\', '^', '`', '{', '|', '}'})
        table[uchar(c)] = true;
    return table;
}

constexpr std::array<bool, 256> EscapedInArgs = makeEscapedInArgs();

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char folded = char(c | 0x20);
    return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

} // namespace

void appendEscapedArgs(WireBuffer &out, QByteArrayView text)
{
    constexpr char Digits[] = "0123456789ABCDEF";
    for (const char c : text) {
        if (!EscapedInArgs[uchar(c)]) {
            out.append(c);
            continue;
        }
        const char escape[] = {'%', Digits[uchar(c) >> 4], Digits[uchar(c) & 0xf]};
        out.append(escape, sizeof escape);
    }
}

void appendUnescapedRedirect(WireBuffer &out, QByteArrayView text)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == '?')
            return out.append(text.sliced(i));
        if (text[i] != '%') {
            out.append(text[i]);
            continue;
        }
        if (++i == text.size())
            return;
        const int high = hexValue(text[i]);
        if (high < 0) { // nginx drops the '%' of a broken escape
            out.append(text[i]);
            continue;
        }
        if (++i == text.size())
            return;
        const int low = hexValue(text[i]);
        if (low < 0)
            continue; // and here the whole of it
        const char c = char(high << 4 | low);
        if (c == '?') {
            out.append(c);
            return out.append(text.sliced(i + 1));
        }
        if (c > '%' && c < 0x7f)
            out.append(c);
        else
            out.append(text.sliced(i - 2, 3));
    }
}

} // namespace portlight
