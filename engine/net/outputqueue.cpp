// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/outputqueue.h"

namespace portlight {

namespace {
constexpr int PartsMax = 32;
constexpr size_t KeptControlBytesMax = 2048; // a longer head's memory goes back between messages
} // namespace

void OutputQueue::append(Buffer buffer)
{
    if (buffer.isEmpty())
        return;
    m_bodyBytes += buffer.size();
    m_segments.push_back({m_control.size(), std::move(buffer)});
}

int OutputQueue::collect(iovec *parts, int partsMax) const
{
    int count = 0;
    size_t control = m_controlSent;
    const auto addControl = [&](size_t end) {
        if (end > control && count < partsMax)
            parts[count++] = {const_cast<char *>(m_control.data() + control), end - control};
        control = end;
    };
    for (size_t i = m_first; i < m_segments.size() && count + 2 <= partsMax; ++i) {
        const Segment &segment = m_segments[i];
        addControl(segment.controlEnd);
        parts[count++] = {const_cast<char *>(segment.body.data()), segment.body.size()};
        if (i + 1 == m_segments.size())
            addControl(m_control.size());
    }
    if (m_first == m_segments.size())
        addControl(m_control.size());
    return count;
}

void OutputQueue::drop(size_t bytes)
{
    m_bytesWritten += bytes;
    while (bytes > 0) {
        const size_t controlEnd = m_first < m_segments.size() ? m_segments[m_first].controlEnd : m_control.size();
        const size_t controlTaken = qMin(bytes, controlEnd - m_controlSent);
        m_controlSent += controlTaken;
        bytes -= controlTaken;
        if (bytes == 0 || m_first == m_segments.size())
            break;
        Buffer &body = m_segments[m_first].body;
        const auto bodyTaken = quint32(qMin<size_t>(bytes, body.size()));
        body.consume(bodyTaken);
        m_bodyBytes -= bodyTaken;
        bytes -= bodyTaken;
        if (body.isEmpty()) {
            body.release();
            ++m_first;
        }
    }
    if (isEmpty())
        reset();
}

OutputQueue::Flush OutputQueue::flush(Stream &stream, size_t bytesMax)
{
    while (!isEmpty()) {
        if (bytesMax == 0)
            return Flush::Limited;
        iovec parts[PartsMax];
        int count = collect(parts, PartsMax);
        size_t offered = 0;
        for (int i = 0; i < count; ++i) {
            offered += parts[i].iov_len;
            if (offered < bytesMax)
                continue;
            parts[i].iov_len -= offered - bytesMax;
            offered = bytesMax;
            count = i + 1;
        }
        const IoResult result = stream.write(parts, count);
        if (result.status == IoResult::Status::WouldBlock)
            return Flush::Blocked;
        if (result.status != IoResult::Status::Ok) {
            m_error = result.error;
            return Flush::Failed;
        }
        drop(result.bytes);
        bytesMax -= result.bytes;
        if (result.bytes < offered)
            return Flush::Blocked; // a short count means that the kernel's buffer is full
    }
    return Flush::Done;
}

void OutputQueue::reset()
{
    m_segments.clear();
    m_first = 0;
    m_bodyBytes = 0;
    m_controlSent = 0;
    if (m_control.capacity() > KeptControlBytesMax)
        m_control.release();
    else
        m_control.clear();
}

void OutputQueue::clear()
{
    reset();
}

void OutputQueue::releaseMemory()
{
    if (!isEmpty())
        return;
    m_control.release();
    std::vector<Segment>().swap(m_segments);
}

} // namespace portlight
