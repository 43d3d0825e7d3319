// SPDX-License-Identifier: GPL-3.0-or-later
// What an exchange tells the traffic recorder: a row while it runs, everything at its end.
#include "proxy/exchange.h"

#include <openssl/ssl.h>

namespace portlight {

namespace {

QByteArray subjectOf(const SSL *connection)
{
    X509 *const certificate = SSL_get0_peer_certificate(connection);
    if (!certificate)
        return {};
    char name[256];
    X509_NAME_oneline(X509_get_subject_name(certificate), name, sizeof name);
    return name;
}

ClientTls clientTlsOf(const SSL *connection)
{
    ClientTls tls;
    tls.protocol = SSL_get_version(connection);
    tls.cipher = SSL_get_cipher_name(connection);
    tls.serverName = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    const unsigned char *protocol = nullptr;
    unsigned int length = 0;
    SSL_get0_alpn_selected(connection, &protocol, &length);
    tls.alpn = QByteArray(reinterpret_cast<const char *>(protocol), qsizetype(length));
    tls.subject = subjectOf(connection);
    tls.resumed = SSL_session_reused(connection) == 1;
    return tls;
}

} // namespace

void Exchange::recordHandshake()
{
    const SSL *const connection = m_downstream->facts().tls;
    if (!connection)
        return;
    m_detail->tls = clientTlsOf(connection);
    const ClientTls &tls = m_detail->tls;
    const QString asked = QString::fromUtf8(tls.serverName);
    const QString chosen = QString::fromUtf8(m_defaultServer->firstName());
    const QString why = tls.serverName.isEmpty() ? QStringLiteral("no server name was sent: the default server's")
                        : m_downstream->tlsServerName().isEmpty()
                            ? QStringLiteral("no server is named “%1”: the default server's").arg(asked)
                            : QStringLiteral("the server name “%1” asks for it").arg(asked);
    decide(Decision::Step::Handshake, QString::fromLatin1(tls.protocol + ", " + tls.cipher),
           QStringLiteral("%1certificate of %2: %3")
               .arg(tls.resumed ? QStringLiteral("resumed; ") : QString(),
                    chosen.isEmpty() ? QStringLiteral("the server without a name") : chosen, why),
           m_defaultServer->position);
}

void Exchange::startRecording()
{
    if (!m_context.traffic)
        return;
    m_startedAtMs =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    m_detail = std::make_unique<ExchangeDetail>();
    m_detail->requestHead = QByteArray(m_headBytes.data(), m_headBytes.size());
    m_detail->timing.requestHeadUs = 0;
    m_detail->clientAddress = m_downstream->clientAddress().toString();
    m_detail->listenerAddress = m_downstream->localAddress().toString();
    m_detail->connectionId = m_downstream->connectionId();
    m_detail->requestOnConnection = m_downstream->requestNumber();
    m_proxy.keepHeadBytes(true);
    m_reportTimer.start(RunningReportDelay);
    recordHandshake();
    const QString name = QString::fromUtf8(m_server->firstName());
    if (m_hostMatched)
        decide(Decision::Step::Domain, name, QStringLiteral("the name matches the Host exactly"), m_server->position);
    else
        decide(
            Decision::Step::Domain, name,
            QStringLiteral("no name matches “%1”: the default server of %2")
                .arg(QString::fromUtf8(requestText(m_request.host)), QString::fromUtf8(m_listener->address.toString())),
            m_server->position);
}

ExchangeSummary Exchange::summary() const
{
    ExchangeSummary row;
    row.id = m_id;
    row.startedAtMs = m_startedAtMs;
    row.method = requestText(m_request.method).toByteArray();
    row.scheme = m_downstream->facts().secured ? "https" : "http";
    row.host = requestText(m_request.host).toByteArray();
    row.domain = m_server->firstName();
    row.target = requestText(m_request.target).toByteArray();
    row.status = m_status;
    row.contentType = m_detail->summary.contentType;
    row.eventStream = row.contentType == "text/event-stream";
    row.requestBytes = m_requestBytes;
    row.responseBytes = bodyBytesMade();
    row.peer = m_proxy.hasRun() ? run().peer().toByteArray() : QByteArray("local");
    row.failure = m_failure.sentence();
    row.frames = m_proxy.framesSeen();
    row.upgraded = m_state == State::Tunneling || m_detail->summary.upgraded;
    row.retries = m_proxy.retries();
    switch (m_state) {
    case State::Tunneling: row.state = ExchangeState::Tunneling; break;
    case State::Responding: row.state = ExchangeState::Streaming; break;
    case State::Ended: row.state = m_failure || m_clientGone ? ExchangeState::Failed : ExchangeState::Done; break;
    default: row.state = m_proxy.hasRun() ? ExchangeState::Waiting : ExchangeState::Receiving; break;
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
    if (m_state != State::Tunneling)
        m_reportTimer.start(RunningReportInterval);
    auto copy = std::make_shared<ExchangeDetail>(*m_detail);
    copy->summary = summary();
    copy->upstreamRequestHead = run().requestHeadBytes().toByteArray();
    copy->upstreamResponseHead = run().responseHeadBytes().toByteArray();
    fillTiming(copy->timing);
    m_context.traffic->record(std::move(copy));
}

void Exchange::stateChanged()
{
    // A row that is already shown follows at once; one that is not yet waits for its delay.
    if (m_reported)
        reportRunning();
}

// A quiet tunnel has nothing to report, for hours.
void Exchange::noteTunnelTraffic()
{
    if (m_detail && !m_reportTimer.isActive())
        m_reportTimer.start(RunningReportInterval);
}

void Exchange::fillTiming(ExchangeTiming &timing) const
{
    const auto span = [this](std::chrono::steady_clock::time_point point) -> qint64 {
        if (point == std::chrono::steady_clock::time_point{})
            return -1;
        return std::chrono::duration_cast<std::chrono::microseconds>(point - m_startedAt).count();
    };
    const RunTimes &times = run().times();
    if (!m_proxy.hasRun())
        return;
    timing.connectStartUs = span(times.connectStart);
    timing.connectedUs = span(times.connected);
    timing.requestSentUs = span(times.requestSent);
    timing.responseHeadUs = span(times.responseHead);
}

void Exchange::noteFailure(const Failure &failure)
{
    if (m_detail)
        m_detail->failures.push_back(failure.facts());
}

void Exchange::noteRequestBodyRead()
{
    if (m_detail)
        m_detail->timing.requestBodyUs = sinceStartUs();
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
    m_detail->upstreamReused = m_proxy.hasRun() && run().reusedConnection();
    m_detail->upstreamRequestHead = m_proxy.hasRun() ? run().requestHeadBytes().toByteArray() : QByteArray();
    m_detail->upstreamResponseHead = m_proxy.hasRun() ? run().responseHeadBytes().toByteArray() : QByteArray();
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
