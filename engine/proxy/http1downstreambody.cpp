// SPDX-License-Identifier: GPL-3.0-or-later
// The body of a request on an HTTP/1 connection: delivered, paused, discarded, tunnelled.
#include "proxy/http1downstream.h"

#include <cerrno>
#include <cstring>

namespace portlight {

void Http1Downstream::readBody()
{
    if (m_bodyWanted || m_state != State::Exchanging)
        return;
    if (m_decoder.ended() && !m_tunnel)
        return;
    m_bodyWanted = true;
    m_stream->resumeReading(PauseReason::BufferFull);
    if (!m_tunnel)
        m_timer.start(core().clientBodyTimeout);
    if (m_delivering)
        return; // the loop up the stack goes on
    if (m_in && !m_in.isEmpty())
        deliverBody();
    if (m_state == State::Exchanging && m_bodyWanted)
        m_stream->readAgainLater();
}

void Http1Downstream::pauseBody()
{
    m_bodyWanted = false;
    m_timer.stop();
    m_stream->pauseReading(PauseReason::BufferFull);
}

void Http1Downstream::readBodyBytes()
{
    for (int i = 0; i < ReadsPerTurnMax && m_state == State::Exchanging && m_bodyWanted; ++i) {
        if (!m_in)
            m_in = m_context.loop.buffers().take(m_tunnel ? BufferPool::MediumBytes : BufferPool::LargeBytes);
        const quint32 room = m_in.roomSize();
        const IoResult result = m_stream->read(m_in.room(), room);
        if (result.status == IoResult::Status::WouldBlock) {
            if (m_in.isEmpty())
                m_in.release();
            return;
        }
        if (result.status == IoResult::Status::Eof && m_tunnel) {
            deliverTunnel(true);
            return;
        }
        if (result.status != IoResult::Status::Ok) {
            clientWentAway(result.error);
            return;
        }
        m_in.grow(quint32(result.bytes));
        deliverBody();
        if (result.bytes < room)
            return;
    }
    if (m_state == State::Exchanging && m_bodyWanted)
        m_stream->readAgainLater();
}

void Http1Downstream::deliverTunnel(bool ended)
{
    m_bodyWanted = !ended;
    exchange().requestBodyReceived(std::move(m_in), ended);
}

// Unwraps what has come, in place, and hands it over.
void Http1Downstream::deliverBody()
{
    if (m_tunnel) {
        deliverTunnel(false);
        return;
    }
    m_delivering = true;
    m_timer.start(core().clientBodyTimeout);
    qsizetype at = 0;
    quint32 kept = 0;
    BodyDecoder::Piece piece;
    for (;;) {
        piece = m_decoder.next(m_in.data() + at, m_in.size() - at);
        if (piece.kind != BodyDecoder::Piece::Kind::Data)
            break;
        std::memmove(m_in.data() + kept, m_in.data() + at + piece.dataOffset, size_t(piece.dataLength));
        kept += quint32(piece.dataLength);
        at += piece.consumed;
    }
    at += piece.consumed;
    exchange().countRequestBytes(at);
    const bool ended = m_decoder.ended();
    Buffer rest; // a pipelined request behind the body
    if (const quint32 left = m_in.size() - quint32(at); ended && left > 0) {
        rest = m_context.loop.buffers().take(qMax(left, BufferPool::SmallBytes));
        std::memcpy(rest.room(), m_in.data() + at, left);
        rest.grow(left);
    }
    m_in.truncate(kept);
    Buffer payload = std::exchange(m_in, std::move(rest));
    if (piece.kind == BodyDecoder::Piece::Kind::Failed) {
        m_bodyWanted = false;
        m_timer.stop();
        exchange().requestBodyFailed(m_decoder.error().status, m_decoder.error().message);
    } else {
        if (ended)
            bodyEnded();
        if (ended || !payload.isEmpty())
            exchange().requestBodyReceived(std::move(payload), ended);
    }
    m_delivering = false;
}

void Http1Downstream::bodyEnded()
{
    m_bodyWanted = false;
    m_timer.stop();
}

// The client is not asked for anything while its request is answered: if it has shut its side, nginx takes that for a
// client that has gone, and so do we.
void Http1Downstream::watchForClose()
{
    if (!m_stream->hasHungUp() || m_tunnel || m_responseEnded)
        return;
    if (!exchange().isRunning())
        return;
    if (exchange().isLookingUpBackend()) {
        if (exchange().settings().flow->ignoreClientAbort)
            return;
        exchange().clientGone("epoll_wait() reported that client prematurely closed connection");
        close();
    } else if (exchange().run().isBusy()) {
        if (exchange().settings().flow->ignoreClientAbort)
            return;
        exchange().clientGone(
            "epoll_wait() reported that client prematurely closed connection, so upstream connection is "
            "closed too");
        close();
    } else if (exchange().proxy().hasBuffered()) {
        exchange().clientGone("client prematurely closed connection");
        close();
    }
}

void Http1Downstream::clientWentAway(int error)
{
    exchange().clientGone(error == 0 && m_tunnel ? QByteArray() : wordsOfEnd(error));
    close();
}

// The response went out before its request's body was read: read the rest, for a time, so that the connection can go
// on.
void Http1Downstream::discardBody()
{
    for (int i = 0; i < ReadsPerTurnMax; ++i) {
        if (m_in && !m_in.isEmpty()) {
            BodyDecoder::Piece piece;
            qsizetype at = 0;
            do {
                piece = m_decoder.next(m_in.data() + at, m_in.size() - at);
                at += piece.consumed;
            } while (piece.kind == BodyDecoder::Piece::Kind::Data);
            m_in.consume(quint32(at));
            if (piece.kind == BodyDecoder::Piece::Kind::Failed) {
                linger();
                return;
            }
            if (m_decoder.ended()) {
                m_timer.stop();
                becomeIdle();
                return;
            }
        }
        if (m_in && m_in.capacity() < BufferPool::MediumBytes)
            m_in.release();
        reserveInput(BufferPool::MediumBytes);
        const quint32 room = m_in.roomSize();
        const IoResult result = m_stream->read(m_in.room(), room);
        if (result.status == IoResult::Status::WouldBlock)
            return;
        if (result.status != IoResult::Status::Ok || m_context.loop.now() >= m_lingerUntil) {
            close();
            return;
        }
        m_in.grow(quint32(result.bytes));
        m_timer.start(m_after.lingeringTimeout);
    }
    m_stream->readAgainLater();
}

void Http1Downstream::switchToTunnel()
{
    m_tunnel = true;
    m_keepAlive = false;
    m_slot->rate.clear();
    m_timer.stop();
}

} // namespace portlight
