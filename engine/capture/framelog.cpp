// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/framelog.h"

#include <numeric>

namespace portlight {

QByteArray framePayload(const FrameRecord &record)
{
    if (record.frame.compressed)
        return record.inflated;
    return record.frame.masked ? unmasked(record.bytes, record.frame.mask) : record.bytes;
}

qint64 FrameBatch::storedBytes() const
{
    return std::accumulate(frames.begin(), frames.end(), qint64(0),
                           [](qint64 sum, const FrameRecord &record) { return sum + record.storedBytes(); });
}

FrameLog::FrameLog(const WebSocketExtensions &extensions, size_t framesMax, qint64 bytesMax)
    : m_extensions(extensions)
    , m_framesMax(framesMax)
    , m_bytesMax(bytesMax)
{
    Q_ASSERT(framesMax > 0);
}

void FrameLog::append(FrameRecord record)
{
    Q_ASSERT(record.number > m_seen);
    m_seen = record.number;
    m_bytes += record.storedBytes();
    m_frames.push_back(std::move(record));
    while (m_frames.size() > m_framesMax || m_bytes > m_bytesMax)
        dropOldest();
}

std::vector<FrameRecord> FrameLog::view()
{
    while (m_inflatedFrames < m_frames.size()) {
        FrameRecord &record = m_frames[m_inflatedFrames++];
        m_bytes -= record.storedBytes();
        inflate(record);
        m_bytes += record.storedBytes();
        while (m_bytes > m_bytesMax)
            dropOldest();
    }
    return {m_frames.begin(), m_frames.end()};
}

qint64 FrameLog::storedBytes() const
{
    return m_bytes + (int(m_fromClient.has_value()) + int(m_fromServer.has_value())) * WebSocketInflater::MemoryBytes;
}

void FrameLog::dropOldest()
{
    if (m_inflatedFrames == 0)
        inflate(m_frames.front()); // later ones may refer to it
    else
        --m_inflatedFrames;
    m_bytes -= m_frames.front().storedBytes();
    m_frames.pop_front();
}

// Called for one frame after another, in their order.
void FrameLog::inflate(FrameRecord &record)
{
    if (record.number != m_inflatedUpTo + 1) {
        if (m_fromClient)
            m_fromClient->loseContext();
        if (m_fromServer)
            m_fromServer->loseContext();
    }
    m_inflatedUpTo = record.number;
    if (!record.frame.compressed)
        return;
    const QByteArray plain = record.frame.masked ? unmasked(record.bytes, record.frame.mask) : record.bytes;
    const bool whole = record.complete && !record.truncated();
    WebSocketInflater::Inflated made =
        inflaterOf(record)->inflate({plain, whole, record.frame.startsMessage, record.frame.fin});
    record.inflation = made.outcome;
    if (made.bytes.size() > InflatedFrameBytesMax) {
        made.bytes.resize(InflatedFrameBytesMax);
        if (made.outcome == WebSocketInflater::Outcome::Whole)
            record.inflation = WebSocketInflater::Outcome::Partial;
    }
    made.bytes.squeeze();
    record.inflated = std::move(made.bytes);
}

std::optional<WebSocketInflater> &FrameLog::inflaterOf(const FrameRecord &record)
{
    std::optional<WebSocketInflater> &inflater = record.fromClient ? m_fromClient : m_fromServer;
    if (!inflater)
        inflater.emplace(record.fromClient ? m_extensions.clientKeepsContext : m_extensions.serverKeepsContext);
    return inflater;
}

} // namespace portlight
