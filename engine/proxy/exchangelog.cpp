// SPDX-License-Identifier: GPL-3.0-or-later
// What an exchange writes: lines of the error log, with nginx's fields behind them, and its line in the access logs.
#include "proxy/exchange.h"

#include "proxy/accesslogwriter.h"
#include "proxy/activelogs.h"

#include <QRandomGenerator>

#include <array>

namespace portlight {

ErrorLog &Exchange::errorLog() const
{
    const int own = m_location ? settings().log->errorLog : -1;
    ActiveLogs *const opened = logs();
    return own >= 0 && opened ? opened->errorLog(own) : m_context.log;
}

ActiveLogs *Exchange::logs() const
{
    return m_active ? m_active->logs.get() : nullptr;
}

// Of a head that did not come whole: what there is of its first line.
QByteArrayView Exchange::requestLine() const
{
    if (!m_request.requestLine.isEmpty())
        return requestText(m_request.requestLine);
    QByteArrayView bytes(m_headBytes.data(), qsizetype(m_headBytes.size()));
    while (bytes.startsWith('\r') || bytes.startsWith('\n')) // empty lines may stand in front (RFC 9112 §2.2)
        bytes = bytes.sliced(1);
    qsizetype end = 0;
    while (end < bytes.size() && bytes[end] != '\r' && bytes[end] != '\n')
        ++end;
    return bytes.first(end);
}

namespace {

void appendQuoted(QByteArray &line, QByteArrayView label, QByteArrayView value)
{
    line += label;
    line += '"';
    line += value;
    line += '"';
}

} // namespace

// ngx_http_log_error_handler.
void Exchange::logError(LogLevel level, QByteArrayView text)
{
    ErrorLog &log = errorLog();
    if (!log.wants(level))
        return;
    QByteArray line = text.toByteArray();
    line += ", client: ";
    line += m_downstream->clientHost();
    line += ", server: ";
    line += m_server->firstName();
    if (const QByteArrayView written = requestLine(); !written.isEmpty())
        appendQuoted(line, ", request: ", written);
    if (const QByteArray upstream = m_proxy.upstreamUrl(); !upstream.isEmpty())
        appendQuoted(line, ", upstream: ", upstream);
    if (const QByteArrayView host = requestField(HeaderId::Host); !host.isEmpty())
        appendQuoted(line, ", host: ", host);
    if (const QByteArrayView referrer = requestField(HeaderId::Referer); !referrer.isEmpty())
        appendQuoted(line, ", referrer: ", referrer);
    log.write(level, line, m_downstream->connectionId());
}

// $request_id: 16 random bytes, the same for the whole exchange.
QByteArrayView Exchange::requestId()
{
    if (m_requestId.isEmpty()) {
        std::array<quint64, 2> random;
        QRandomGenerator::global()->generate(random.begin(), random.end());
        const QByteArrayView bytes(reinterpret_cast<const char *>(random.data()), sizeof random);
        m_requestId = keep(bytes.toByteArray().toHex());
    }
    return m_requestId;
}

// nginx's log phase, once for each request: the access logs need what is forgotten behind it.
void Exchange::logFinished()
{
    if (m_downstream && m_active)
        writeAccessLogs(*this);
}

} // namespace portlight
