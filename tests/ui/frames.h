// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/exchanges.h"

namespace portlight::test {

// A frame of a WebSocket as captured, one second after another; tests change what matters to them.
inline FrameRecord frame(quint64 number, WebSocketOpcode opcode, const QByteArray &payload, bool fromClient = false)
{
    FrameRecord record;
    record.number = number;
    record.atUs = qint64(number) * 1'000'000;
    record.fromClient = fromClient;
    record.bytes = payload;
    record.frame.opcode = quint8(opcode);
    record.frame.fin = true;
    record.frame.length = quint64(payload.size());
    record.frame.startsMessage = opcode == WebSocketOpcode::Text || opcode == WebSocketOpcode::Binary;
    record.frame.message = record.frame.isControl() ? 0 : number;
    return record;
}

inline FrameRecord closeFrame(quint64 number, quint16 code, const QByteArray &reason = {})
{
    FrameRecord record =
        frame(number, WebSocketOpcode::Close, QByteArray(1, char(code >> 8)) + char(code & 0xFF) + reason);
    record.frame.closeCode = code;
    return record;
}

// An open tunnel.
inline ExchangeDetail tunnel(ExchangeId id, const std::vector<FrameRecord> &frames = {})
{
    ExchangeDetail detail;
    detail.summary = exchange(id, 101, "GET", "/ws");
    detail.summary.state = ExchangeState::Tunneling;
    detail.summary.durationUs = -1;
    detail.summary.upgraded = true;
    detail.summary.frames = frames.empty() ? 0 : frames.back().number;
    detail.requestHead = "GET /ws HTTP/1.1\r\nHost: shop.localhost:8080\r\nUpgrade: websocket\r\n\r\n";
    detail.responseHead = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    detail.frames = frames;
    return detail;
}

} // namespace portlight::test
