// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/framerecord.h"
#include "widgets/cells.h"

#include <QString>

namespace portlight {

// Frames of a tunnel in words: what the Frames tab says about them.

// "text", "binary", "ping", "pong", "close", "continued", "bytes"; "text …" for one whose message goes on.
QString frameTypeText(const FrameRecord &record);
Tone frameTone(const FrameRecord &record);
// Its payload on one line: text, the bytes of what is none, or the close code in words.
QString framePreview(const FrameRecord &record);
inline constexpr qsizetype FramePreviewBytesMax = 200;

// Whether bytes are text; of one that was cut, the last character may be in part.
bool isTextStart(const QByteArray &bytes, bool wasCut);

// "1001 going away · bye"; "no code" for an empty one.
QString closeText(const FrameRecord &record);
// What was not as RFC 6455 has it, as a sentence; empty when all was.
QString faultText(WebSocketFault fault);
// Why less than the whole payload is there; empty when it is.
QString missingText(const FrameRecord &record);

// The message that a frame is a part of, as far as its frames are among those that are kept; control frames and bytes
// stand alone.
struct FrameMessage {
    QByteArray payload;
    quint64 wireBytes = 0; // payload bytes on the wire
    int frames = 1;
    bool beginsEarlier = false; // its first frame is not among them
    bool endsLater = false;     // nor its last
    bool isBinary = false;
    QString missing; // as missingText() of the first frame that has something missing
};
FrameMessage messageOf(const std::vector<FrameRecord> &frames, size_t index);

} // namespace portlight
