// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "http/parser.h"
#include "net/outputqueue.h"

namespace portlight {

// What an upstream run has to know of the protocol that its backend speaks: HTTP/1 now; HTTP/2, FastCGI and gRPC are to
// come. Sans-I/O. Engine thread; owned by the run.
class UpstreamCodec
{
public:
    enum class HeadStatus : quint8 { NeedMore, Complete, Failed };
    enum class BodyStatus : quint8 { More, Ended, Failed };

    virtual ~UpstreamCodec() = default;
    // Forgets the exchange before.
    virtual void reset(MethodId method, quint32 headBytesMax) = 0;
    // Frames a part of the request's body; `last` ends it.
    virtual void encodeBody(OutputQueue &out, Buffer data, bool last) = 0;
    // Reads the response's head from `in`, skipping interim responses; the head's bytes stay in `in` until consumeHead.
    virtual HeadStatus decodeHead(Buffer &in) = 0;
    virtual const ResponseHead &head() const = 0;
    virtual qsizetype headSize() const = 0;
    // Drops the head's bytes: head()'s offsets mean nothing afterwards.
    virtual void consumeHead(Buffer &in) = 0;
    // Unwraps body bytes in place: afterwards `in` holds payload only.
    virtual BodyStatus decodeBody(Buffer &in) = 0;
    // Payload that the framing says is still to come: BodyDecoder::owed().
    virtual qint64 bodyOwed() const = 0;
    // The backend closed: true when the body is whole.
    virtual bool finishAtClose() = 0;
    // From now on bytes pass as they are, both ways.
    virtual void switchToTunnel() = 0;
    virtual QByteArrayView trailerLines() const = 0;
    // True when nothing stands in the way of another request on this connection.
    virtual bool canReuse() const = 0;
    virtual const HttpProtocolError &error() const = 0;
    // Bytes came behind the end of the message.
    virtual bool hasExcess() const = 0;
};

} // namespace portlight
