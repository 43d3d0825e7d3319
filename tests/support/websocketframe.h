// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/websocketframes.h"

// WebSocket frames for tests.
namespace portlight::testing {

inline constexpr std::array<char, 4> FrameMask{0x37, char(0xfa), 0x21, 0x3d};

// `first`: FIN, reserved bits and opcode, 0x81 for instance. The length in its shortest form.
inline QByteArray webSocketFrame(int first, const QByteArray &payload, bool masked)
{
    const quint64 length = quint64(payload.size());
    const int maskBit = masked ? 0x80 : 0;
    QByteArray bytes(1, char(first));
    const auto append = [&bytes, length, maskBit](int code, int count) {
        bytes += char(code | maskBit);
        for (int i = count - 1; i >= 0; --i)
            bytes += char(length >> (8 * i));
    };
    if (length < 126)
        append(int(length), 0);
    else if (length <= 0xFFFF)
        append(126, 2);
    else
        append(127, 8);
    return masked ? bytes + QByteArray(FrameMask.data(), 4) + unmasked(payload, FrameMask) : bytes + payload;
}

inline QByteArray serverFrame(int first, const QByteArray &payload = {})
{
    return webSocketFrame(first, payload, false);
}

inline QByteArray clientFrame(int first, const QByteArray &payload = {})
{
    return webSocketFrame(first, payload, true);
}

} // namespace portlight::testing
