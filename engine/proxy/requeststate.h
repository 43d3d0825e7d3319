// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "net/bufferpool.h"
#include "proxy/variablevalues.h"

#include <QByteArray>

#include <span>
#include <vector>

namespace portlight {

// What became of a request's URI on its way through the phases (the flags of ngx_http_request_t).
struct UriState {
    static constexpr int ChangesMax = 10; // NGX_HTTP_MAX_URI_CHANGES

    int changesLeft = ChangesMax + 1;
    bool internal = false;       // rewritten or redirected inside: `internal` locations may answer
    bool changed = false;        // a rewrite wants a new location
    bool unparsedValid = true;   // the client's own bytes may still be passed on
    bool locationValid = true;   // the URI begins with the location's prefix
    bool addsUriToAlias = false; // try_files found a file behind an alias in a regex location
    bool quoted = false;         // held percent escapes
    bool errorPage = false;      // an error page is being made: no other, unless recursive_error_pages
    bool intoErrorPage = false;  // a redirect to one is under way
};

// What the last regular expression captured.
class Captures
{
public:
    // `offsets` are pairs into `subject`; ~0 for groups that took no part.
    void set(QByteArrayView subject, std::span<const size_t> offsets);
    void clear() { m_offsets.clear(); }
    // Group 0 is the whole match; null view: no such group.
    QByteArrayView group(size_t number) const;
    size_t count() const { return m_offsets.size() / 2; }

private:
    QByteArray m_subject;
    std::vector<size_t> m_offsets;
};

// A request as the phases see it: its head as it came, and what rewriting made of URI, arguments and method. A part of
// its exchange; reused for one request after another.
class RequestState
{
public:
    const RequestHead &request() const { return m_request; }
    const char *requestBase() const { return m_headBytes.data(); }
    QByteArrayView requestText(WireSpan span) const { return span.in(m_headBytes.data()); }
    // The first field of that id, or of that name for HeaderId::Other.
    QByteArrayView requestField(HeaderId id, QByteArrayView name = {}) const;
    QByteArrayView host() const { return m_host; }  // lower case, no port: $host
    const QByteArray &uri() const { return m_uri; } // normalized: $uri
    QByteArrayView args() const { return m_args; }
    // False where there are none, as against `set $args ""`.
    bool hasArgs() const { return m_hasArgs; }
    // The target as it came, less scheme and authority: $request_uri.
    QByteArrayView unparsedUri() const;
    // An error page is asked for with GET, whatever the client's method was.
    MethodId method() const { return m_method; }
    QByteArrayView methodText() const;

    void setUri(QByteArrayView uri);
    void setArgs(QByteArrayView args); // null: none
    void setMethod(MethodId method) { m_method = method; }
    // $limit_rate: what `set`, a backend or limit_rate asks for, in bytes a second; 0: no limit.
    qint64 limitRate() const { return m_limitRate; }
    // Somebody has asked: limit_rate has no say.
    bool limitRateSet() const { return m_limitRateSet; }
    void setLimitRate(qint64 bytes)
    {
        m_limitRate = bytes;
        m_limitRateSet = true;
    }
    UriState &uriState() { return m_uriState; }
    const UriState &uriState() const { return m_uriState; }
    bool isInternal() const { return m_uriState.internal; }
    Captures &captures() { return m_captures; }
    VariableValues &values() { return m_values; }

protected:
    void resetState();
    // Takes the query as it came.
    void adoptTarget();

    Buffer m_headBytes;
    RequestHead m_request;
    QByteArray m_host;
    QByteArray m_uri;

private:
    QByteArray m_ownArgs;  // once they were changed
    QByteArrayView m_args; // of the head, or of the above
    bool m_hasArgs = false;
    UriState m_uriState;
    qint64 m_limitRate = 0;
    bool m_limitRateSet = false;
    MethodId m_method = MethodId::Get;
    Captures m_captures;
    VariableValues m_values;
};

} // namespace portlight
