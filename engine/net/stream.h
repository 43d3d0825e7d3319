// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/engineloop.h"
#include "net/socketaddress.h"

#include <sys/uio.h>

struct ssl_st;

namespace portlight {

struct TlsPeer;
using TlsConnection = ssl_st; // OpenSSL's SSL

struct IoResult {
    enum class Status : quint8 { Ok, WouldBlock, Eof, Failed };
    Status status = Status::Ok;
    size_t bytes = 0; // of Ok: more than 0
    int error = 0;    // errno of Failed
};

// Is told when a stream can go on. Either call may destroy the stream.
class StreamObserver
{
public:
    virtual ~StreamObserver() = default;
    virtual void streamReadable() = 0;
    virtual void streamWritable() = 0;
};

// Why reading is paused; bits are counted by name, and reading goes on when none is left.
enum class PauseReason : quint8 {
    BufferFull = 1 << 0,   // what was read has not gone out on the other side
    AwaitingTurn = 1 << 1, // a pipelined request waits for the one before it
    Capture = 1 << 2,
    User = 1 << 3,
    RateLimited = 1 << 4, // proxy_limit_rate allows no more for a while
};

// A connected byte stream: TCP, unix socket, TLS. Readiness and non-blocking calls, as with a descriptor.
// Engine thread; owned by one connection.
class Stream
{
public:
    virtual ~Stream() = default;
    // Null while nobody cares. What became readable meanwhile is not told again: call readAgainLater() then.
    void setObserver(StreamObserver *observer) { m_observer = observer; }

    // Reads what is there, at most `size`. After WouldBlock, or a count below `size`, streamReadable() will be called
    // when there is more (unless paused); a caller that stops before must call readAgainLater().
    virtual IoResult read(char *buffer, size_t size) = 0;
    // Writes what fits. After WouldBlock or a short count, streamWritable() will be called once there is room.
    virtual IoResult write(const iovec *parts, int count) = 0;
    // Asks for streamReadable() in the next turn though no new bytes come: the last read stopped early.
    virtual void readAgainLater() = 0;

    // While any reason is set, streamReadable() is not called. Resuming calls it in the next turn if there may be
    // bytes.
    void pauseReading(PauseReason reason) { m_pauseReasons |= quint8(reason); }
    void resumeReading(PauseReason reason);
    bool isReadingPaused() const { return m_pauseReasons != 0; }

    // Sends the end of the stream; reading goes on (half-close).
    virtual void shutdownWrite() = 0;
    // Closes with RST instead of FIN when the object is destroyed (reset_timedout_connection).
    virtual void setResetOnClose() = 0;
    virtual void setNoDelay() = 0;
    // True when the peer has already closed or sent bytes: a pooled connection that must not be used.
    virtual bool isStale() = 0;
    // The peer has shut its write side, or the connection failed; bytes sent before may still wait to be read.
    virtual bool hasHungUp() const = 0;
    // Bytes may wait that were not read yet; no system call.
    virtual bool mayHaveUnread() const = 0;
    // Bytes that were accepted by write() and are not yet with the kernel (TLS); 0 for plain streams.
    virtual size_t pendingBytes() const { return 0; }
    // False when the kernel has everything. Else streamWritable() will be called as it takes more: ask again then.
    virtual bool awaitSent() { return false; }
    virtual int descriptor() const = 0;
    // Gives the descriptor away, unwatched; the stream is of no use afterwards. -1 where another layer owns it.
    virtual int releaseDescriptor() { return -1; }
    // nginx's words for a failure that errno does not tell: "SSL_read() failed (SSL: …)"; else empty.
    virtual QByteArray problem() const { return {}; }
    // Whom it was secured with; null for plain streams.
    virtual const TlsPeer *tlsPeer() const { return nullptr; }
    // What secures it; null for plain streams, and behind the connection's end.
    virtual const TlsConnection *tlsConnection() const { return nullptr; }

protected:
    // The last pause reason is gone.
    virtual void readingResumed() { readAgainLater(); }

    StreamObserver *m_observer = nullptr;
    quint8 m_pauseReasons = 0;
};

// A stream over a non-blocking TCP or unix socket.
class PlainStream final : public Stream, private IoHandler
{
public:
    // Takes the descriptor over; it must be connected (or connecting: see awaitConnection) and non-blocking. When the
    // kernel refuses to watch it (no memory), the observer is called and both directions fail with that error.
    PlainStream(EngineLoop &loop, int descriptor);
    ~PlainStream() override;

    IoResult read(char *buffer, size_t size) override;
    IoResult write(const iovec *parts, int count) override;
    void readAgainLater() override;
    void shutdownWrite() override;
    void setResetOnClose() override;
    void setNoDelay() override;
    bool isStale() override;
    bool hasHungUp() const override { return m_hangup; }
    bool mayHaveUnread() const override { return m_readable; }
    int descriptor() const override { return m_descriptor; }
    int releaseDescriptor() override;
    // After connect() gave EINPROGRESS: streamWritable() will tell that it succeeded or failed (SO_ERROR).
    void awaitConnection() { m_writeBlocked = true; }

private:
    void readingResumed() override;
    IoResult drainedRead(IoResult result);
    bool tellWritable();
    void ioReady(IoReadiness readiness) override;

    int m_descriptor;
    std::unique_ptr<IoWatch> m_watch;
    bool m_readable = false; // an edge came and no EAGAIN yet
    bool m_hangup = false;
    bool m_writeBlocked = false;
    bool m_resetOnClose = false;
    bool m_eof = false; // read() gave Eof
    int m_watchError = 0;
    bool *m_destroyed = nullptr;                  // set by the destructor while the observer is called
    std::unique_ptr<DeferredCall> m_watchFailure; // only when the kernel refused the watch
};

} // namespace portlight
