// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/framerecord.h"

#include <deque>

namespace portlight {

// The newest frames of one exchange. Payloads are kept as they were sent, and inflated when somebody looks: the one
// inflater of each direction stands behind the last frame that was looked at, or that has been dropped, so that later
// messages can still refer to it. Recorder thread; owned by the capture store.
class FrameLog
{
public:
    explicit FrameLog(const WebSocketExtensions &extensions, size_t framesMax = FramesPerExchangeMax,
                      qint64 bytesMax = FrameBytesPerExchangeMax);

    // Drops the oldest ones past the bounds. A gap in the numbers is a loss on the way here.
    void append(FrameRecord record);
    // All of them, inflated.
    std::vector<FrameRecord> view();
    // Frames that passed, as far as is known here.
    quint64 seen() const { return m_seen; }
    // Of these, what is not kept any more.
    quint64 dropped() const { return m_seen - m_frames.size(); }
    qint64 storedBytes() const;

private:
    void dropOldest();
    void inflate(FrameRecord &record);
    std::optional<WebSocketInflater> &inflaterOf(const FrameRecord &record);

    const WebSocketExtensions m_extensions;
    const size_t m_framesMax;
    const qint64 m_bytesMax;
    std::deque<FrameRecord> m_frames;
    std::optional<WebSocketInflater> m_fromClient; // once something was inflated
    std::optional<WebSocketInflater> m_fromServer;
    size_t m_inflatedFrames = 0; // of m_frames, from its front
    quint64 m_inflatedUpTo = 0;  // the number of the last one that the inflaters have seen
    quint64 m_seen = 0;
    qint64 m_bytes = 0;
};

} // namespace portlight
