// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/fillgate.h"
#include "proxy/responsepool.h"

#include <chrono>

namespace portlight {

// The two sides that a response flows between. Any call but the questions may end the response: ResponseFlow::clear()
// may come within it.
class ResponseFlowSides
{
public:
    virtual ~ResponseFlowSides() = default;
    // Bytes that wait for the client's socket.
    virtual size_t queuedForClient() const = 0;
    // Queues a part for the client; `last` ends the response.
    virtual void passToClient(Buffer data, bool last) = 0;
    // Sends what is queued, a head that waited too.
    virtual void flushToClient() = 0;
    // The backend is read, or not.
    virtual void pauseBackend() = 0;
    virtual void resumeBackend() = 0;
    // ResponseFlow::patienceEnded() is to be called that much later; 0 takes that back.
    virtual void setPatience(std::chrono::milliseconds left) = 0;
    // ResponseFlow::clientReady() is to be called in the next turn.
    virtual void continueLater() = 0;
    // The first bytes went to a file.
    virtual void spoolBegan(const QByteArray &path) = 0;
    // The file gave out: the response cannot be completed.
    virtual void spoolFailed(const ResponsePool::FileError &error, const QByteArray &path) = 0;
    // Parts of the response wait for more of it.
    virtual void partHeldBack() = 0;
};

struct ResponseFlowOptions {
    ResponsePoolBounds bounds;
    qint64 headRoomBytes = 4096;  // what proxy_buffer_size leaves behind the backend's head
    qint64 bufferBytes = 4096;    // one of proxy_buffers
    qint64 busyBytes = 8192;      // proxy_busy_buffers_size
    qint64 postponedBytes = 1460; // postpone_output
};

// Buffers a response between a backend that sends as fast as it can and a client that takes what it can
// (proxy_buffering on): what the client does not take waits in a ResponsePool, so that the backend is free when it has
// sent its last. Sans-I/O but for the pool's file. Engine thread; a part of the proxy handler, used for one response
// after another.
class ResponseFlow
{
public:
    // So long, in all of a response, a backend waits for its client before the first byte goes to a file: a fast
    // client's short stalls cost nothing then.
    static constexpr std::chrono::milliseconds Patience{20};
    static constexpr int RoundsPerTurnMax = 32; // writes to a client that takes all; the others have their turn then

    ResponseFlow(ResponseFlowSides &sides, BufferPool &buffers)
        : m_sides(sides)
        , m_buffers(buffers)
    {}

    using TimePoint = std::chrono::steady_clock::time_point;
    // `owed`: FillGate's, of the whole body.
    void begin(const ResponseFlowOptions &options, qint64 owed, quint32 *fileNumber);
    void clear();
    bool isActive() const { return m_active; }
    // The backend sent a part of the body, or its end; `owed` as FillGate::arrived takes it.
    void received(Buffer data, bool last, qint64 owed, TimePoint now);
    // No more will come, and the body is not whole: what there is goes as far as the client takes it now.
    void breakOff();
    // The client has taken most of what was queued.
    void clientReady(TimePoint now);
    void patienceEnded();
    // Where the client's queue counts as drained.
    size_t drainMark() const { return size_t(m_options.busyBytes / 2); }
    const ResponsePool &pool() const { return m_pool; }
    bool isPaused() const { return m_paused; }

private:
    void pump();
    bool handOver();
    void makeRoom(TimePoint now);
    void spill();
    void pause(TimePoint now);
    void resume(TimePoint now);

    ResponseFlowSides &m_sides;
    BufferPool &m_buffers;
    ResponseFlowOptions m_options;
    ResponsePool m_pool;
    FillGate m_gate;
    qint64 m_passable = 0; // of the pool: what the gate lets pass
    TimePoint m_pausedSince;
    std::chrono::steady_clock::duration m_pausedFor{};
    quint32 m_epoch = 0; // of the response: calls out may end it
    bool m_active = false;
    bool m_ended = false; // the backend has sent all
    bool m_endPassed = false;
    bool m_pumping = false;
    bool m_paused = false;
    bool m_spools = false; // patience has ended
    bool m_held = false;   // partHeldBack() was told
    bool m_begun = false;  // the head has been flushed, or the body has begun
};

} // namespace portlight
