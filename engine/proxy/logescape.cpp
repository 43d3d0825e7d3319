// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/logescape.h"

namespace portlight {

namespace {

constexpr char HexDigits[] = "0123456789ABCDEF";

bool isPlainInLog(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

bool isPlainInJson(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

void appendHexEscape(unsigned char c, WireBuffer &out)
{
    const char escape[] = {'\\', 'x', HexDigits[c >> 4], HexDigits[c & 0xf]};
    out.append(escape, sizeof escape);
}

void appendJsonEscape(unsigned char c, WireBuffer &out)
{
    out.append('\\');
    switch (c) {
    case '"':
    case '\\': out.append(char(c)); return;
    case '\n': out.append('n'); return;
    case '\r': out.append('r'); return;
    case '\t': out.append('t'); return;
    case '\b': out.append('b'); return;
    case '\f': out.append('f'); return;
    default: {
        const char escape[] = {'u', '0', '0', HexDigits[c >> 4], HexDigits[c & 0xf]};
        out.append(escape, sizeof escape);
    }
    }
}

// Runs of plain bytes go out at once: nearly every value is one.
template<typename IsPlain, typename Escape>
void appendEscaped(QByteArrayView value, WireBuffer &out, IsPlain isPlain, Escape escape)
{
    qsizetype start = 0;
    for (qsizetype i = 0; i < value.size(); ++i) {
        const auto c = static_cast<unsigned char>(value[i]);
        if (isPlain(c))
            continue;
        out.append(value.sliced(start, i - start));
        escape(c, out);
        start = i + 1;
    }
    out.append(value.sliced(start));
}

} // namespace

void appendLogEscaped(QByteArrayView value, WireBuffer &out)
{
    appendEscaped(value, out, isPlainInLog, appendHexEscape);
}

void appendJsonEscaped(QByteArrayView value, WireBuffer &out)
{
    appendEscaped(value, out, isPlainInJson, appendJsonEscape);
}

} // namespace portlight
