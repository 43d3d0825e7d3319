// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/requestline.h"

#include "http/asciitable.h"
#include "http/authority.h"

namespace portlight {

using Code = HttpProtocolError::Code;

void RequestLine::start()
{
    *this = RequestLine{};
}

ParseStatus RequestLine::read(const char *data, qsizetype end, RequestHead &head, HttpProtocolError &error)
{
    Input in{data, data + m_position, data + end, head, error};
    while (in.p < in.last && m_state != State::Ended && m_state != State::Failed)
        step(in);
    m_position = in.at();
    if (m_state == State::Failed)
        return ParseStatus::Failed;
    return m_state == State::Ended ? ParseStatus::Complete : ParseStatus::NeedMore;
}

void RequestLine::step(Input &in)
{
    switch (m_state) {
    case State::Start: return readStart(in);
    case State::Method: return readMethod(in);
    case State::BeforeTarget: return readBeforeTarget(in);
    case State::Scheme:
    case State::SchemeFirstSlash:
    case State::SchemeSecondSlash: return readScheme(in);
    case State::BeforeAuthority:
    case State::AuthorityStart:
    case State::Authority:
    case State::AuthorityEnd:
    case State::AddressLiteral: return readAuthority(in);
    case State::PortStart:
    case State::Port: return readPort(in);
    case State::Path:
    case State::Query:
    case State::Fragment: return readTarget(in);
    case State::AfterTarget: return readAfterTarget(in);
    case State::Protocol:
    case State::MajorFirst:
    case State::Major: return readVersion(in);
    case State::MinorFirst:
    case State::Minor: return readMinor(in);
    case State::AfterVersion:
    case State::LineFeed: return endLine(in);
    case State::Ended:
    case State::Failed: return;
    }
}

void RequestLine::fail(Input &in, Code code)
{
    m_state = State::Failed;
    in.error.code = code;
    in.error.offset = in.at();
    in.error.status = code == Code::UnsupportedVersion ? 505 : 400;
    if (code == Code::InvalidMethod)
        in.error.message = "client sent invalid method";
    else if (code == Code::UnsupportedVersion)
        in.error.message = "client sent invalid version";
    else if (code == Code::InvalidHost)
        in.error.message = "client sent invalid host in request line";
    else
        in.error.message = "client sent invalid request";
}

void RequestLine::readStart(Input &in)
{
    while (in.p < in.last && (*in.p == '\r' || *in.p == '\n'))
        ++in.p;
    m_lineStart = in.at();
    if (in.p == in.last)
        return;
    in.head.requestLine.offset = in.head.method.offset = quint32(in.at());
    m_state = State::Method;
    if (!ascii::is(*in.p, ascii::MethodByte))
        fail(in, *in.p == 0 ? Code::NulByte : Code::InvalidMethod);
}

void RequestLine::readMethod(Input &in)
{
    while (in.p < in.last && ascii::is(*in.p, ascii::MethodByte))
        ++in.p;
    if (in.p == in.last)
        return;
    if (*in.p != ' ')
        return fail(in, *in.p == 0 ? Code::NulByte : Code::InvalidMethod);
    RequestHead &head = in.head;
    head.method.length = quint32(in.at()) - head.method.offset;
    head.methodId = methodId(head.method.in(in.data));
    // Only CONNECT names a bare authority (RFC 9112 §3.2.3).
    m_state = head.methodId == MethodId::Connect ? State::BeforeAuthority : State::BeforeTarget;
    ++in.p;
}

void RequestLine::readBeforeTarget(Input &in)
{
    while (in.p < in.last && *in.p == ' ')
        ++in.p;
    if (in.p == in.last)
        return;
    in.head.target.offset = quint32(in.at());
    if (*in.p == '/') {
        in.head.path.offset = in.head.target.offset;
        m_state = State::Path;
    } else if (ascii::isAlpha(*in.p)) {
        in.head.absoluteForm = true;
        m_state = State::Scheme;
    } else if (*in.p == '*' && in.head.method.in(in.data) == QByteArrayView("PRI")) {
        fail(in, Code::InvalidHttp2Preface);
    } else {
        fail(in, *in.p == 0 ? Code::NulByte : Code::InvalidRequestLine); // "*" too: nginx has no asterisk form
    }
}

void RequestLine::readScheme(Input &in)
{
    const char c = *in.p;
    bool good = c == '/';
    if (m_state == State::Scheme) {
        good = ascii::isAlpha(c) || ascii::isDigit(c) || c == '+' || c == '-' || c == '.' || c == ':';
        if (c == ':') {
            // No path may follow the authority: then the "/" of "://" stands for it, so that a span can point at one.
            in.head.path = {quint32(in.at() + 1), 1};
            m_state = State::SchemeFirstSlash;
        }
    } else if (m_state == State::SchemeFirstSlash) {
        m_state = State::SchemeSecondSlash;
    } else {
        m_state = State::AuthorityStart;
    }
    if (!good)
        return fail(in, Code::InvalidRequestLine);
    ++in.p;
}

void RequestLine::readAuthority(Input &in)
{
    if (m_state == State::BeforeAuthority) {
        while (in.p < in.last && *in.p == ' ')
            ++in.p;
        if (in.p == in.last)
            return;
        in.head.target.offset = quint32(in.at());
        m_state = State::AuthorityStart;
    }
    if (m_state == State::AuthorityStart) {
        in.head.authority.offset = quint32(in.at());
        m_state = *in.p == '[' ? State::AddressLiteral : State::Authority;
        in.p += *in.p == '[';
    }
    if (m_state == State::AddressLiteral) {
        while (in.p < in.last
               && ((ascii::is(*in.p, ascii::RegNameByte) && *in.p != '%') || *in.p == ':' || *in.p == '.'))
            ++in.p;
        if (in.p < in.last) {
            if (*in.p != ']')
                return fail(in, Code::InvalidRequestLine);
            m_state = State::AuthorityEnd;
            ++in.p;
        }
        return;
    }
    if (m_state == State::Authority) {
        while (in.p < in.last && (ascii::is(*in.p, ascii::PlainNameByte) || *in.p == '.'))
            ++in.p;
        if (in.p == in.last)
            return;
    }
    if (*in.p != ':')
        return endAuthority(in);
    m_state = State::PortStart;
    ++in.p;
}

void RequestLine::readPort(Input &in)
{
    const bool connect = in.head.methodId == MethodId::Connect;
    if (m_state == State::PortStart && connect && !ascii::isDigit(*in.p))
        return fail(in, Code::InvalidRequestLine);
    m_state = State::Port;
    while (in.p < in.last && ascii::isDigit(*in.p))
        ++in.p;
    if (in.p == in.last)
        return;
    if (!connect)
        return endAuthority(in);
    if (*in.p != ' ')
        return fail(in, Code::InvalidRequestLine);
    in.head.authority.length = in.head.target.length = quint32(in.at()) - in.head.target.offset;
    in.head.pathImplied = true;
    m_state = State::AfterTarget;
    ++in.p;
}

// Behind the authority of an absolute form: a path, a query, or nothing.
void RequestLine::endAuthority(Input &in)
{
    RequestHead &head = in.head;
    head.authority.length = quint32(in.at()) - head.authority.offset;
    if (head.methodId == MethodId::Connect)
        return fail(in, Code::InvalidRequestLine); // the port is not optional
    switch (*in.p) {
    case '/':
        head.path = {quint32(in.at()), 0};
        m_state = State::Path;
        return;
    case '?':
        head.pathImplied = true;
        head.hasQuery = true;
        head.query.offset = quint32(in.at() + 1);
        m_state = State::Query;
        ++in.p;
        return;
    case ' ':
        head.pathImplied = true;
        head.target.length = quint32(in.at()) - head.target.offset;
        m_state = State::AfterTarget;
        ++in.p;
        return;
    default: fail(in, Code::InvalidRequestLine);
    }
}

void RequestLine::readTarget(Input &in)
{
    for (;;) {
        while (in.p < in.last && ascii::is(*in.p, ascii::TargetByte))
            ++in.p;
        if (in.p == in.last)
            return;
        if (*in.p != '?' && *in.p != '#')
            break;
        if (*in.p == '#') {
            endPathOrQuery(in);
            m_state = State::Fragment; // nginx accepts a fragment and leaves it out of path and query
        } else if (m_state == State::Path) {
            endPathOrQuery(in);
            in.head.hasQuery = true;
            in.head.query.offset = quint32(in.at() + 1);
            m_state = State::Query;
        }
        ++in.p;
    }
    const char c = *in.p;
    if (c != ' ' && c != '\r' && c != '\n')
        return fail(in, c == 0 ? Code::NulByte : Code::InvalidRequestLine);
    endPathOrQuery(in);
    in.head.target.length = quint32(in.at()) - in.head.target.offset;
    m_state = State::AfterTarget;
}

void RequestLine::endPathOrQuery(Input &in)
{
    if (m_state == State::Path)
        in.head.path.length = quint32(in.at()) - in.head.path.offset;
    else if (m_state == State::Query)
        in.head.query.length = quint32(in.at()) - in.head.query.offset;
}

void RequestLine::readAfterTarget(Input &in)
{
    while (in.p < in.last && *in.p == ' ')
        ++in.p;
    if (in.p == in.last)
        return;
    if (*in.p == 'H') {
        m_state = State::Protocol;
        m_protocolBytes = 0;
        return;
    }
    in.head.http09 = true;
    endLine(in);
}

void RequestLine::readVersion(Input &in)
{
    static constexpr char protocol[] = "HTTP/";
    const char c = *in.p;
    if (m_state == State::Protocol) {
        if (c != protocol[m_protocolBytes])
            return fail(in, Code::InvalidRequestLine);
        if (c == '/') {
            // As with an implied path: the span points at a "/" of the line itself.
            if (in.head.methodId == MethodId::Connect)
                in.head.path = {quint32(in.at()), 1};
            m_state = State::MajorFirst;
        }
        ++m_protocolBytes;
    } else if (m_state == State::Major && c == '.') {
        m_state = State::MinorFirst;
    } else {
        if (!ascii::isDigit(c) || (m_state == State::MajorFirst && c == '0'))
            return fail(in, Code::InvalidRequestLine);
        m_major = m_major * 10 + (c - '0');
        m_state = State::Major;
        if (m_major > 1)
            return fail(in, Code::UnsupportedVersion);
    }
    ++in.p;
}

void RequestLine::readMinor(Input &in)
{
    const char c = *in.p;
    if (m_state == State::Minor && (c == ' ' || c == '\r' || c == '\n')) {
        m_state = State::AfterVersion;
        return;
    }
    if (!ascii::isDigit(c) || m_minor > 99)
        return fail(in, Code::InvalidRequestLine);
    m_minor = m_minor * 10 + (c - '0');
    m_state = State::Minor;
    ++in.p;
}

void RequestLine::endLine(Input &in)
{
    if (m_state != State::LineFeed) {
        while (in.p < in.last && *in.p == ' ')
            ++in.p;
        if (in.p == in.last)
            return;
        in.head.requestLine.length = quint32(in.at()) - in.head.requestLine.offset;
        if (*in.p == '\r') {
            m_state = State::LineFeed;
            ++in.p;
            return;
        }
    }
    if (*in.p != '\n') {
        const bool afterCr = m_state == State::LineFeed;
        return fail(in, *in.p == 0 ? Code::NulByte : afterCr ? Code::BareCr : Code::InvalidRequestLine);
    }
    finish(in);
}

void RequestLine::finish(Input &in)
{
    RequestHead &head = in.head;
    if (head.http09) {
        head.version = {0, 9};
        if (head.methodId != MethodId::Get) {
            fail(in, Code::InvalidRequestLine);
            in.error.message = "client sent invalid method in HTTP/0.9 request";
            return;
        }
    } else {
        constexpr int minorMax = 255; // as much as HttpVersion tells apart; three digits are allowed
        head.version = {1, quint8(std::min(m_minor, minorMax))};
    }
    if (head.absoluteForm || head.methodId == MethodId::Connect) {
        if (!isValidAuthority(head.authority.in(in.data)))
            return fail(in, Code::InvalidHost);
        head.host = head.authority;
    }
    ++in.p;
    m_state = State::Ended;
}

} // namespace portlight
