// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/proxyworker.h"

#include <algorithm>

namespace portlight {

namespace {

// nginx binds a wildcard alone and tells the addresses behind it apart by getsockname.
bool hasWildcard(const CompiledConfig &config, const ListenAddress &address)
{
    if (address.isWildcard() || address.kind == ListenAddress::Kind::Unix)
        return false;
    return std::any_of(config.listeners.begin(), config.listeners.end(), [&](const ListenerConfig &other) {
        return other.address.kind == address.kind && other.address.port == address.port && other.address.isWildcard();
    });
}

} // namespace

ProxyWorker::ProxyWorker(EngineLoop &loop)
    : m_context(loop)
    , m_shutdownTimer(
          loop.timers(), [](void *self) { static_cast<ProxyWorker *>(self)->closeAllConnections(); }, this)
{}

ProxyWorker::~ProxyWorker()
{
    m_onStopped = nullptr;
    m_listeners.clear();
    m_receptions.clear();
    for (auto &entry : m_connections)
        entry.second->closeNow();
    m_connections.clear();
    m_health.reset();
    m_context.active.reset();
}

Result<void> ProxyWorker::activate(CompiledConfigPtr config, bool allRequired)
{
    auto logs = ActiveLogs::open(config->logs, m_context.logFiles);
    if (!logs)
        return logs.error();
    if (config->logs.mainErrorLog >= 0) // what belongs to no request goes to the error_log outside http
        m_context.log.setOutputs((*logs)->outputs(config->logs.errorLogs[size_t(config->logs.mainErrorLog)]));
    std::vector<ListenerState> opened = openListeners(*config, m_listeners);
    if (allRequired) {
        for (const ListenerState &state : opened) {
            if (state.listener || state.behindWildcard)
                continue;
            Error error = state.error;
            error.where.file = QString::fromUtf8(state.address.toString()); // which listener it was
            // Give back what was taken over from the configuration that goes on.
            for (ListenerState &kept : opened) {
                const auto old = std::find_if(m_listeners.begin(), m_listeners.end(), [&](const ListenerState &o) {
                    return o.address == kept.address && !o.listener && !o.behindWildcard
                           && o.error.code == ErrorCode::None;
                });
                if (old != m_listeners.end())
                    old->listener = std::move(kept.listener);
            }
            return error;
        }
    }
    closeListeners(m_listeners);
    m_listeners = std::move(opened);
    const ActiveConfigPtr before = m_context.active;
    m_context.active = std::make_shared<ActiveConfig>(m_context.loop, std::move(config), m_context.log, before.get());
    if (before)
        before->stopLookingUp();
    m_context.active->logs = std::move(*logs);
    m_health = std::make_unique<ActiveHealth>(m_context, m_context.active, m_health.get());
    closeOrphans();
    return {};
}

void ProxyWorker::reopenLogs()
{
    const bool own = !m_context.active || m_context.active->config->logs.mainErrorLog < 0; // else among the others
    if (const auto reopened = own ? m_context.log.reopen() : Result<void>(); !reopened)
        m_context.log.write(LogLevel::Emerg, reopened.error().message.toUtf8());
    m_context.logFiles.reopen();
}

std::vector<ListenerState> ProxyWorker::openListeners(const CompiledConfig &config, std::vector<ListenerState> &old)
{
    std::vector<ListenerState> result;
    for (const ListenerConfig &wanted : config.listeners) {
        ListenerState state;
        state.address = wanted.address;
        state.behindWildcard = hasWildcard(config, wanted.address);
        const auto kept = std::find_if(old.begin(), old.end(), [&](const ListenerState &other) {
            return other.address == wanted.address && other.listener;
        });
        if (kept != old.end() && !state.behindWildcard) {
            state.listener = std::move(kept->listener);
            state.paused = kept->paused;
        } else if (!state.behindWildcard) {
            openOne(state, wanted.options);
        }
        result.push_back(std::move(state));
    }
    return result;
}

void ProxyWorker::openOne(ListenerState &state, const ListenOptions &options)
{
    ListenerOptions listenerOptions;
    listenerOptions.backlog = options.backlog.value_or(listenerOptions.backlog);
    listenerOptions.reusePort = options.reusePort;
    listenerOptions.deferAccept = options.deferred;
    listenerOptions.receiveBufferBytes = options.receiveBufferBytes;
    listenerOptions.sendBufferBytes = options.sendBufferBytes;
    listenerOptions.fastOpen = options.fastOpen;
    listenerOptions.keepalive = options.keepalive;
    auto opened = Listener::open(m_context.loop, state.address, listenerOptions, this);
    if (opened) {
        state.listener = std::move(*opened);
        state.error = {};
        return;
    }
    if (state.error.message != opened.error().message)
        m_context.log.write(LogLevel::Emerg, opened.error().message.toUtf8());
    state.error = opened.error();
}

bool ProxyWorker::reopenFailed()
{
    bool changed = false;
    for (ListenerState &state : m_listeners) {
        if (state.listener || state.behindWildcard || m_context.draining)
            continue;
        for (const ListenerConfig &wanted : m_context.active->config->listeners) {
            if (wanted.address == state.address)
                openOne(state, wanted.options);
        }
        changed |= state.listener != nullptr;
    }
    return changed;
}

// What has been queued by the kernel for an old listener is still served, with the configuration that replaces it or,
// where that has no such listener, refused by closing.
void ProxyWorker::closeListeners(std::vector<ListenerState> &listeners)
{
    for (ListenerState &state : listeners) {
        if (state.listener)
            state.listener->drainAndClose();
    }
    listeners.clear();
}

bool ProxyWorker::isServed(const ListenAddress &address) const
{
    const auto &listeners = m_context.active->config->listeners;
    return std::any_of(listeners.begin(), listeners.end(),
                       [&](const ListenerConfig &listener) { return listener.address == address; });
}

// Connections whose listener is gone end behind their exchange, as with nginx's old workers.
void ProxyWorker::closeOrphans()
{
    for (auto &entry : m_connections) {
        if (!isServed(entry.first->listenAddress()))
            entry.first->closeWhenIdle();
    }
    std::erase_if(m_receptions, [this](const auto &entry) { return !isServed(entry.first->listenAddress()); });
}

bool ProxyWorker::hasTls(const ListenAddress &address) const
{
    const auto &listeners = m_context.active->config->listeners;
    return std::any_of(listeners.begin(), listeners.end(),
                       [&](const ListenerConfig &listener) { return listener.tls && listener.address == address; });
}

ListenAddress ProxyWorker::addressFor(const Listener &listener, int descriptor) const
{
    const ListenAddress &bound = listener.address();
    if (!bound.isWildcard())
        return bound;
    for (const ListenerState &state : m_listeners) {
        if (!state.behindWildcard || state.address.port != bound.port || state.address.kind != bound.kind)
            continue;
        if (SocketAddress::localOf(descriptor).host() == state.address.host)
            return state.address;
    }
    return bound;
}

void ProxyWorker::connectionAccepted(Listener &listener, int descriptor, const SocketAddress &peer)
{
    ++m_context.counters.accepted;
    DownstreamArrival arrival;
    arrival.listenAddress = addressFor(listener, descriptor);
    arrival.client = peer;
    arrival.connectionId = ++m_context.lastConnection;
    arrival.openedAt = m_context.loop.now();
    ++m_context.counters.handled;
    if (!hasTls(arrival.listenAddress)) {
        startConnection(std::make_unique<PlainStream>(m_context.loop, descriptor), arrival);
        return;
    }
    TlsReceptionOwner &owner = *this;
    auto reception = std::make_unique<TlsReception>(m_context, owner, descriptor, arrival);
    TlsReception *const started = reception.get();
    m_receptions.emplace(started, std::move(reception));
    started->start();
}

void ProxyWorker::startConnection(std::unique_ptr<Stream> stream, const DownstreamArrival &arrival)
{
    DownstreamOwner &owner = *this;
    auto connection = std::make_unique<Http1Downstream>(m_context, owner, std::move(stream), arrival);
    Http1Downstream *const started = connection.get();
    m_connections.emplace(started, std::move(connection));
    started->start();
}

void ProxyWorker::tlsReceived(TlsReception *reception, std::unique_ptr<Stream> stream, const DownstreamArrival &arrival)
{
    m_receptions.erase(reception);
    startConnection(std::move(stream), arrival);
}

void ProxyWorker::tlsReceptionEnded(TlsReception *reception)
{
    m_receptions.erase(reception);
    noteEnd();
}

void ProxyWorker::acceptingPaused(Listener &listener, int error)
{
    for (ListenerState &state : m_listeners) {
        if (state.listener.get() == &listener)
            state.paused = error != 0;
    }
    if (error)
        m_context.log.write(LogLevel::Crit, "accept4() failed (" + describeErrno(error) + ')');
}

void ProxyWorker::downstreamEnded(Http1Downstream *connection)
{
    m_connections.erase(connection);
    noteEnd();
}

void ProxyWorker::noteEnd()
{
    if (connectionCount() == 0 && m_onStopped)
        std::exchange(m_onStopped, nullptr)();
}

void ProxyWorker::stopGracefully(std::function<void()> onStopped)
{
    m_context.draining = true;
    m_health.reset();
    closeListeners(m_listeners);
    m_receptions.clear(); // they have not asked for anything yet
    for (auto &entry : m_connections)
        entry.first->closeWhenIdle();
    if (m_connections.empty()) {
        onStopped();
        return;
    }
    m_onStopped = std::move(onStopped);
    if (m_context.active && m_context.active->config->workerShutdownTimeout.count() > 0)
        m_shutdownTimer.start(m_context.active->config->workerShutdownTimeout);
}

void ProxyWorker::closeAllConnections()
{
    m_receptions.clear();
    for (auto &entry : m_connections)
        entry.first->closeNow();
}

} // namespace portlight
