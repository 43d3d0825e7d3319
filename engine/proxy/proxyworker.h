// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/listener.h"
#include "proxy/activehealth.h"
#include "proxy/http1downstream.h"
#include "proxy/proxycontext.h"
#include "proxy/tlsreception.h"

#include <functional>
#include <unordered_map>

namespace portlight {

// One listener of the configuration, and why it is not open if it is not.
struct ListenerState {
    ListenAddress address;
    std::unique_ptr<Listener> listener; // null: not open, or served by a wildcard listener of the same port
    Error error;
    bool behindWildcard = false;
    bool paused = false;
};

// The proxy on its thread: listeners, connections, the configuration in force. Engine thread; owned by the engine's
// thread object.
class ProxyWorker final : private ListenerObserver, private DownstreamOwner, private TlsReceptionOwner
{
public:
    explicit ProxyWorker(EngineLoop &loop);
    ~ProxyWorker() override;

    ProxyContext &context() { return m_context; }
    const std::vector<ListenerState> &listeners() const { return m_listeners; }

    // Opens what is new, then swaps, then lets the old listeners drain. With `allRequired` a listener that cannot be
    // opened leaves everything as it was and is told by the error; else it stays in listeners() with its error.
    Result<void> activate(CompiledConfigPtr config, bool allRequired);
    // Tries again to open what could not be opened. True when something changed.
    bool reopenFailed();
    // Opens every log by its name again, the main error log included.
    void reopenLogs();

    // Listeners close, exchanges end; onStopped is called when the last connection has gone, bounded by
    // worker_shutdown_timeout.
    void stopGracefully(std::function<void()> onStopped);
    void closeAllConnections();
    size_t connectionCount() const { return m_connections.size() + m_receptions.size(); }

private:
    void connectionAccepted(Listener &listener, int descriptor, const SocketAddress &peer) override;
    void acceptingPaused(Listener &listener, int error) override;
    void downstreamEnded(Http1Downstream *connection) override;
    void tlsReceived(TlsReception *reception, std::unique_ptr<Stream> stream,
                     const DownstreamArrival &arrival) override;
    void tlsReceptionEnded(TlsReception *reception) override;
    void startConnection(std::unique_ptr<Stream> stream, const DownstreamArrival &arrival);
    bool isServed(const ListenAddress &address) const;
    void noteEnd();

    std::vector<ListenerState> openListeners(const CompiledConfig &config, std::vector<ListenerState> &old);
    void openOne(ListenerState &state, const ListenOptions &options);
    void closeListeners(std::vector<ListenerState> &listeners);
    void closeOrphans();
    bool hasTls(const ListenAddress &address) const;
    ListenAddress addressFor(const Listener &listener, int descriptor) const;

    ProxyContext m_context;
    std::unique_ptr<ActiveHealth> m_health; // of the configuration in force; null before one and while it stops
    std::vector<ListenerState> m_listeners;
    std::unordered_map<Http1Downstream *, std::unique_ptr<Http1Downstream>> m_connections;
    std::unordered_map<TlsReception *, std::unique_ptr<TlsReception>> m_receptions;
    std::function<void()> m_onStopped;
    Timer m_shutdownTimer;
};

} // namespace portlight
