// SPDX-License-Identifier: GPL-3.0-or-later
// The client's body on its way to a backend: kept whole before one is asked, or passed on as it comes.
#include "proxy/exchange.h"

#include <cstring>

namespace portlight {

// Up to a quarter above its bound a body of known length stays in memory (ngx_http_read_client_request_body). Files
// that keep their names need a folder.
BodyStoreOptions ProxyHandler::bodyStoreOptions() const
{
    BodyStoreOptions options = m_exchange.core().bodyStore;
    const qint64 bound = m_exchange.core().clientBodyBufferBytes;
    const BodyFraming &body = m_exchange.request().body;
    const bool fits = body.kind == BodyKind::Length && body.length < bound + bound / 4;
    options.memoryBytesMax = fits ? qMax(bound, body.length) : bound;
    if (options.file != BodyFile::Off && options.folder.path.isEmpty())
        options.folder.path = m_exchange.config().prefix + "client_body_temp";
    return options;
}

void ProxyHandler::storeRequestBody(Buffer data, bool last)
{
    const bool wasInFile = m_bodyStore.usesFile();
    int error = m_bodyStore.append(std::move(data));
    if (!error && last)
        error = m_bodyStore.complete();
    if (error) {
        Failure failure;
        failure.kind = Failure::Kind::BodyStoreFailed;
        failure.error = error;
        m_exchange.setFailure(failure);
        m_exchange.logError(LogLevel::Crit, failure.logText());
        m_exchange.respondError(500);
        return;
    }
    if (m_bodyStore.usesFile() && !wasInFile)
        m_exchange.logError(m_exchange.core().bodyStore.file == BodyFile::Off ? LogLevel::Warn : LogLevel::Notice,
                            "a client request body is buffered to a temporary file " + m_bodyStore.filePath());
    if (last)
        startRun();
}

void ProxyHandler::requestBodyReceived(Buffer data, bool last)
{
    if (m_exchange.isTunneling()) {
        tap(true, data);
        m_run.sendBody(std::move(data), last);
        if (last)
            endTunnelDirection(true);
        else if (!m_run.wantsBody())
            m_exchange.downstream().pauseBody();
        return;
    }
    m_exchange.setRequestBodyComplete(last);
    if (m_discardsBody || (m_exchange.headSent() && !m_streamsBody))
        return; // answered already: the rest is read only to be dropped
    const qint64 bytesMax = m_exchange.core().clientMaxBodyBytes;
    if (bytesMax > 0 && m_exchange.requestBodyBytes() > bytesMax && !m_exchange.headSent()) {
        m_exchange.logError(LogLevel::Error, "client intended to send too large chunked body: "
                                                 + QByteArray::number(m_exchange.requestBodyBytes() - data.size()) + '+'
                                                 + QByteArray::number(data.size()) + " bytes");
        m_run.cancel();
        discardRequestBody();
        m_exchange.respondError(413);
        return;
    }
    if (m_streamsBody) {
        if (last)
            m_exchange.noteRequestBodyRead();
        m_run.sendBody(std::move(data), last);
        if (!last && !m_run.wantsBody())
            m_exchange.downstream().pauseBody();
    } else if (m_storesBody && !m_runStarted) {
        storeRequestBody(std::move(data), last);
    }
}

// What has come of it is no whole body: an error page that is proxied must not send it on.
void ProxyHandler::discardRequestBody()
{
    m_discardsBody = true;
    m_storesBody = true;
    m_streamsBody = false;
    m_bodyStore.reset(0);
}

void ProxyHandler::requestBodyWanted()
{
    if (m_streamsBody || m_exchange.isTunneling()) {
        m_exchange.downstream().readBody();
        return;
    }
    if (m_job.replacesBody) {
        Buffer body = m_context.loop.buffers().take(quint32(m_job.body.size()));
        std::memcpy(body.room(), m_job.body.constData(), size_t(m_job.body.size()));
        body.grow(quint32(m_job.body.size()));
        m_run.sendBody(std::move(body), true);
        return;
    }
    while (m_run.wantsBody() && !m_bodyStore.atEnd()) {
        int error = 0;
        Buffer part = m_bodyStore.readNext(m_context.loop.buffers(), error);
        if (error) {
            Failure failure;
            failure.kind = Failure::Kind::BodyStoreFailed;
            failure.error = error;
            m_run.cancel();
            runFailed(failure);
            return;
        }
        m_run.sendBody(std::move(part), m_bodyStore.atEnd());
    }
}

bool ProxyHandler::canReplayBody() const
{
    return m_storesBody || m_job.replacesBody; // nginx: not where it is passed on as it comes
}

} // namespace portlight
