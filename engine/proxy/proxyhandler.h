// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/bodystore.h"
#include "proxy/phaseresult.h"
#include "proxy/proxyjob.h"
#include "proxy/responseflow.h"
#include "proxy/targetlookup.h"
#include "proxy/tunneltap.h"
#include "proxy/upstreamrun.h"

namespace portlight {

class Exchange;
struct ResponseHead;

// The proxy content handler (ngx_http_proxy_module): takes the client's body, asks a backend, makes the response's head
// of what comes back, and passes bodies and tunnels on. Engine thread; a part of its exchange, used for one request
// after another; redirected inside, an exchange may start it several times.
class ProxyHandler final : private UpstreamRunObserver, private ResponseFlowSides, private TargetLookupObserver
{
public:
    ProxyHandler(ProxyContext &context, Exchange &exchange);

    // Forgets the request before.
    void reset();
    void keepHeadBytes(bool on) { m_run.keepHeadBytes(on); }
    // The content phase of a location with proxy_pass.
    PhaseResult start();
    // A part of the client's body, or of what it sends through a tunnel.
    void requestBodyReceived(Buffer data, bool last);
    // What has come of the body is no whole one: nothing of it is sent on.
    void discardRequestBody();
    bool discardsRequestBody() const { return m_discardsBody; }
    // The client has taken what was queued for it.
    void downstreamDrained();
    // Lets go of the backend; nothing is told.
    void cancel();
    // The exchange is over, and logged.
    void finish();

    // The backend has sent all, the client has not taken it yet.
    bool hasBuffered() const { return m_flow.isActive() && !m_run.isBusy(); }
    const ResponseFlow &flow() const { return m_flow; }
    const UpstreamRun &run() const { return m_run; }
    const BodyStore &bodyStore() const { return m_bodyStore; }
    // Some backend has been asked, or at least looked for.
    bool hasRun() const { return m_runStarted; }
    // The backend's name is being looked up: no run has begun.
    bool isLookingUp() const { return m_lookup.isRunning(); }
    // Where it goes, or went last; null before the first.
    const ProxyTarget *target() const { return m_job.pass ? &m_job.target() : nullptr; }
    int retries() const { return m_retries; }
    quint64 framesSeen() const { return m_tap ? m_tap->count() : 0; }
    // "http://127.0.0.1:3000/path", "http://unix:/run/x.sock:/path"; empty before a peer was chosen. For the error log.
    QByteArray upstreamUrl();
    QByteArrayView trailers() const { return m_trailers; } // field lines, as they came

private:
    // --- the run's side ---
    void writeRequestHead(WireBuffer &out, const SocketAddress &peer) override;
    void requestBodyWanted() override;
    Result<void> loadTlsFiles(TlsPeer &peer) override;
    void secured(const TlsSummary &summary) override;
    void tlsExpected() override;
    void requestSent() override;
    bool canReplayBody() const override;
    void responseHeadReceived(const ResponseHead &head, const char *base) override;
    void responseBodyReceived(Buffer data, bool last, QByteArrayView trailerLines) override;
    void excessReceived(bool chunked) override;
    void runFailed(const Failure &failure) override;
    void peerChosen(const PeerSelection &selection, QByteArrayView peer, bool reused) override;
    void attemptFailed(const Failure &failure, bool retrying, bool setAside) override;
    void responseEnds(const PeerSelection &selection) override;

    Failure explained(Failure failure) const;

    // --- the client's body (proxyrequestbody.cpp) ---
    BodyStoreOptions bodyStoreOptions() const;
    void storeRequestBody(Buffer data, bool last);

    // --- asking (proxyhandler.cpp, proxyrequesthead.cpp) ---
    bool prepareJob();
    bool evaluateTarget(const ProxyPass &pass);
    bool knowsTarget() const { return m_job.group != nullptr; }
    void targetFound(std::shared_ptr<AddressGroup> group) override;
    void targetNotFound(const QByteArray &logText) override;
    void startRun();
    const DialOptions *dialOptions();
    void writeTarget(WireBuffer &out);
    void writeSetFields(WireBuffer &out);
    void writeBodyFraming(WireBuffer &out);
    void writeForwardedFields(WireBuffer &out);

    // --- the choice of a peer (proxypeerquery.cpp) ---
    const UpstreamTemplates *templates() const;
    void addHashKey(PeerQuery &query);
    void addSticky(PeerQuery &query);
    void addStickyCookie();
    void learnSession(const PeerSelection &selection);

    // --- what comes back (proxyresponse.cpp, proxyresponsehead.cpp) ---
    bool interceptError(const ResponseHead &head, const char *base);
    bool accelRedirect(const ResponseHead &head, const char *base, const HeaderField &redirect);
    void buildResponseHead(const ResponseHead &head, const char *base);
    void addResponseField(const HeaderField &field, const char *base);
    std::optional<QByteArray> redirectedTo(QByteArrayView url);
    void addLocation(QByteArrayView name, QByteArrayView value);
    void addRefresh(QByteArrayView name, QByteArrayView value);
    void enterTunnel(const ResponseHead &head, const char *base);
    // --- between backend and client (proxyresponseflow.cpp) ---
    const HeaderField *takeAccelFields(const ResponseHead &head, const char *base);
    void overrideCharset(QByteArrayView contentType, QByteArrayView charset);
    void beginFlow();
    size_t queuedForClient() const override;
    void passToClient(Buffer data, bool last) override;
    void flushToClient() override;
    void pauseBackend() override { m_run.pauseReading(); }
    void resumeBackend() override { m_run.resumeReading(); }
    void setPatience(std::chrono::milliseconds left) override;
    void continueLater() override { m_continueFlow.schedule(); }
    void spoolBegan(const QByteArray &path) override;
    void spoolFailed(const ResponsePool::FileError &error, const QByteArray &path) override;
    void partHeldBack() override;
    void clientReady();

    // --- tunnels (proxyresponse.cpp) ---
    void endTunnelDirection(bool fromClient);
    void endTunnelIfDone();
    void tap(bool fromClient, const Buffer &data);

    const ProxySettings &settings() const;

    ProxyContext &m_context;
    Exchange &m_exchange;
    UpstreamRun m_run;
    TargetLookup m_lookup;
    ProxyJob m_job;
    WireBuffer m_scratch;
    QByteArray m_sentTarget;  // of the last request to a backend
    QByteArray m_hashKey;     // of `hash`
    QByteArray m_sticky;      // what the client brought of sticky sessions
    QByteArray m_stickyRoute; // the route id of the peer chosen last; empty: no cookie shall tell it
    QByteArrayView m_trailers;
    QByteArrayView m_passedTrailers; // of m_trailers those for the client
    BodyStore m_bodyStore;
    std::unique_ptr<TunnelTap> m_tap; // of a tunnel that is being recorded
    ResponseFlow m_flow;
    DeferredCall m_continueFlow;
    Timer m_patience;
    qint64 m_owed = 0; // of the response's body, when its head had come
    int m_retries = 0;
    bool m_streamsBody = false;
    bool m_storesBody = false;
    bool m_discardsBody = false;
    bool m_runStarted = false;
    bool m_buffers = false; // the response: proxy_buffering, or what the backend made of it
    bool m_chunkedToBackend = false;
    bool m_tunnelClientEnded = false;
    bool m_tunnelBackendEnded = false;
};

} // namespace portlight
