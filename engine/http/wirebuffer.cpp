// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/wirebuffer.h"

#include <charconv>

namespace portlight {

namespace {
constexpr size_t DecimalDigitsMax = 20; // of 2^64 - 1
constexpr size_t HexDigitsMax = 16;
} // namespace

void WireBuffer::appendNumber(quint64 value)
{
    char *place = reserve(DecimalDigitsMax);
    commit(size_t(std::to_chars(place, place + DecimalDigitsMax, value).ptr - place));
}

void WireBuffer::appendHex(quint64 value)
{
    char *place = reserve(HexDigitsMax);
    commit(size_t(std::to_chars(place, place + HexDigitsMax, value, 16).ptr - place));
}

} // namespace portlight
