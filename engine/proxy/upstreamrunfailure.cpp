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
    failure.phase = m_state != State::Active                              ? Failure::Phase::Connecting
                    : m_tunnel                                            ? Failure::Phase::Tunneling
                    : m_reading != Reading::Head                          ? Failure::Phase::ReadingBody
                    : m_sendBlocked || kind == Failure::Kind::WriteFailed ? Failure::Phase::SendingRequest
                                                                          : Failure::Phase::ReadingHead;
    if (kind == Failure::Kind::TimedOut) {
        failure.timeout = failure.phase == Failure::Phase::Connecting ? m_settings->connectTimeout
                          : m_sendBlocked                             ? m_settings->sendTimeout
                                                                      : m_settings->readTimeout;
    }
    return failure;
}

void UpstreamRun::timedOut()
{
    attemptFailedWith(failureNow(Failure::Kind::TimedOut, ETIMEDOUT));
}

// proxy_next_upstream's default, "error timeout": another peer, or a fresh connection in place of a stale pooled one,
// and only while nothing has gone downstream and the request may be sent twice.
bool UpstreamRun::mayRetry(const Failure &failure) const
{
    const bool kindAllows = failure.kind == Failure::Kind::ConnectFailed || failure.kind == Failure::Kind::TimedOut
                            || failure.kind == Failure::Kind::ClosedEarly || failure.kind == Failure::Kind::ReadFailed
                            || failure.kind == Failure::Kind::WriteFailed;
    if (!kindAllows || (m_state == State::Active && m_reading != Reading::Head))
        return false;
    if (m_state == State::Active && !m_request.idempotent)
        return false; // POST, PATCH, LOCK: it may have been carried out
    if (m_state == State::Active && m_request.hasBody && !m_observer.canReplayBody())
        return false;
    return isStaleConnection(failure) || m_group->hasUntried(m_tried);
}

bool UpstreamRun::isStaleConnection(const Failure &failure) const
{
    return m_state == State::Active && m_connection.reused && m_bytesSeen == 0 && !m_freshTried
           && failure.kind != Failure::Kind::TimedOut;
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
    const bool retry = mayRetry(failure);
    const bool stale = isStaleConnection(failure);
    const bool beforeHead = m_state != State::Active || m_reading == Reading::Head;
    endTry(failure.status());
    if (beforeHead)
        m_observer.attemptFailed(failure, retry);
    cancel();
    if (!retry) {
        m_observer.runFailed(failure);
        return;
    }
    if (stale) {
        m_freshTried = true;
        m_tried[size_t(m_peerIndex)] = false;
    }
    tryNextPeer();
}

} // namespace portlight
