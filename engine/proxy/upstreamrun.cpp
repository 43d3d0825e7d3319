// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/upstreamrun.h"

#include "http/responsefault.h"
#include "proxy/proxycontext.h"

#include <cerrno>

namespace portlight {

UpstreamRun::UpstreamRun(ProxyContext &context, UpstreamRunObserver &observer)
    : m_context(context)
    , m_observer(observer)
    , m_timer(
          context.loop.timers(), [](void *self) { static_cast<UpstreamRun *>(self)->timedOut(); }, this)
    , m_readRest(
          context.loop.timers(), [](void *self) { static_cast<UpstreamRun *>(self)->readOn(); }, this)
{}

UpstreamRun::~UpstreamRun()
{
    cancel();
}

void UpstreamRun::start(const ProxySettings &settings, UpstreamGroup &group, const Request &request, const void *tag,
                        int loopDepth)
{
    Q_ASSERT(m_state == State::Idle);
    m_settings = &settings;
    m_group = &group;
    m_request = request;
    m_tag = group.config().keepaliveLocal ? tag : nullptr;
    m_loopDepth = loopDepth;
    m_startedAt = m_context.loop.now();
    m_selection.setExplaining(request.explains);
    group.begin(m_selection, request.query, m_startedAt);
    if (settings.retry.triesMax > 0)
        m_selection.limitTries(settings.retry.triesMax);
    m_tunnel = false;
    m_headCopy.clear();
    m_tries.beginRun();
    tryNextPeer();
}

void UpstreamRun::reset()
{
    Q_ASSERT(m_state == State::Idle);
    m_peer.resize(0);
    m_times = {};
    m_tries.clear();
    m_upstreamStatus = 0;
    m_connection.reused = false;
    m_keepHead = false;
    m_headCopy.clear();
    m_requestHeadCopy.clear();
}

void UpstreamRun::cancel()
{
    ++m_generation;
    endTry();
    releasePeer(PeerRelease::Ok);
    m_timer.stop();
    m_readRest.stop();
    m_readRate.clear();
    m_connector.reset();
    if (!m_loopAddress.isEmpty())
        m_context.loopDepths.remove(std::exchange(m_loopAddress, {}));
    m_connection = {.reused = m_connection.reused};
    m_out.clear();
    m_in.release();
    m_active = m_flushing = false;
    m_state = State::Idle;
}

void UpstreamRun::tryNextPeer()
{
    m_chosen = m_group->pick(m_selection, m_context.loop.now());
    if (!m_chosen) {
        m_peer = m_group->config().name;
        m_tries.begin(m_peer, m_context.loop.now());
        attemptFailedWith(failureNow(Failure::Kind::NoLivePeer));
        return;
    }
    m_reading = Reading::Head;
    const PeerConfig &peer = m_chosen->config();
    m_chosen->statistics.begin(m_context.loop.now());
    m_peer = peer.display;
    m_tries.begin(m_peer, m_context.loop.now());
    BackendConnection pooled = m_group->pool().take(peer.resolved, m_tag, m_request.tls);
    m_connection.reused = pooled.stream != nullptr;
    m_observer.peerChosen(m_selection, m_peer, m_connection.reused);
    if (pooled.stream) {
        useConnection(std::move(pooled));
        return;
    }
    m_state = State::Connecting;
    m_times.connectStart = m_context.loop.now();
    ConnectorObserver *const observer = this;
    m_connector = std::make_unique<Connector>(m_context.loop, observer);
    m_connector->connectTo(peer.resolved, m_settings->connectTimeout, m_request.dial ? *m_request.dial : DialOptions());
}

void UpstreamRun::connected(std::unique_ptr<Stream> stream, const SocketAddress &address)
{
    m_times.connected = m_context.loop.now();
    BackendConnection connection;
    connection.stream = std::move(stream);
    connection.address = address;
    connection.openedAt = m_context.loop.now();
    connection.tag = m_tag;
    connection.loopKey = m_context.isOwnListener(address) ? 1 : 0;
    m_connector.reset();
    if (m_request.tls)
        startTls(std::move(connection));
    else
        useConnection(std::move(connection));
}

void UpstreamRun::connectFailed()
{
    const int error = m_connector->attempts().empty() ? EADDRNOTAVAIL : m_connector->attempts().front().error;
    if (!m_connector->attempts().empty())
        nameReached(m_connector->attempts().front().address);
    const QByteArray call = m_connector->attempts().empty() ? QByteArray() : m_connector->attempts().front().call;
    m_connector.reset();
    if (!call.isEmpty()) {
        Failure failure = failureNow(Failure::Kind::LocalAddressFailed, error);
        failure.detail = call;
        attemptFailedWith(failure);
        return;
    }
    attemptFailedWith(failureNow(error == ETIMEDOUT ? Failure::Kind::TimedOut : Failure::Kind::ConnectFailed, error));
}

void UpstreamRun::useConnection(BackendConnection connection)
{
    m_connection = std::move(connection);
    nameReached(m_connection.address);
    m_tries.current()->connectMs = m_tries.current()->since(m_context.loop.now());
    m_bytesBefore = m_out.bytesWritten();
    ++m_connection.requests;
    m_connection.stream->setObserver(this);
    if (m_connection.loopKey)
        linkLoop();
    m_codec.reset(m_request.method, m_settings->bufferBytes);
    m_codec.setRequestChunked(m_request.chunked);
    m_state = State::Active;
    m_active = true;
    m_reading = Reading::Head;
    m_bytesSeen = 0;
    m_sendBlocked = m_sendFailed = false;
    m_lastSent = !m_request.hasBody;
    m_tries.hideRun(true);
    m_observer.writeRequestHead(m_out.control(), m_connection.address);
    m_tries.hideRun(false);
    if (m_keepHead)
        m_requestHeadCopy = m_out.control().view().toByteArray();
    flushOut();
}

// nginx shows the address of a peer that was configured by name.
void UpstreamRun::nameReached(const SocketAddress &address)
{
    if (!m_chosen->config().isName)
        return;
    m_peer = address.toString();
    m_tries.current()->peer = m_peer;
}

// A request that goes to one of our own listeners must be recognised when it comes back in.
void UpstreamRun::linkLoop()
{
    m_loopAddress = SocketAddress::localOf(m_connection.stream->descriptor()).toString();
    m_context.loopDepths.insert(m_loopAddress, m_loopDepth + 1);
}

void UpstreamRun::sendBody(Buffer data, bool last)
{
    if (!m_active || m_sendFailed || m_lastSent)
        return;
    m_lastSent = last;
    if (!std::exchange(m_connection.noDelay, true))
        m_connection.stream->setNoDelay(); // several writes: none shall wait for an acknowledgement
    m_codec.encodeBody(m_out, std::move(data), last);
    if (m_state == State::Active && !m_sendBlocked)
        flushOut();
}

void UpstreamRun::processInput()
{
    const quint32 generation = m_generation;
    const bool awaitsHead = m_reading == Reading::Head;
    if (awaitsHead)
        processHead();
    if (generation == m_generation && m_active && m_reading == Reading::Body)
        processBody(awaitsHead);
    if (generation == m_generation && m_in && m_in.isEmpty())
        m_in.release();
}

void UpstreamRun::processHead()
{
    switch (m_codec.decodeHead(m_in)) {
    case UpstreamCodec::HeadStatus::NeedMore: return;
    case UpstreamCodec::HeadStatus::Failed: {
        const bool tooLarge = m_codec.error().code == HttpProtocolError::Code::HeaderTooLarge;
        if (tooLarge) // nginx reads no more than that of a head
            m_tries.current()->bytesReceived = qMin(m_tries.current()->bytesReceived, qint64(m_settings->bufferBytes));
        Failure failure = failureNow(tooLarge ? Failure::Kind::HeadTooLarge : Failure::Kind::InvalidResponse);
        failure.detail = describeResponseFault(m_codec.error(), m_codec.head(), m_in.data());
        attemptFailedWith(failure);
        return;
    }
    case UpstreamCodec::HeadStatus::Complete: break;
    }
    // nginx hands bytes that are no HTTP to the client as they are, without a head, where they end the framing of its
    // connection: an intended difference.
    if (m_codec.head().http09) {
        Failure failure = failureNow(Failure::Kind::InvalidResponse);
        failure.detail = "upstream sent no valid HTTP/1.0 header";
        failure.spoken = guessSpokenProtocol({m_in.data(), qsizetype(m_in.size())});
        attemptFailedWith(failure);
        return;
    }
    m_times.responseHead = m_context.loop.now();
    m_upstreamStatus = m_tries.current()->status = m_codec.head().status;
    m_tries.current()->headerMs = m_tries.current()->since(m_context.loop.now());
    if (passesOver(m_codec.head()))
        return;
    m_group->headReceived(m_selection, m_context.loop.now());
    if (hintsAtTls())
        m_observer.tlsExpected();
    m_reading = Reading::Body;
    const quint32 generation = m_generation;
    if (m_keepHead)
        m_headCopy = QByteArray(m_in.data(), m_codec.headSize());
    m_observer.responseHeadReceived(m_codec.head(), m_in.data());
    if (generation != m_generation)
        return;
    m_codec.consumeHead(m_in);
    m_bytesSeen = m_in.size();
}

// A head whose body has not begun is told too, so that it goes out at once.
void UpstreamRun::processBody(bool afterHead)
{
    if (m_request.method != MethodId::Head)
        m_tries.current()->responseLength += m_in.size(); // with what frames it, as nginx counts
    const UpstreamCodec::BodyStatus status = m_codec.decodeBody(m_in);
    if (status == UpstreamCodec::BodyStatus::Failed) {
        Failure failure = failureNow(Failure::Kind::InvalidResponse);
        failure.detail = "upstream sent invalid chunked response";
        attemptFailedWith(failure);
        return;
    }
    Buffer payload = std::move(m_in);
    const bool ended = status == UpstreamCodec::BodyStatus::Ended;
    if (ended && m_codec.hasExcess() && m_request.method != MethodId::Head)
        m_observer.excessReceived(m_codec.head().chunked);
    if (ended)
        finishConnection();
    if (ended || afterHead || !payload.isEmpty())
        m_observer.responseBodyReceived(std::move(payload), ended, ended ? m_codec.trailerLines() : QByteArrayView());
}

// The response is whole: keep the connection if nothing stands in the way, before the client is told.
void UpstreamRun::finishConnection()
{
    m_reading = Reading::Ended;
    m_timer.stop();
    m_readRest.stop();
    m_readRate.clear();
    m_connection.stream->resumeReading(PauseReason::RateLimited);
    endTry();
    m_observer.responseEnds(m_selection);
    releasePeer(PeerRelease::Ok);
    const bool reusable = m_codec.canReuse() && m_lastSent && m_out.isEmpty() && !m_sendFailed;
    if (!m_loopAddress.isEmpty())
        m_context.loopDepths.remove(std::exchange(m_loopAddress, {}));
    if (reusable)
        m_group->pool().giveBack(std::move(m_connection));
    m_connection = {.reused = m_connection.reused};
    m_out.clear();
    m_active = false;
    m_state = State::Idle;
}

} // namespace portlight
