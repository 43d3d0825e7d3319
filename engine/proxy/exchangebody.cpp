// SPDX-License-Identifier: GPL-3.0-or-later
// A request's body kept whole before a backend is asked.
#include "proxy/exchange.h"

namespace portlight {

// Up to a quarter above its bound a body of known length stays in memory (ngx_http_read_client_request_body). Files
// that keep their names need a folder.
BodyStoreOptions Exchange::bodyStoreOptions() const
{
    BodyStoreOptions options = core().bodyStore;
    const qint64 bound = core().clientBodyBufferBytes;
    const BodyFraming &body = m_request.body;
    const bool fits = body.kind == BodyKind::Length && body.length < bound + bound / 4;
    options.memoryBytesMax = fits ? qMax(bound, body.length) : bound;
    if (options.file != BodyFile::Off && options.folder.isEmpty())
        options.folder = config().prefix + "client_body_temp";
    return options;
}

void Exchange::storeRequestBody(Buffer data, bool last)
{
    const bool wasInFile = m_bodyStore.usesFile();
    int error = m_bodyStore.append(std::move(data));
    if (!error && last)
        error = m_bodyStore.complete();
    if (error) {
        m_failure.kind = Failure::Kind::BodyStoreFailed;
        m_failure.error = error;
        logError(LogLevel::Crit, m_failure.logText());
        respondError(500);
        return;
    }
    if (m_bodyStore.usesFile() && !wasInFile)
        logError(core().bodyStore.file == BodyFile::Off ? LogLevel::Warn : LogLevel::Notice,
                 "a client request body is buffered to a temporary file " + m_bodyStore.filePath());
    if (last)
        startRun();
}

} // namespace portlight
