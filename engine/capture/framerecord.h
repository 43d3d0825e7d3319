// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/websocketdeflate.h"
#include "http/websocketframes.h"

#include <optional>
#include <vector>

namespace portlight {

// Of one frame's payload, as sent.
inline constexpr qsizetype FrameBytesMax = 64 * 1024;
// Of one frame's payload, inflated.
inline constexpr qsizetype InflatedFrameBytesMax = 256 * 1024;
// The newest frames of one exchange are kept, and no more than so many bytes of them.
inline constexpr size_t FramesPerExchangeMax = 1'000;
inline constexpr qint64 FrameBytesPerExchangeMax = 4 * 1024 * 1024;

// One frame that passed through a tunnel; or some bytes, where the tunnel speaks no protocol that we know. A value.
struct FrameRecord {
    quint64 number = 0; // within its exchange, both directions together, from 1
    qint64 atUs = 0;    // of its last byte, from the exchange's first one
    WebSocketFrame frame;
    QByteArray bytes;    // of the payload, as sent
    QByteArray inflated; // once it has been looked at, if it was compressed
    std::optional<WebSocketInflater::Outcome> inflation;
    bool fromClient = false;
    bool isFrame = true;  // false: bytes, of which only the length is known
    bool complete = true; // false: its connection ended inside

    bool truncated() const { return quint64(bytes.size()) < frame.length; }
    qint64 storedBytes() const { return qint64(sizeof(FrameRecord)) + bytes.size() + inflated.size(); }
};

// What was meant: without mask and compression. Empty for one that could not be inflated, or has not been yet.
QByteArray framePayload(const FrameRecord &record);

// Frames of one exchange on their way to the recorder.
struct FrameBatch {
    quint64 exchange = 0; // ExchangeId
    WebSocketExtensions extensions;
    std::vector<FrameRecord> frames;

    qint64 storedBytes() const;
};

} // namespace portlight
