// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a chunked body: payload, trailers and end do not depend on how they arrive.
#include "httpinvariants.h"

#include <string>

using namespace portlight;
using namespace portlight::fuzzing;

namespace {

using Kind = BodyDecoder::Piece::Kind;

struct Reading {
    Kind end = Kind::NeedMore;
    size_t consumed = 0;
    std::string payload;
};

// Gives `decoder` what it has not consumed yet, up to `given` bytes in all.
void feed(BodyDecoder &decoder, Reading &reading, const char *data, size_t given)
{
    for (;;) {
        const size_t left = given - reading.consumed;
        const auto copy = exactCopy(data + reading.consumed, left);
        const BodyDecoder::Piece piece = decoder.next(copy.get(), qsizetype(left));
        FUZZ_REQUIRE(piece.consumed >= 0 && size_t(piece.consumed) <= left);
        reading.consumed += size_t(piece.consumed);
        if (piece.kind != Kind::Data) {
            FUZZ_REQUIRE(piece.kind != Kind::NeedMore || reading.consumed == given);
            reading.end = piece.kind;
            return;
        }
        FUZZ_REQUIRE(piece.dataLength > 0 && piece.dataOffset >= 0);
        FUZZ_REQUIRE(piece.dataOffset + piece.dataLength <= piece.consumed);
        reading.payload.append(copy.get() + piece.dataOffset, size_t(piece.dataLength));
    }
}

void readWith(quint32 trailerBytesMax, const char *data, size_t size)
{
    BodyDecoder whole;
    whole.start({BodyKind::Chunked, 0}, trailerBytesMax);
    Reading atOnce;
    feed(whole, atOnce, data, size);

    BodyDecoder pieces;
    pieces.start({BodyKind::Chunked, 0}, trailerBytesMax);
    Reading cut;
    Cutter cutter(data, size);
    for (size_t given = 0; cut.end == Kind::NeedMore && given < size;) {
        given += cutter.next(size - given);
        feed(pieces, cut, data, given);
    }

    FUZZ_REQUIRE(atOnce.end == cut.end && atOnce.payload == cut.payload);
    FUZZ_REQUIRE(size_t(whole.payloadBytes()) == atOnce.payload.size() && whole.remaining() == -1);
    FUZZ_REQUIRE(whole.ended() == (atOnce.end == Kind::End));
    if (atOnce.end == Kind::Failed)
        FUZZ_REQUIRE(same(whole.error(), pieces.error()) && size_t(whole.error().offset) <= size);
    if (atOnce.end != Kind::End)
        return;
    FUZZ_REQUIRE(atOnce.consumed == cut.consumed && whole.trailerBytes() == pieces.trailerBytes());
    FUZZ_REQUIRE(same(whole.trailers(), pieces.trailers()));
    FUZZ_REQUIRE(whole.trailerBytes().size() <= qsizetype(trailerBytesMax));
    requireInside(whole.trailers(), size_t(whole.trailerBytes().size()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *data = reinterpret_cast<const char *>(bytes);
    readWith(8192, data, size);
    readWith(16, data, size);
    return 0;
}
