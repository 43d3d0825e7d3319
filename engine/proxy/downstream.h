// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "net/bufferpool.h"
#include "net/socketaddress.h"

#include <chrono>
#include <optional>
#include <vector>

struct ssl_st;

namespace portlight {

// One field to be sent, as views that are valid during the call that passes them.
struct FieldView {
    QByteArrayView name;
    QByteArrayView value;
};

// A response's head before a protocol has framed it.
struct OutgoingHead {
    int status = 200;
    QByteArrayView statusText;  // "200 OK" as a backend wrote it; empty: the number and its known phrase
    QByteArrayView server;      // value of the Server field; null: among the fields
    bool ownDate = true;        // false: Date is among the fields
    QByteArrayView contentType; // sent in front of the other fields; empty: none
    QByteArrayView location;    // a Location of our own making
    qint64 contentLength = -1;  // -1: unknown
    bool hasBody = true;        // false: HEAD, 204, 304
    bool hasTrailers = false;   // fields are to follow the body: add_trailer
    bool conditional = true;    // a 200 may become 304 or 412 as the request asks; not what a backend has answered
    bool allowsRanges = false;  // a 200 may become 206 or 416
    std::optional<qint64> lastModified; // seconds since 1970, of the content
    QByteArrayView etag;                // the value of the ETag among the fields
    std::vector<FieldView> fields;

    // The date to be sent as Last-Modified besides the fields: where the status has one and they do not.
    std::optional<qint64> impliedLastModified() const;
    void clear()
    {
        *this = OutgoingHead{.fields = std::move(fields)};
        fields.clear();
    }
};

// What a connection knows of the exchange under way, for variables and logs.
struct ConnectionFacts {
    std::chrono::steady_clock::time_point openedAt;     // the connection
    std::chrono::steady_clock::time_point requestBegan; // the first byte of this request
    qint64 headBytes = 0;                               // of the response's head, once it has been made
    int descriptor = -1;                                // of the socket, -1 once it is closed
    const ssl_st *tls = nullptr;                        // OpenSSL's SSL; null: plain, or closed
    bool secured = false;                               // came by TLS, for $https and $scheme: also when closed
    bool chunked = false;                               // the response goes out in chunks
    bool keepAlive = false;                             // another request may follow
    bool pipelined = false;                             // the request came together with the one before
};

// The client's side of an exchange, whatever the protocol version. Engine thread; outlives its exchange. All calls
// return at once; what cannot be written yet is queued, and the exchange is told when the queue has drained.
class Downstream
{
public:
    virtual ~Downstream() = default;

    virtual void sendContinue() = 0; // 100 Continue
    virtual void sendHead(const OutgoingHead &head) = 0;
    // A part of the body; `last` ends the response, with trailer field lines (each with CRLF) where the protocol has
    // them.
    virtual void sendBody(Buffer data, bool last, QByteArrayView trailerLines = {}) = 0;
    virtual void flush() = 0;
    virtual size_t queuedBytes() const = 0;
    // Of this response, head included: so many bytes a second behind the first `freeBytes` (limit_rate). 0: no limit.
    virtual void limitRate(qint64 bytesPerSecond, qint64 freeBytes) = 0;
    // The exchange is told when no more than so many bytes wait; of this response.
    virtual void setDrainMark(size_t bytes) = 0;

    // The request's body is wanted: it comes as Exchange::requestBodyReceived until paused.
    virtual void readBody() = 0;
    virtual void pauseBody() = 0;
    // What has come behind the head and was not delivered yet: the body, as framed, and whatever follows it.
    virtual size_t bytesBehindHead() const = 0;
    // Bytes pass as they are from now on, both ways; `last` shuts the write side only.
    virtual void switchToTunnel() = 0;
    // The response cannot be completed: the client must be able to tell.
    virtual void abort() = 0;
    // The response is complete and handed over; or nothing will be sent. The exchange is released soon after.
    virtual void exchangeEnded() = 0;
    // No further exchange on this connection.
    virtual void disableKeepAlive() = 0;
    // Bytes of this response that the kernel has taken.
    virtual quint64 bytesSent() const = 0;

    // Facts of the connection.
    virtual ConnectionFacts facts() const = 0;
    virtual quint64 connectionId() const = 0;
    virtual quint64 requestNumber() const = 0;
    virtual const SocketAddress &clientAddress() const = 0;
    virtual const SocketAddress &localAddress() const = 0;
    virtual QByteArrayView clientHost() const = 0;    // "127.0.0.1"
    virtual QByteArrayView tlsServerName() const = 0; // that chose the server by SNI, in lower case; empty: none did
    virtual bool spokePlainToTls() const = 0;         // no TLS on a listener that has it
    virtual QByteArrayView lastHead() const = 0;      // the head as serialized, for capture
};

} // namespace portlight
