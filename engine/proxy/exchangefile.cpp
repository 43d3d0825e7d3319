// SPDX-License-Identifier: GPL-3.0-or-later
// Responses from files: validators, conditions, ranges, and the bytes piece by piece (ngx_http_static_module,
// ngx_http_not_modified_filter_module, ngx_http_range_filter_module).
#include "proxy/exchange.h"

#include "proxy/filebody.h"

namespace portlight {

namespace {

constexpr int PiecesPerTurnMax = 32; // 2 MiB: other connections get their turn (sendfile_max_chunk)

QByteArray entityTag(const FileFacts &facts)
{
    WireBuffer tag;
    tag.append('"');
    tag.appendHex(quint64(facts.modifiedAt));
    tag.append('-');
    tag.appendHex(quint64(facts.size));
    tag.append('"');
    return tag.view().toByteArray();
}

} // namespace

void Exchange::respondFile(OpenedFile file, const QByteArray &path)
{
    if (m_headSent)
        return;
    const FileSettings &settings = *this->settings().files;
    const FileFacts facts = file.facts();
    m_fileBody = std::make_unique<FileBody>(std::move(file), path);
    m_status = 200;
    m_head.clear();
    m_head.server = serverToken();
    m_head.contentType = m_carriedType.isEmpty() ? settings.types.forUri(uri(), core().defaultType) : m_carriedType;
    m_head.contentLength = facts.size;
    m_head.lastModified = facts.modifiedAt;
    m_head.allowsRanges = true;
    m_head.hasBody = method() != MethodId::Head;
    if (settings.etag) {
        m_head.etag = keep(entityTag(facts));
        m_head.fields.push_back({"ETag", m_head.etag});
    }
    if (!sendHead())
        return;
    if (!m_head.hasBody || m_fileBody->atEnd()) {
        m_fileBody.reset();
        sendBody({}, true);
        return;
    }
    sendFilePieces();
}

// Called again whenever the client has taken enough.
void Exchange::sendFilePieces()
{
    if (m_sendsFile)
        return; // sending a piece may call back at once
    m_sendsFile = true;
    for (int pieces = 0; m_fileBody && m_downstream->queuedBytes() < QueuedBytesHigh; ++pieces) {
        if (pieces == PiecesPerTurnMax) {
            m_continueFile.schedule();
            break;
        }
        FileBody::Shortage shortage;
        Buffer piece = m_fileBody->next(m_context.loop.buffers(), shortage);
        if (piece.isEmpty()) {
            fileFellShort(shortage);
            break;
        }
        const bool last = m_fileBody->atEnd();
        if (last)
            m_fileBody.reset();
        sendBody(std::move(piece), last); // the exchange may end in here, and take the file with it
    }
    m_sendsFile = false;
}

// The head has promised more: only a closed connection tells the client.
void Exchange::fileFellShort(const FileBody::Shortage &shortage)
{
    const QByteArray path = m_fileBody->path();
    m_fileBody.reset();
    if (shortage.error)
        logError(LogLevel::Crit, FileFailure{shortage.error, "pread()"}.logText(path));
    else
        logError(LogLevel::Alert, "pread() read only " + QByteArray::number(shortage.read) + " of "
                                      + QByteArray::number(shortage.wanted) + " from \"" + path + '"');
    m_downstream->abort();
}

// Takes a 200 back when the client has that version already. False: 412 has taken the response's place.
bool Exchange::passConditions()
{
    if (m_head.status != 200 || !m_head.conditional)
        return true;
    const RequestConditions conditions{requestField(HeaderId::IfModifiedSince),
                                       requestField(HeaderId::IfUnmodifiedSince), requestField(HeaderId::IfMatch),
                                       requestField(HeaderId::IfNoneMatch)};
    if (conditions.isEmpty())
        return true;
    switch (evaluateConditions(conditions, {m_head.lastModified, m_head.etag}, settings().files->ifModifiedSince)) {
    case ConditionOutcome::Send: return true;
    case ConditionOutcome::PreconditionFailed:
        m_fileBody.reset();
        m_carried.clear();
        respondError(412);
        if (m_headSent) // as nginx, whose filter ends the request with an error though keep-alive was announced
            m_downstream->disableKeepAlive();
        return false;
    case ConditionOutcome::NotModified: break;
    }
    m_fileBody.reset();
    m_status = m_head.status = 304;
    m_head.statusText = {};
    m_head.contentType = {};
    m_head.contentLength = -1;
    m_head.allowsRanges = false;
    m_head.hasBody = false;
    return true;
}

// Makes a 200 with a file a 206 when parts of it are asked for. False: 416 has taken the response's place.
bool Exchange::passRanges()
{
    const quint32 rangesMax = settings().files->rangesMax;
    if (m_head.status != 200 || !m_head.allowsRanges || rangesMax == 0 || m_request.http09)
        return true;
    const QByteArrayView field = requestField(HeaderId::Range);
    const QByteArrayView version = requestField(HeaderId::IfRange);
    RangeSelection selection;
    if (isBytesRange(field) && (version.isNull() || ifRangeHolds(version, {m_head.lastModified, m_head.etag})))
        selection = parseRanges(field, m_head.contentLength, rangesMax);
    switch (selection.outcome) {
    case RangeSelection::Outcome::Whole: m_head.fields.push_back({"Accept-Ranges", "bytes"}); return true;
    case RangeSelection::Outcome::NotSatisfiable:
        m_fileBody.reset();
        carryFields({"Content-Range", keep(unsatisfiedContentRange(m_head.contentLength))});
        respondError(416);
        return false;
    case RangeSelection::Outcome::Partial: sendPartially(std::move(selection.ranges)); return true;
    }
    Q_UNREACHABLE();
}

// As in nginx, fields that were made for a response whose ranges fail stay with the error that takes its place.
void Exchange::carryFields(const FieldView &last)
{
    m_carried.clear();
    for (const FieldView &field : m_head.fields) {
        if (!equalsIgnoringCase(field.name, last.name))
            m_carried.push_back({keep(field.name), keep(field.value)});
    }
    m_carried.push_back(last);
}

void Exchange::sendPartially(std::vector<ByteRange> ranges)
{
    m_status = m_head.status = 206;
    m_head.statusText = {};
    if (ranges.size() == 1) {
        const ByteRange range = ranges.front();
        m_head.fields.push_back({"Content-Range", keep(contentRange(range, m_head.contentLength))});
        m_head.contentLength = range.length();
        m_fileBody->select(range);
        return;
    }
    const MultipartRanges parts(std::move(ranges), m_head.contentType, m_head.contentLength, ++m_context.tempNumber);
    m_head.contentType = keep(parts.contentType());
    m_head.contentLength = parts.length();
    m_fileBody->select(parts);
}

} // namespace portlight
