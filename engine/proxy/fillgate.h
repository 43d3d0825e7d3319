// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace portlight {

// Which part of a buffered response may go on to the client: nginx passes on a buffer once it is full, or once it holds
// what the framing still owes (ngx_event_pipe_read_upstream). So an event stream without a length comes in clumps of
// proxy_buffer_size, while each whole chunk of a chunked one passes at once. Sans-I/O; owned by the response's flow.
class FillGate
{
public:
    // Where the framing does not tell (a body that ends with the connection).
    static constexpr qint64 Unknown = -1;
    // What comes at once from this size on passes with its last, partly filled buffer, which nginx would hold: to cut
    // it off would cost a copy with each read of a fast backend.
    static constexpr qint64 WholeBytes = 32 * 1024;

    // `firstBytes`: what proxy_buffer_size leaves behind the head; `eachBytes`: one of proxy_buffers. `owed`: payload
    // that the framing announces, 1 for chunks of unknown size.
    void begin(qint64 firstBytes, qint64 eachBytes, qint64 owed);
    // So many bytes of payload came; `owed` more are due behind them: the rest of the body, or of the chunk, at least 1
    // between two chunks. Tells how many may pass now, of those that came before and were held too.
    qint64 arrived(qint64 bytes, qint64 owed);
    qint64 heldBytes() const { return m_held; }

private:
    qint64 m_held = 0;
    qint64 m_room = 0; // of the buffer that is being filled, m_held included
    qint64 m_each = 0;
    qint64 m_owed = Unknown; // counted from the first byte that is held
};

} // namespace portlight
