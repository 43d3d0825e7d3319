// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/responsefilter.h"

namespace portlight {

size_t BodyChain::bytes() const
{
    size_t total = 0;
    for (const Buffer &buffer : buffers)
        total += buffer.size();
    return total;
}

void BodylessFilter::filterBody(BodyChain &chain)
{
    if (m_dropsBody)
        chain.buffers.clear();
}

void CaptureFilter::filterHead(OutgoingHead &head)
{
    if (!m_detail)
        return;
    const qsizetype end = head.contentType.indexOf(';');
    const QByteArrayView mediaType = end < 0 ? head.contentType : head.contentType.first(end);
    m_detail->summary.contentType = mediaType.trimmed().toByteArray();
}

void CaptureFilter::filterBody(BodyChain &chain)
{
    for (const Buffer &buffer : chain.buffers) {
        m_bytes += buffer.size();
        if (m_detail)
            keepBytes(m_detail->responseBody, {buffer.data(), qsizetype(buffer.size())});
    }
}

void keepBytes(CapturedBody &body, QByteArrayView bytes)
{
    body.totalBytes += bytes.size();
    const qsizetype room = CapturedBodyBytesMax - body.bytes.size();
    if (room > 0)
        body.bytes.append(bytes.first(qMin<qsizetype>(room, bytes.size())));
}

} // namespace portlight
