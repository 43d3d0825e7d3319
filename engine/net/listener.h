// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/engineloop.h"
#include "net/socketaddress.h"

#include <array>

namespace portlight {

// Who gets the connections that a listener accepts.
class ListenerObserver
{
public:
    virtual ~ListenerObserver() = default;
    // `descriptor` is non-blocking, close-on-exec, and the observer's to close.
    virtual void connectionAccepted(class Listener &listener, int descriptor, const SocketAddress &peer) = 0;
    // Accepting paused (EMFILE, ENFILE, ENOBUFS, ENOMEM) or resumed; `error` is 0 when it goes on.
    virtual void acceptingPaused(class Listener &listener, int error) = 0;
};

struct ListenerOptions {
    int backlog = 511; // nginx's default on Linux
    bool reusePort = false;
    bool deferAccept = false; // until the first bytes came
    std::optional<int> receiveBufferBytes;
    std::optional<int> sendBufferBytes;
    std::optional<int> fastOpen;
    std::optional<TcpKeepalive> keepalive;
};

// A listening socket. ECONNABORTED is ignored, a lack of descriptors pauses accepting for a moment; it never stops
// listening by itself. Engine thread; owned by the engine.
class Listener final : private IoHandler
{
public:
    static constexpr std::chrono::milliseconds AcceptRetryDelay{500}; // nginx: accept_mutex_delay
    static constexpr int AcceptsPerTurnMax = 64;
    static constexpr int DrainedAcceptsMax = 4096; // what the kernel queues at most by default (net.core.somaxconn)

    // Binds and listens. Errors: AddressInUse, PermissionDenied, SocketFailed, with nginx's words:
    // bind() to 127.0.0.1:80 failed (13: Permission denied). A stale unix socket file is removed first.
    static Result<std::unique_ptr<Listener>> open(EngineLoop &loop, const ListenAddress &address,
                                                  const ListenerOptions &options, ListenerObserver *observer);
    ~Listener() override; // removes the unix socket file

    const ListenAddress &address() const { return m_address; }
    // With the port that the kernel chose when 0 was asked for.
    SocketAddress localAddress() const { return SocketAddress::localOf(m_descriptor); }
    // Accepts what is queued already, then closes the socket.
    void drainAndClose();
    bool isPaused() const { return m_retry.isActive(); }

private:
    Listener(EngineLoop &loop, const ListenAddress &address, int descriptor, ListenerObserver *observer);
    void ioReady(IoReadiness readiness) override;
    void acceptSome(int max);
    enum class Step : quint8 { Again, Stop };
    Step acceptOne();
    void pause(int error);
    bool resume();
    void retry();
    void closeDescriptor();

    using SocketFile = std::array<quint64, 2>; // device and inode
    ListenAddress m_address;
    int m_descriptor = -1;
    ListenerObserver *m_observer;
    std::unique_ptr<IoWatch> m_watch;
    Timer m_retry;
    bool *m_destroyed = nullptr;  // set by the destructor while acceptSome() runs
    int m_pausedFor = 0;          // errno that was told to the observer
    SocketFile m_socketFile = {}; // ours, of a unix socket
};

// Raises the soft limit of open descriptors to the hard one; gives the limit now in force, -1 when
// it cannot be read.
qint64 raiseDescriptorLimit();

} // namespace portlight
