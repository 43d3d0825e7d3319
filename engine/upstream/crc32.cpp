// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/crc32.h"

#include <array>

namespace portlight {

namespace {

constexpr std::array<quint32, 256> makeTable()
{
    std::array<quint32, 256> table{};
    for (quint32 i = 0; i < table.size(); ++i) {
        quint32 value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = value & 1 ? 0xedb88320 ^ value >> 1 : value >> 1;
        table[i] = value;
    }
    return table;
}

constexpr std::array<quint32, 256> Table = makeTable();

} // namespace

Crc32 &Crc32::add(QByteArrayView bytes)
{
    for (const char byte : bytes)
        m_register = Table[(m_register ^ quint8(byte)) & 0xff] ^ m_register >> 8;
    return *this;
}

} // namespace portlight
