// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/authority.h"

#include "http/asciitable.h"

namespace portlight {

namespace {

bool isValidPort(QByteArrayView digits)
{
    int port = 0;
    for (const char c : digits) {
        if (!ascii::isDigit(c))
            return false;
        port = port * 10 + (c - '0');
        if (port > 65535)
            return false;
    }
    return true;
}

bool isHostByte(char c)
{
    return c == '.' || ascii::is(c, ascii::RegNameByte);
}

} // namespace

bool isValidAuthority(QByteArrayView authority)
{
    const bool literal = authority.startsWith('[');
    qsizetype at = literal ? 1 : 0;
    bool afterDot = false;
    for (; at < authority.size(); ++at) {
        const char c = authority[at];
        if (literal ? c == ']' : c == ':')
            break;
        if (!isHostByte(c) && !(literal && c == ':'))
            return false;
        if (literal && c == '%')
            return false;
        if (c == '.' && afterDot)
            return false;
        afterDot = c == '.';
    }
    if (!literal) {
        // A single dot at the end belongs to a fully qualified name; a dot alone is no name.
        const qsizetype nameLength = afterDot ? at - 1 : at;
        return nameLength > 0 && isValidPort(at < authority.size() ? authority.sliced(at + 1) : QByteArrayView());
    }
    if (at == authority.size())
        return false;
    ++at;
    return at == authority.size() || (authority[at] == ':' && isValidPort(authority.sliced(at + 1)));
}

} // namespace portlight
