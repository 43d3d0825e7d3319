// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/framerecord.h"
#include "proxy/proxycontext.h"

namespace portlight {

struct ResponseHead;

// Looks at what passes through one tunnel, and tells the recorder of the frames it finds: of a WebSocket's, or, where
// the 101 names another protocol, of the pieces as they come. The bytes themselves it never touches. Engine thread;
// owned by the proxy handler while its exchange is being recorded, and only then.
class TunnelTap
{
public:
    // `head`: the backend's 101, with its bytes. Times count from `startedAt`.
    TunnelTap(ProxyContext &context, ExchangeId exchange, std::chrono::steady_clock::time_point startedAt,
              const ResponseHead &head, const char *base);

    void feed(bool fromClient, QByteArrayView bytes);
    // Nothing more comes: frames that are not complete are told as far as they came.
    void finish();
    // Frames told so far.
    quint64 count() const { return m_count; }

private:
    struct Direction {
        WebSocketFrameReader reader;
        FrameRecord record; // of the frame under way
        bool isRaw = false; // no frames can be told from one another
    };
    void feedFrames(Direction &direction, QByteArrayView bytes);
    void begin(Direction &direction);
    void end(Direction &direction, bool complete);
    void addRaw(bool fromClient, QByteArrayView bytes);
    void add(FrameRecord record);
    void send();

    ProxyContext &m_context;
    const std::chrono::steady_clock::time_point m_startedAt;
    FrameBatch m_batch; // what one feed() found
    Direction m_fromClient;
    Direction m_fromServer;
    quint64 m_count = 0;
};

} // namespace portlight
