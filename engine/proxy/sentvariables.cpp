// SPDX-License-Identifier: GPL-3.0-or-later
// Variables of the response (ngx_http_variables.c).
#include "proxy/exchange.h"
#include "proxy/responsevariables.h"
#include "proxy/variablenumbers.h"

#include "http/fieldtext.h"
#include "http/serializer.h"

namespace portlight {

namespace {

// Fields of one name are joined, as $http_name joins those of the request; before 1.23 nginx took the first, but for
// Cache-Control and Link.
class JoinedFields
{
public:
    JoinedFields(const VariableRef &variable, const Exchange &exchange, WireBuffer &out)
        : m_variable(variable)
        , m_out(out)
        , m_joins(exchange.config().version >= NginxVersion{1, 23, 0} || variable.header == HeaderId::CacheControl
                  || variable.header == HeaderId::Link)
    {}

    void add(QByteArrayView name, QByteArrayView value)
    {
        if ((found && !m_joins) || !isFieldOfVariable(name, m_variable.text))
            return;
        if (found)
            m_out.append(QByteArrayView(", "));
        found = true;
        m_out.append(value);
    }

    bool found = false;

private:
    const VariableRef &m_variable;
    WireBuffer &m_out;
    const bool m_joins;
};

bool appendNonEmpty(QByteArrayView value, WireBuffer &out)
{
    out.append(value);
    return !value.isEmpty();
}

// By the time a request is logged nginx has forgotten that its connection stays.
bool staysOpen(const Exchange &exchange)
{
    return exchange.isRunning() && exchange.downstream().facts().keepAlive;
}

bool appendConnectionField(const Exchange &exchange, WireBuffer &out)
{
    out.append(exchange.status() == 101 ? QByteArrayView("upgrade")
               : staysOpen(exchange)    ? QByteArrayView("keep-alive")
                                        : QByteArrayView("close"));
    return true;
}

bool appendKeepAliveField(const Exchange &exchange, WireBuffer &out)
{
    const auto seconds = exchange.core().keepaliveTimeoutHeader.count();
    if (!staysOpen(exchange) || seconds <= 0)
        return false;
    out.append(QByteArrayView("timeout="));
    out.appendNumber(quint64(seconds));
    return true;
}

// The path of a redirect becomes a URL when the head is made: until then it is the path.
bool appendLocation(QByteArrayView url, const Exchange &exchange, WireBuffer &out)
{
    const bool made = exchange.downstream().facts().headBytes > 0;
    const qsizetype path = made ? 0 : url.indexOf('/', url.indexOf("://") + 3);
    return appendNonEmpty(url.sliced(qMax(path, qsizetype(0))), out);
}

bool appendSentField(const VariableRef &variable, Exchange &exchange, WireBuffer &out)
{
    const OutgoingHead &head = exchange.responseHead();
    switch (variable.header) {
    case HeaderId::Connection: return appendConnectionField(exchange, out);
    case HeaderId::KeepAlive: return appendKeepAliveField(exchange, out);
    case HeaderId::ContentType: return appendNonEmpty(head.contentType, out);
    case HeaderId::ContentLength:
        if (head.contentLength < 0 || exchange.downstream().facts().chunked)
            return false;
        out.appendNumber(quint64(head.contentLength));
        return true;
    case HeaderId::TransferEncoding: return exchange.downstream().facts().chunked && appendNonEmpty("chunked", out);
    case HeaderId::LastModified:
        if (const auto modified = head.impliedLastModified()) {
            char date[30];
            formatHttpDate(std::chrono::system_clock::time_point(std::chrono::seconds(*modified)), date);
            return appendNonEmpty(date, out);
        }
        break;
    case HeaderId::Location:
        if (!head.location.isEmpty())
            return appendLocation(head.location, exchange, out);
        break;
    default: break;
    }
    JoinedFields joined(variable, exchange, out);
    for (const FieldView &field : head.fields)
        joined.add(field.name, field.value);
    return joined.found;
}

bool appendTrailer(const VariableRef &variable, Exchange &exchange, WireBuffer &out)
{
    JoinedFields joined(variable, exchange, out);
    FieldText lines(exchange.sentTrailers());
    for (QByteArrayView name, value; lines.next(name, value);)
        joined.add(name, value);
    return joined.found;
}

} // namespace

void appendStatus(const Exchange &exchange, WireBuffer &out)
{
    const int status = exchange.status() ? exchange.status() : exchange.request().http09 ? 9 : 0;
    for (const int unit : {100, 10, 1})
        out.append(char('0' + status / unit % 10));
}

std::optional<bool> appendSentVariable(const VariableRef &variable, Exchange &exchange, WireBuffer &out)
{
    switch (variable.id) {
    case VariableId::SentNamed: return appendSentField(variable, exchange, out);
    case VariableId::SentTrailerNamed: return appendTrailer(variable, exchange, out);
    default: return std::nullopt;
    }
}

std::optional<bool> appendAnswerVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    switch (id) {
    case VariableId::BodyBytesSent: out.appendNumber(quint64(exchange.bodyBytesSent())); return true;
    case VariableId::BytesSent: out.appendNumber(exchange.bytesSent()); return true;
    case VariableId::RequestCompletion:
        out.append(exchange.isComplete() ? QByteArrayView("OK") : QByteArrayView());
        return true;
    case VariableId::RequestLength: out.appendNumber(quint64(exchange.requestBytesReceived())); return true;
    case VariableId::RequestTime: appendSeconds(out, exchange.elapsedMs()); return true;
    case VariableId::Status: appendStatus(exchange, out); return true;
    default: return std::nullopt;
    }
}

} // namespace portlight
