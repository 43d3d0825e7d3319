// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/healthprober.h"

#include "base/loglevel.h"

#include <cerrno>

namespace portlight {

HealthProber::HealthProber(EngineLoop &loop, const HealthCheckConfig &check, HealthProbeSource &source,
                           HealthProberObserver &observer)
    : m_loop(loop)
    , m_check(check)
    , m_source(source)
    , m_observer(observer)
    , m_matcher(check.match.get())
    , m_timer(
          loop.timers(), [](void *self) { static_cast<HealthProber *>(self)->timedOut(); }, this)
{}

HealthProber::~HealthProber() = default;

void HealthProber::start(const std::vector<SocketAddress> &addresses)
{
    Q_ASSERT(!isBusy());
    m_addresses = addresses;
    m_startedAt = m_loop.now();
    m_outcome = {};
    m_body.clear();
    m_bodyBytes = 0;
    m_reused = m_stream && !m_stream->isStale();
    if (m_reused)
        return sendRequest();
    m_stream.reset();
    dial();
}

void HealthProber::dial()
{
    m_state = State::Connecting;
    m_connector = std::make_unique<Connector>(m_loop, static_cast<ConnectorObserver *>(this));
    m_connector->connectTo(m_addresses, m_check.connectTimeout);
}

void HealthProber::connected(std::unique_ptr<Stream> stream, const SocketAddress &address)
{
    const SocketAddress reached = address; // the connector's
    m_stream = std::move(stream);
    m_openedAt = m_loop.now();
    m_connector.reset();
    if (auto tls = m_source.tlsPeer())
        return startTls(reached, std::move(*tls));
    m_stream->setObserver(this);
    sendRequest();
}

// Dialing and handshake share the time, as in nginx; sessions are those of the requests to that peer.
void HealthProber::startTls(const SocketAddress &address, TlsPeer peer)
{
    m_state = State::Handshaking;
    peer.sessionKey = address.toString() + '\n' + peer.serverName + '\n' + peer.certificateName;
    TlsHandshakeObserver *const observer = this;
    m_stream = std::make_unique<TlsClientStream>(m_loop, m_stream->releaseDescriptor(), peer, observer);
    m_stream->setNoDelay();
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(m_loop.now() - m_startedAt);
    m_timer.start(std::max(m_check.connectTimeout - spent, std::chrono::milliseconds(1)));
}

void HealthProber::tlsEstablished()
{
    m_stream->setObserver(this);
    sendRequest();
}

void HealthProber::tlsFailed(const TlsFailure &failure)
{
    failToTalk(failure.text);
}

void HealthProber::connectFailed()
{
    int error = ENOENT; // there was no address to try
    for (const ConnectAttempt &attempt : m_connector->attempts()) {
        if (attempt.error != ECANCELED)
            error = attempt.error;
    }
    failToTalk((error == ETIMEDOUT ? "upstream timed out (" : "connect() failed (") + describeErrno(error) + ')');
}

void HealthProber::sendRequest()
{
    m_state = State::Sending;
    m_codec.reset(MethodId::Get, m_check.headBytesMax);
    m_request.clear();
    m_sent = 0;
    m_source.writeRequest(m_request);
    m_in = m_loop.buffers().take(m_check.headBytesMax);
    m_timer.start(m_check.sendTimeout);
    flush();
}

void HealthProber::flush()
{
    while (m_sent < m_request.size()) {
        const iovec rest{const_cast<char *>(m_request.data()) + m_sent, m_request.size() - m_sent};
        const IoResult result = m_stream->write(&rest, 1);
        if (result.status == IoResult::Status::WouldBlock)
            return;
        if (result.status != IoResult::Status::Ok)
            return handleEnd(result);
        m_sent += result.bytes;
    }
    m_state = State::ReadingHead;
    m_timer.start(m_check.readTimeout);
}

void HealthProber::streamWritable()
{
    if (m_state == State::Sending)
        flush();
}

void HealthProber::streamReadable()
{
    if (m_state == State::Idle)
        return m_stream.reset(); // the peer has closed, or speaks unasked
    for (int reads = 0; reads < ReadsPerTurnMax; ++reads) {
        if (m_in.roomSize() == 0)
            m_in.compact();
        if (m_in.roomSize() == 0)
            return failToTalk("upstream sent too big header");
        const size_t room = m_in.roomSize();
        const IoResult result = m_stream->read(m_in.room(), room);
        if (result.status == IoResult::Status::WouldBlock)
            return;
        if (result.status != IoResult::Status::Ok)
            return handleEnd(result);
        m_in.grow(quint32(result.bytes));
        m_reused = false;
        if (!process() || result.bytes < room)
            return;
    }
    m_stream->readAgainLater();
}

// False: the check has ended, and this may be gone.
bool HealthProber::process()
{
    if (m_state != State::ReadingBody && !processHead())
        return false;
    return m_state != State::ReadingBody || processBody();
}

bool HealthProber::processHead()
{
    switch (m_codec.decodeHead(m_in)) {
    case UpstreamCodec::HeadStatus::NeedMore: return true;
    case UpstreamCodec::HeadStatus::Failed: failToTalk(m_codec.error().message); return false;
    case UpstreamCodec::HeadStatus::Complete: break;
    }
    const ResponseHead &head = m_codec.head();
    m_state = State::ReadingHead; // where it answers before it has taken the request
    if (head.http09) {
        failToTalk("upstream sent no valid HTTP/1.0 header");
        return false;
    }
    m_outcome.status = head.status;
    m_headVerdict = m_matcher.checkHead(
        head, m_in.data(), [&](QByteArrayView name) { return m_source.variable(name, head, m_in.data()); });
    m_codec.consumeHead(m_in);
    if (!m_headVerdict.passed || (!m_matcher.needsBody() && !m_check.parameters.keepaliveTime)) {
        end(m_headVerdict);
        return false;
    }
    m_state = State::ReadingBody;
    return true;
}

bool HealthProber::processBody()
{
    const UpstreamCodec::BodyStatus status = m_codec.decodeBody(m_in);
    m_bodyBytes += m_in.size();
    if (m_matcher.needsBody())
        m_body.append(m_in.data(), qsizetype(m_in.size()));
    m_in.clear();
    if (status == UpstreamCodec::BodyStatus::Failed) {
        failToTalk("upstream sent invalid chunked response");
        return false;
    }
    if (status == UpstreamCodec::BodyStatus::More && m_bodyBytes < HealthMatcher::BodyBytesMax)
        return true;
    bodyEnded();
    return false;
}

// The end of the stream, or a failed call.
void HealthProber::handleEnd(const IoResult &result)
{
    if (m_reused) { // closed while it was kept: that says nothing of the peer
        m_reused = false;
        m_stream.reset();
        m_timer.stop();
        return dial();
    }
    const bool eof = result.status == IoResult::Status::Eof;
    if (eof && m_state == State::ReadingBody && m_codec.finishAtClose())
        return bodyEnded();
    if (eof)
        return failToTalk("upstream prematurely closed connection");
    if (const QByteArray problem = m_stream->problem(); !problem.isEmpty())
        return failToTalk(problem); // TLS's own words
    failToTalk((m_state == State::Sending ? "writev() failed (" : "recv() failed (") + describeErrno(result.error)
               + ')');
}

void HealthProber::bodyEnded()
{
    const bool keeps = m_check.parameters.keepaliveTime && m_codec.canReuse()
                       && m_loop.now() - m_openedAt < *m_check.parameters.keepaliveTime;
    end(m_matcher.needsBody() ? m_matcher.checkBody(m_body) : m_headVerdict, keeps);
}

void HealthProber::timedOut()
{
    failToTalk("upstream timed out (" + describeErrno(ETIMEDOUT) + ')');
}

HealthStep HealthProber::step() const
{
    switch (m_state) {
    case State::Idle:
    case State::Connecting: return HealthStep::Connecting;
    case State::Handshaking: return HealthStep::Handshaking;
    case State::Sending: return HealthStep::Sending;
    case State::ReadingHead: return HealthStep::ReadingHead;
    case State::ReadingBody: return HealthStep::ReadingBody;
    }
    Q_UNREACHABLE();
}

void HealthProber::failToTalk(const QByteArray &reason)
{
    m_outcome.failedToTalk = true;
    end({false, step(), reason});
}

void HealthProber::end(const HealthVerdict &verdict, bool keepConnection)
{
    m_timer.stop();
    m_connector.reset();
    if (!keepConnection)
        m_stream.reset();
    m_in.release();
    m_body = {};
    m_state = State::Idle;
    m_outcome.verdict = verdict;
    m_outcome.latency = std::chrono::duration_cast<std::chrono::microseconds>(m_loop.now() - m_startedAt);
    m_observer.probeEnded(m_outcome);
}

} // namespace portlight
