// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace portlight {

// The CRC of IEEE 802.3, as zlib and ngx_crc32_long have it, of bytes that come in pieces.
class Crc32
{
public:
    Crc32 &add(QByteArrayView bytes);
    quint32 value() const { return ~m_register; }

private:
    quint32 m_register = 0xffffffff;
};

} // namespace portlight
