// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/http1codec.h"

#include "http/serializer.h"

#include <cstring>

namespace portlight {

void Http1Codec::reset(MethodId method, quint32 headBytesMax)
{
    m_parser.setLimits({.headBytesMax = headBytesMax});
    m_parser.reset();
    m_error = &m_parser.error();
    m_method = method;
    m_requestChunked = false;
    m_tunnel = false;
    m_excess = false;
}

void Http1Codec::encodeBody(OutputQueue &out, Buffer data, bool last)
{
    if (!m_requestChunked) {
        out.append(std::move(data));
        return;
    }
    if (!data.isEmpty()) {
        appendChunkHead(out.control(), data.size());
        out.append(std::move(data));
        out.control().appendLiteral("\r\n");
    }
    if (last)
        appendLastChunk(out.control());
}

UpstreamCodec::HeadStatus Http1Codec::decodeHead(Buffer &in)
{
    for (;;) {
        switch (m_parser.parse(in.data(), in.size())) {
        case ParseStatus::NeedMore:
            in.compact(); // interim answers in front of it may have used up the room
            return HeadStatus::NeedMore;
        case ParseStatus::Failed: m_error = &m_parser.error(); return HeadStatus::Failed;
        case ParseStatus::Complete: break;
        }
        if (!m_parser.head().isInterim())
            break;
        in.consume(quint32(m_parser.consumed()));
        m_parser.reset();
        if (in.isEmpty())
            return HeadStatus::NeedMore;
    }
    m_decoder.start(m_parser.head().framing(m_method));
    return HeadStatus::Complete;
}

void Http1Codec::consumeHead(Buffer &in)
{
    in.consume(quint32(m_parser.consumed()));
}

UpstreamCodec::BodyStatus Http1Codec::decodeBody(Buffer &in)
{
    if (m_tunnel)
        return BodyStatus::More;
    const char *data = in.data();
    const qsizetype size = in.size();
    qsizetype at = 0;
    quint32 kept = 0; // payload moved to the front of the buffer
    BodyDecoder::Piece piece;
    for (;;) {
        piece = m_decoder.next(data + at, size - at);
        if (piece.kind != BodyDecoder::Piece::Kind::Data)
            break;
        const qsizetype from = at + piece.dataOffset;
        if (from != qsizetype(kept))
            std::memmove(in.data() + kept, data + from, size_t(piece.dataLength));
        kept += quint32(piece.dataLength);
        at += piece.consumed;
    }
    at += piece.consumed;
    const bool failed = piece.kind == BodyDecoder::Piece::Kind::Failed;
    const bool ended = m_decoder.ended();
    if (failed)
        m_error = &m_decoder.error();
    m_excess = ended && at < size;
    in.truncate(kept);
    return failed ? BodyStatus::Failed : ended ? BodyStatus::Ended : BodyStatus::More;
}

void Http1Codec::switchToTunnel()
{
    m_tunnel = true;
    m_requestChunked = false;
    m_decoder.start({BodyKind::UntilClose, 0});
}

bool Http1Codec::canReuse() const
{
    return !m_tunnel && !m_excess && m_decoder.ended() && m_parser.head().keepAlive;
}

} // namespace portlight
