// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <vector>

namespace portlight {

// Bytes inside a buffer that somebody else owns.
struct WireSpan {
    quint32 offset = 0;
    quint32 length = 0;

    bool isEmpty() const { return length == 0; }
    QByteArrayView in(const char *base) const { return {base + offset, qsizetype(length)}; }
};

struct HttpVersion {
    quint8 major = 1;
    quint8 minor = 1;
    friend constexpr auto operator<=>(const HttpVersion &, const HttpVersion &) = default;
};

// Fields that the proxy itself looks at; all others are Other.
enum class HeaderId : quint8 {
    Other,
    Host,
    Connection,
    KeepAlive,
    ProxyConnection,
    TransferEncoding,
    Te,
    Trailer,
    Upgrade,
    ContentLength,
    Expect,
    ContentType,
    Accept,
    UserAgent,
    Referer,
    Cookie,
    Authorization,
    XForwardedFor,
    Date,
    Server,
    Location,
    Refresh,
    SetCookie,
    XAccelExpires,
    XAccelRedirect,
    XAccelLimitRate,
    XAccelBuffering,
    XAccelCharset,
    XPad,
    LastModified,
    ETag,
    CacheControl,
    Expires,
    Range,
    IfRange,
    IfModifiedSince,
    IfUnmodifiedSince,
    IfMatch,
    IfNoneMatch,
    AcceptRanges,
    ContentRange,
    ContentEncoding,
    AcceptEncoding,
    Vary,
    WwwAuthenticate,
    Link,
    ProxyAuthorization,
};

// The id of a field name, in any case.
HeaderId headerId(QByteArrayView name);
// Case-insensitive comparison of ASCII.
bool equalsIgnoringCase(QByteArrayView a, QByteArrayView b);
// True when the comma-separated list `value` holds `token`, in any case (RFC 9110 §5.6.1).
bool listContainsToken(QByteArrayView value, QByteArrayView token);

struct HeaderField {
    WireSpan name;  // as written
    WireSpan value; // without surrounding white space
    HeaderId id = HeaderId::Other;
    bool named = false;   // a Connection header of the message names it: it concerns this hop only
    bool invalid = false; // a name that ignore_invalid_headers drops
};

enum class MethodId : quint8 { Other, Get, Head, Post, Put, Delete, Connect, Options, Trace, Patch };
MethodId methodId(QByteArrayView name);

// How the end of a body is known (RFC 9112 §6.3).
enum class BodyKind : quint8 { None, Length, Chunked, UntilClose };
struct BodyFraming {
    BodyKind kind = BodyKind::None;
    qint64 length = 0; // of Length
    friend bool operator==(const BodyFraming &, const BodyFraming &) = default;
};

// The head of a request as offsets into the receive buffer.
struct RequestHead {
    WireSpan requestLine; // without the line end
    WireSpan method;
    WireSpan target;      // as written
    WireSpan path;        // of target, without query, as written; "/" may be implied by absolute form ("http://a")
    WireSpan query;       // behind '?', without it
    WireSpan authority;   // of an absolute-form target: "host:port"
    WireSpan host;        // the value that counts: authority of the target, else the Host field (with port)
    quint32 linesEnd = 0; // behind the last line that was read whole
    bool hasQuery = false;
    bool absoluteForm = false;
    bool pathImplied = false;
    MethodId methodId = MethodId::Other;
    HttpVersion version;
    bool http09 = false;
    std::vector<HeaderField> fields;
    BodyFraming body;      // None, Length or Chunked
    bool keepAlive = true; // by version and Connection
    bool expectContinue = false;
    bool hasUpgrade = false;
    void clear();
};

// The head of a response as offsets into the receive buffer.
struct ResponseHead {
    HttpVersion version;
    int status = 0;
    WireSpan statusLine;
    WireSpan reason;
    std::vector<HeaderField> fields;
    qint64 contentLength = -1;
    bool chunked = false;
    bool keepAlive = true;
    bool hasUpgrade = false;
    bool http09 = false; // no status line: nginx takes the bytes as a body
    void clear();
    bool isInterim() const { return status >= 100 && status < 200 && status != 101; }
    // How the body ends, given what was asked for (RFC 9112 §6.3).
    BodyFraming framing(MethodId requestMethod) const;
};

// "OK" for 200; empty for an unknown status. nginx's wording where it differs ("Moved Temporarily" for 302).
QByteArrayView reasonPhrase(int status);

} // namespace portlight
