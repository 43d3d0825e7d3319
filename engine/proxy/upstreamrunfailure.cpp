// SPDX-License-Identifier: GPL-3.0-or-later
// How an upstream run fails: what is told of it, and when another try is safe.
#include "proxy/upstreamrun.h"

#include "proxy/proxycontext.h"

#include <cerrno>

namespace portlight {

Failure UpstreamRun::failureNow(Failure::Kind kind, int error) const
{
    Failure failure;
    failure.kind = kind;
    failure.error = error;
    failure.peer = m_peer;
    failure.bytesSeen = m_bytesSeen;
    failure.phase = m_state == State::Handshaking                         ? Failure::Phase::Handshaking
                    : m_state != State::Active                            ? Failure::Phase::Connecting
                    : m_tunnel                                            ? Failure::Phase::Tunneling
                    : m_reading != Reading::Head                          ? Failure::Phase::ReadingBody
                    : m_sendBlocked || kind == Failure::Kind::WriteFailed ? Failure::Phase::SendingRequest
                                                                          : Failure::Phase::ReadingHead;
    failure.gathered = m_settings->buffering && failure.phase == Failure::Phase::ReadingBody;
    if (kind == Failure::Kind::TimedOut) {
        failure.timeout = m_state != State::Active ? m_settings->connectTimeout
                          : m_sendBlocked          ? m_settings->sendTimeout
                                                   : m_settings->readTimeout;
    }
    return failure;
}

void UpstreamRun::timedOut()
{
    attemptFailedWith(failureNow(Failure::Kind::TimedOut, ETIMEDOUT));
}

// ngx_http_upstream_next: `triesNeeded` peers must be left, the condition be one of proxy_next_upstream's, the request
// one that may be carried out twice, and its body still there.
bool UpstreamRun::mayGoOn(NextUpstream condition, int triesNeeded) const
{
    const RetrySettings &retry = m_settings->retry;
    if (m_selection.triesLeft() < triesNeeded || !retry.allows(condition))
        return false;
    if (isRequestSent() && !m_request.idempotent && !retry.allows(NextUpstream::NonIdempotent))
        return false; // POST, PATCH, LOCK: it may have been carried out
    if (isRequestSent() && m_request.hasBody && !m_observer.canReplayBody())
        return false;
    return retry.timeout.count() == 0 || m_context.loop.now() - m_startedAt < retry.timeout;
}

// ngx_http_upstream_test_next: an answer that proxy_next_upstream names goes to nobody while another peer is left.
bool UpstreamRun::passesOver(const ResponseHead &head)
{
    const NextUpstream condition = nextUpstreamOf(head.status);
    if (condition == NextUpstream::None || !mayGoOn(condition, 2))
        return false;
    Failure failure = failureNow(Failure::Kind::PassedOver);
    failure.answer = head.status;
    attemptFailedWith(failure);
    return true;
}

PeerOutcome UpstreamRun::outcome()
{
    PeerOutcome result;
    const UpstreamTry &current = *m_tries.current();
    result.status = current.status;
    result.bytesReceived = current.bytesReceived;
    result.bytesSent = current.bytesSent;
    if (m_times.responseHead >= current.began)
        result.latency = std::chrono::duration_cast<std::chrono::microseconds>(m_times.responseHead - current.began);
    return result;
}

// The try is over and has not failed: the response is whole, or nobody wants it any more.
void UpstreamRun::releasePeer(PeerRelease how)
{
    if (!m_chosen)
        return;
    const PeerOutcome over = outcome();
    if (m_reading == Reading::Ended)
        m_chosen->statistics.end(over);
    else
        m_chosen->statistics.abandon(over.bytesSent, over.bytesReceived);
    m_group->release(m_selection, how, m_context.loop.now());
    m_chosen.reset();
}

// True when the peer is set aside for a while now.
bool UpstreamRun::releaseFailedPeer(const Failure &failure, NextUpstream condition)
{
    if (!m_chosen)
        return false;
    PeerOutcome over = outcome();
    over.failure = failure.peerFailure();
    m_chosen->statistics.noteError(failure.logText(), m_context.loop.now());
    m_chosen->statistics.end(over);
    const bool blameless = condition == NextUpstream::Http403 || condition == NextUpstream::Http404;
    const PeerRelease how = failure.kind == Failure::Kind::LocalAddressFailed ? PeerRelease::Ok
                            : blameless                                       ? PeerRelease::Next
                                                                              : PeerRelease::Failed;
    const bool setAside = m_group->release(m_selection, how, m_context.loop.now());
    m_chosen.reset();
    if (m_connection.reused && condition == NextUpstream::Error)
        m_selection.addTry(); // the backend may just have closed an idle connection
    return setAside;
}

// What nginx counts at the end of a try; once for each. A failure's status stands for an answer that never came.
void UpstreamRun::endTry(int status)
{
    UpstreamTry *const current = m_tries.current();
    if (!current || current->responseMs >= 0)
        return;
    current->responseMs = current->since(m_context.loop.now());
    if (m_state == State::Active)
        current->bytesSent = qint64(m_out.bytesWritten() - m_bytesBefore);
    if (status != 0 && current->status == 0)
        current->status = status;
}

void UpstreamRun::attemptFailedWith(Failure failure)
{
    const bool beforeHead = !isRequestSent() || m_reading == Reading::Head;
    endTry(failure.status());
    bool retry = false;
    if (beforeHead) {
        const NextUpstream condition = failure.condition();
        const bool setAside = releaseFailedPeer(failure, condition);
        retry = mayGoOn(condition, 1);
        m_observer.attemptFailed(failure, retry, setAside);
    } else if (m_chosen) { // nginx does not blame a peer that fails in the body; its counters tell
        PeerOutcome over = outcome();
        over.failure = failure.peerFailure();
        m_chosen->statistics.noteError(failure.logText(), m_context.loop.now());
        m_chosen->statistics.end(over);
        m_group->release(m_selection, PeerRelease::Ok, m_context.loop.now());
        m_chosen.reset();
    }
    cancel();
    if (retry)
        tryNextPeer();
    else
        m_observer.runFailed(failure);
}

void UpstreamRun::handleEnd(const IoResult &result)
{
    const bool failed = result.status == IoResult::Status::Failed;
    if (m_reading == Reading::Body && !failed && m_tunnel) {
        m_reading = Reading::Ended;
        m_in.release();
        m_observer.responseBodyReceived({}, true, {}); // half-close: our side stays open
        return;
    }
    if (m_reading == Reading::Body && !failed && m_codec.finishAtClose()) {
        finishConnection();
        m_in.release();
        m_observer.responseBodyReceived({}, true, {});
        return;
    }
    if (m_sendFailed)
        return attemptFailedWith(failureNow(Failure::Kind::WriteFailed, m_sendError));
    Failure failure = failureNow(failed ? Failure::Kind::ReadFailed : Failure::Kind::ClosedEarly, result.error);
    failure.detail = m_connection.stream->problem();
    attemptFailedWith(failure);
}

} // namespace portlight
