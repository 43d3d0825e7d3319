// SPDX-License-Identifier: GPL-3.0-or-later
// What an exchange tells the traffic recorder: a row while it runs, everything at its end.
#include "proxy/exchange.h"

namespace portlight {

ExchangeSummary Exchange::summary() const
{
    ExchangeSummary row;
    row.id = m_id;
    row.startedAtMs = m_startedAtMs;
    row.method = requestText(m_request.method).toByteArray();
    row.scheme = "http";
    row.host = requestText(m_request.host).toByteArray();
    row.domain = m_server->firstName();
    row.target = requestText(m_request.target).toByteArray();
    row.status = m_status;
    row.contentType = m_detail->summary.contentType;
    row.eventStream = row.contentType == "text/event-stream";
    row.requestBytes = m_requestBytes;
    row.responseBytes = bodyBytesMade();
    row.peer = m_runStarted ? m_run.peer().toByteArray() : QByteArray("local");
    row.failure = m_failure.sentence();
    row.upgraded = m_state == State::Tunneling || m_detail->summary.upgraded;
    row.retries = m_retries;
    switch (m_state) {
    case State::Tunneling: row.state = ExchangeState::Tunneling; break;
    case State::Responding: row.state = ExchangeState::Streaming; break;
    case State::Ended: row.state = m_failure || m_clientGone ? ExchangeState::Failed : ExchangeState::Done; break;
    default: row.state = m_runStarted ? ExchangeState::Waiting : ExchangeState::Receiving; break;
    }
    if (m_state == State::Ended) {
        row.durationUs = sinceStartUs();
        if (m_clientGone && row.failure.isEmpty())
            row.failure = QStringLiteral("the client closed the connection before the response was complete");
    }
    return row;
}

void Exchange::reportRunning()
{
    if (!m_detail || !m_context.traffic)
        return;
    m_reported = true;
    m_reportTimer.start(RunningReportInterval);
    auto copy = std::make_shared<ExchangeDetail>(*m_detail);
    copy->summary = summary();
    copy->upstreamRequestHead = m_run.requestHeadBytes().toByteArray();
    copy->upstreamResponseHead = m_run.responseHeadBytes().toByteArray();
    fillTiming(copy->timing);
    m_context.traffic->record(std::move(copy));
}

void Exchange::stateChanged()
{
    // A row that is already shown follows at once; one that is not yet waits for its delay.
    if (m_reported)
        reportRunning();
}

void Exchange::fillTiming(ExchangeTiming &timing) const
{
    const auto span = [this](std::chrono::steady_clock::time_point point) -> qint64 {
        if (point == std::chrono::steady_clock::time_point{})
            return -1;
        return std::chrono::duration_cast<std::chrono::microseconds>(point - m_startedAt).count();
    };
    const RunTimes &times = m_run.times();
    if (!m_runStarted)
        return;
    timing.connectStartUs = span(times.connectStart);
    timing.connectedUs = span(times.connected);
    timing.requestSentUs = span(times.requestSent);
    timing.responseHeadUs = span(times.responseHead);
}

void Exchange::keepRequestBody(QByteArrayView data)
{
    if (m_detail)
        keepBytes(m_detail->requestBody, data);
}

void Exchange::finishRecording()
{
    fillTiming(m_detail->timing);
    m_detail->timing.finishedUs = sinceStartUs();
    m_detail->upstreamReused = m_runStarted && m_run.reusedConnection();
    m_detail->upstreamRequestHead = m_runStarted ? m_run.requestHeadBytes().toByteArray() : QByteArray();
    m_detail->upstreamResponseHead = m_runStarted ? m_run.responseHeadBytes().toByteArray() : QByteArray();
    if (m_clientGone)
        decide(Decision::Step::Answer, QStringLiteral("499"), QStringLiteral("the client closed before the end"));
    else
        decide(Decision::Step::Answer, QString::number(m_status),
               m_failure ? m_failure.sentence()
                         : QStringLiteral("%1 bytes in %2 ms")
                               .arg(bodyBytesMade())
                               .arg(double(sinceStartUs()) / 1000.0, 0, 'f', 1));
    m_detail->summary = summary();
    if (m_context.traffic)
        m_context.traffic->record(std::shared_ptr<const ExchangeDetail>(std::move(m_detail)));
    m_detail.reset();
}

} // namespace portlight
