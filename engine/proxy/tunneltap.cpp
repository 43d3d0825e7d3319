// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/tunneltap.h"

#include "http/asciitable.h"
#include "http/message.h"

namespace portlight {

namespace {

constexpr QByteArrayView ExtensionsField = "Sec-WebSocket-Extensions";

bool speaksWebSocket(const ResponseHead &head, const char *base)
{
    for (const HeaderField &field : head.fields) {
        if (field.id == HeaderId::Upgrade)
            return equalsIgnoringCase(field.value.in(base), "websocket");
    }
    return false;
}

// Several lines are one list (RFC 6455 §9.1).
WebSocketExtensions extensionsOf(const ResponseHead &head, const char *base)
{
    QByteArray list;
    for (const HeaderField &field : head.fields) {
        if (equalsIgnoringCase(field.name.in(base), ExtensionsField))
            list += field.value.in(base).toByteArray() + ',';
    }
    return readWebSocketExtensions(list);
}

WebSocketFrameReader::Options optionsFor(WebSocketFrameReader::Sender sender, const WebSocketExtensions &extensions)
{
    return {sender, extensions.deflate, extensions.others};
}

} // namespace

TunnelTap::TunnelTap(ProxyContext &context, ExchangeId exchange, std::chrono::steady_clock::time_point startedAt,
                     const ResponseHead &head, const char *base)
    : m_context(context)
    , m_startedAt(startedAt)
    , m_batch{exchange, extensionsOf(head, base), {}}
    , m_fromClient{WebSocketFrameReader(optionsFor(WebSocketFrameReader::Sender::Client, m_batch.extensions)), {}}
    , m_fromServer{WebSocketFrameReader(optionsFor(WebSocketFrameReader::Sender::Server, m_batch.extensions)), {}}
{
    m_fromClient.record.fromClient = true;
    m_fromClient.isRaw = m_fromServer.isRaw = !speaksWebSocket(head, base);
}

void TunnelTap::feed(bool fromClient, QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return;
    Direction &direction = fromClient ? m_fromClient : m_fromServer;
    if (direction.isRaw)
        addRaw(fromClient, bytes);
    else
        feedFrames(direction, bytes);
    send();
}

void TunnelTap::feedFrames(Direction &direction, QByteArrayView bytes)
{
    using Kind = WebSocketFrameReader::Piece::Kind;
    for (;;) {
        const WebSocketFrameReader::Piece piece = direction.reader.next(bytes.data(), bytes.size());
        switch (piece.kind) {
        case Kind::NeedMore: return;
        case Kind::Begin: begin(direction); break;
        case Kind::Payload: {
            QByteArray &kept = direction.record.bytes;
            kept.append(bytes.first(std::min(piece.consumed, FrameBytesMax - kept.size())));
            break;
        }
        case Kind::End: end(direction, true); break;
        case Kind::Lost:
            addRaw(direction.record.fromClient, bytes);
            direction.isRaw = true;
            return;
        }
        bytes = bytes.sliced(piece.consumed);
    }
}

void TunnelTap::begin(Direction &direction)
{
    direction.record.frame = direction.reader.frame();
    direction.record.bytes = {};
    if (direction.record.frame.fault == WebSocketFault::LengthTooLarge)
        end(direction, false);
}

void TunnelTap::end(Direction &direction, bool complete)
{
    FrameRecord record = direction.record;
    record.frame = direction.reader.frame();
    record.complete = complete;
    direction.record.bytes = {};
    add(std::move(record));
}

void TunnelTap::addRaw(bool fromClient, QByteArrayView bytes)
{
    FrameRecord record;
    record.fromClient = fromClient;
    record.isFrame = false;
    record.frame.length = quint64(bytes.size());
    record.bytes = bytes.first(std::min(bytes.size(), FrameBytesMax)).toByteArray();
    add(std::move(record));
}

void TunnelTap::add(FrameRecord record)
{
    record.number = ++m_count;
    record.atUs = std::chrono::duration_cast<std::chrono::microseconds>(m_context.loop.now() - m_startedAt).count();
    m_batch.frames.push_back(std::move(record));
}

// Capture may have been switched off meanwhile: the numbers tell of the gap.
void TunnelTap::send()
{
    if (m_batch.frames.empty())
        return;
    FrameBatch batch{m_batch.exchange, m_batch.extensions, std::move(m_batch.frames)};
    m_batch.frames = {};
    if (m_context.traffic)
        m_context.traffic->recordFrames(std::move(batch));
}

void TunnelTap::finish()
{
    for (Direction *direction : {&m_fromClient, &m_fromServer}) {
        if (!direction->isRaw && direction->reader.isInsideFrame()) {
            end(*direction, false);
            direction->isRaw = true; // told once
        }
    }
    send();
}

} // namespace portlight
