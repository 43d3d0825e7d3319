// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as one direction of a WebSocket: the frames do not depend on how they arrive, every byte is in one of them,
// and whatever is inflated stays within its bound. The first byte chooses sender and extensions.
#include "http/websocketdeflate.h"
#include "http/websocketframes.h"
#include "httpinvariants.h"

#include <string>

using namespace portlight;
using namespace portlight::fuzzing;

namespace {

using Reader = WebSocketFrameReader;
using Kind = Reader::Piece::Kind;

struct Reading {
    std::string frames; // equal texts are equal readings
    QByteArray payload; // of the frame under way, as sent
    size_t consumed = 0;
};

void endFrame(const WebSocketFrame &frame, Reading &reading, WebSocketInflater &inflater)
{
    FUZZ_REQUIRE(quint64(reading.payload.size()) == frame.length);
    reading.frames += std::to_string(frame.opcode) + ' ' + std::to_string(frame.message) + ' '
                      + std::to_string(frame.closeCode) + ' ' + std::to_string(int(frame.fault)) + ' '
                      + reading.payload.toStdString() + '\n';
    const QByteArray plain = frame.masked ? unmasked(reading.payload, frame.mask) : reading.payload;
    if (!frame.compressed)
        return;
    const auto inflated = inflater.inflate({plain, true, frame.startsMessage, frame.fin});
    FUZZ_REQUIRE(inflated.bytes.size() <= WebSocketInflater::InflatedBytesMax);
    reading.frames += inflated.bytes.toStdString() + char('0' + int(inflated.outcome));
}

// Gives `reader` what it has not consumed yet, up to `given` bytes in all.
void feed(Reader &reader, WebSocketInflater &inflater, Reading &reading, const char *data, size_t given)
{
    for (;;) {
        const size_t left = given - reading.consumed;
        const auto copy = exactCopy(data + reading.consumed, left);
        const Reader::Piece piece = reader.next(copy.get(), qsizetype(left));
        FUZZ_REQUIRE(piece.consumed >= 0 && size_t(piece.consumed) <= left);
        reading.consumed += size_t(piece.consumed);
        switch (piece.kind) {
        case Kind::NeedMore: FUZZ_REQUIRE(reading.consumed == given); return;
        case Kind::Begin: reading.payload.clear(); break;
        case Kind::Payload:
            FUZZ_REQUIRE(piece.consumed > 0);
            reading.payload.append(copy.get(), piece.consumed);
            FUZZ_REQUIRE(quint64(reading.payload.size()) == reader.payloadSeen());
            break;
        case Kind::End: endFrame(reader.frame(), reading, inflater); break;
        case Kind::Lost: FUZZ_REQUIRE(reader.frame().fault == WebSocketFault::LengthTooLarge); break;
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    const char *data = reinterpret_cast<const char *>(bytes) + 1;
    --size;
    const Reader::Options options{bytes[0] & 1 ? Reader::Sender::Client : Reader::Sender::Server, bool(bytes[0] & 2),
                                  bool(bytes[0] & 4)};
    const bool keepsContext = bytes[0] & 8;
    Reader whole(options);
    WebSocketInflater wholeInflater(keepsContext);
    Reading atOnce;
    feed(whole, wholeInflater, atOnce, data, size);

    Reader pieces(options);
    WebSocketInflater piecesInflater(keepsContext);
    Reading cut;
    Cutter cutter(data, size);
    for (size_t given = 0; given < size;) {
        given += cutter.next(size - given);
        feed(pieces, piecesInflater, cut, data, given);
    }
    FUZZ_REQUIRE(atOnce.frames == cut.frames && atOnce.consumed == cut.consumed);
    FUZZ_REQUIRE(whole.isInsideFrame() == pieces.isInsideFrame() && whole.payloadSeen() == pieces.payloadSeen());

    const QByteArrayView value(data, qsizetype(size));
    const WebSocketExtensions extensions = readWebSocketExtensions(value);
    FUZZ_REQUIRE(extensions.clientWindowBits >= 8 && extensions.clientWindowBits <= 15);
    FUZZ_REQUIRE(extensions.serverWindowBits >= 8 && extensions.serverWindowBits <= 15);
    return 0;
}
