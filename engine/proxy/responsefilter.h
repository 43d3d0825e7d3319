// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"
#include "proxy/downstream.h"

namespace portlight {

// A part of a response's body on its way to the client.
struct BodyChain {
    std::vector<Buffer> buffers;
    bool flush = true; // send what there is now
    bool last = false; // the body ends here

    size_t bytes() const;
};

// Sees a response's head once and then its body part by part, and may change both: nginx's header and body filters in
// one object. Filters run in a fixed order before the downstream frames the response. Engine thread; owned by the
// exchange, told to begin anew with every response.
class ResponseFilter
{
public:
    virtual ~ResponseFilter() = default;
    virtual void filterHead(OutgoingHead &head) = 0;
    virtual void filterBody(BodyChain &chain) = 0;
};

// Drops the body where the request or the status allows none: HEAD, 204, 304 (RFC 9110 §6.4.1).
class BodylessFilter final : public ResponseFilter
{
public:
    void filterHead(OutgoingHead &head) override { m_dropsBody = !head.hasBody; }
    void filterBody(BodyChain &chain) override;

private:
    bool m_dropsBody = false;
};

// Keeps the first CapturedBodyBytesMax bytes for the recorder, and counts all of them.
class CaptureFilter final : public ResponseFilter
{
public:
    // Null: nothing is kept, bytes are counted all the same. The detail is the exchange's.
    void begin(ExchangeDetail *detail)
    {
        m_detail = detail;
        m_bytes = 0;
    }
    // What follows is counted only.
    void stopKeeping() { m_detail = nullptr; }
    void filterHead(OutgoingHead &head) override;
    void filterBody(BodyChain &chain) override;
    qint64 bytes() const { return m_bytes; }

private:
    ExchangeDetail *m_detail = nullptr;
    qint64 m_bytes = 0;
};

// Appends to a captured body, within its bound.
void keepBytes(CapturedBody &body, QByteArrayView bytes);

} // namespace portlight
