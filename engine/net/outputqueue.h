// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"
#include "net/bufferpool.h"
#include "net/stream.h"

#include <vector>

namespace portlight {

// What waits to be written to one stream: control bytes (heads, chunk lines) and bodies, in order, sent with as few
// system calls as they allow. Engine thread; owned by a connection.
class OutputQueue
{
public:
    enum class Flush : quint8 {
        Done,    // nothing waits
        Blocked, // the stream takes no more now
        Failed,
        Limited, // as many bytes as were allowed are out, others wait
    };

    // Appends control bytes with `write(WireBuffer &)`-style use: take the buffer, append, done.
    WireBuffer &control() { return m_control; }
    // Takes a body's bytes over; an empty buffer is given back at once.
    void append(Buffer buffer);

    bool isEmpty() const { return m_bodyBytes == 0 && m_control.size() == m_controlSent; }
    // Bytes not yet with the kernel.
    size_t bytes() const { return m_bodyBytes + m_control.size() - m_controlSent; }
    // All bytes that flush() has handed to the kernel.
    quint64 bytesWritten() const { return m_bytesWritten; }
    // Writes what the stream takes, at most `bytesMax`. After Blocked, call again on streamWritable(); after Failed see
    // error().
    Flush flush(Stream &stream, size_t bytesMax = SIZE_MAX);
    int error() const { return m_error; }
    void clear();
    // Gives memory back while nothing waits.
    void releaseMemory();

private:
    // A run of control bytes (up to controlEnd) and the body behind it.
    struct Segment {
        size_t controlEnd = 0;
        Buffer body;
    };
    int collect(iovec *parts, int partsMax) const;
    void drop(size_t bytes);
    void reset();

    WireBuffer m_control;
    size_t m_controlSent = 0;
    std::vector<Segment> m_segments;
    size_t m_first = 0;
    size_t m_bodyBytes = 0;
    quint64 m_bytesWritten = 0;
    int m_error = 0;
};

} // namespace portlight
