// SPDX-License-Identifier: GPL-3.0-or-later
// Responses that the proxy makes itself: errors, redirects, texts, explaining pages.
#include "proxy/exchange.h"

#include "config/values.h"
#include "proxy/errorpages.h"
#include "proxy/headersfilter.h"
#include "proxy/localpages.h"
#include "proxy/tlsrequestchecks.h"

#include <algorithm>
#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// The errors after which nginx closes the connection (ngx_http_special_response_handler).
bool endsKeepAlive(int status)
{
    return status == 400 || status == 413 || status == 414 || (status >= 495 && status <= 497) || status == 500
           || status == 501;
}

bool wantsPadding(QByteArrayView userAgent)
{
    const bool opera = userAgent.indexOf("Opera") >= 0;
    return (userAgent.indexOf("MSIE ") >= 0 && !opera) || userAgent.indexOf("Chrome/") >= 0;
}

QList<std::pair<QString, QString>> pageFacts(const FailureFacts &facts)
{
    QList<std::pair<QString, QString>> list;
    const auto add = [&list](const QString &name, const QString &value) {
        if (!value.isEmpty())
            list.emplaceBack(name, value);
    };
    add(u"Backend"_s, QString::fromUtf8(facts.peer));
    add(u"Failed while"_s, facts.phase);
    add(u"The system says"_s, facts.system);
    if (facts.bytesSeen > 0)
        add(u"Bytes received"_s, QString::number(facts.bytesSeen));
    add(u"Look at"_s, facts.origin);
    add(u"Directive"_s, QString::fromUtf8(facts.directive));
    return list + facts.obstacles;
}

QString pageTitle(int status, const QString &domain)
{
    switch (status) {
    case 413: return u"The request is larger than %1 takes"_s.arg(domain);
    case 503: return u"%1 cannot answer right now"_s.arg(domain);
    case 504: return u"The backend of %1 took too long"_s.arg(domain);
    case 508: return u"%1 leads back to itself"_s.arg(domain);
    default: return u"The backend of %1 gave no answer"_s.arg(domain);
    }
}

} // namespace

// In front of the phases: nginx does not keep such a connection.
void Exchange::refuse(const TlsRefusal &refusal)
{
    logError(LogLevel::Info, refusal.logText);
    m_downstream->disableKeepAlive();
    respondError(refusal.status);
}

// ngx_http_special_response_handler.
void Exchange::respondError(int status)
{
    if (m_headSent)
        return;
    m_errStatus = status;
    if (endsKeepAlive(status))
        m_downstream->disableKeepAlive();
    if (!respondErrorPage(status))
        respondOwnPage(status);
}

// ngx_http_send_error_page. False: the location has no page for that status.
bool Exchange::respondErrorPage(int status)
{
    UriState &state = uriState();
    const ErrorPageSettings &pages = *settings().errorPages;
    if (state.errorPage || pages.rules.empty() || state.changesLeft == 0)
        return false;
    state.errorPage = !pages.recursive;
    const ErrorPageRule *rule = pages.ruleFor(status);
    if (!rule)
        return false;
    if (rule->overwrite >= 0)
        m_errStatus = rule->overwrite;
    const QByteArray target = rule->target.evaluated(*this);
    decide(Decision::Step::Redirect, QString::fromUtf8(target), u"error_page of status %1"_s.arg(status),
           rule->position);
    if (target.startsWith('/') && method() != MethodId::Head)
        setMethod(MethodId::Get);
    if (target.startsWith('/') && !target.contains('?')) { // no arguments, not empty ones
        internalRedirect(target, {});
        return true;
    }
    if (redirectInside(target))
        return true;
    const int code = rule->overwrite;
    const bool isRedirect = code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
    m_errStatus = isRedirect ? code : 302;
    m_locationValue = QByteArray("", 0) + target; // never null
    respondText(m_errStatus, "text/html", errorPage(m_errStatus, serverToken(), false), m_locationValue);
    return true;
}

void Exchange::respondOwnPage(int status)
{
    // ngx_http_clear_etag: the tag was that of what is not sent.
    const auto tag = std::find_if(m_carried.rbegin(), m_carried.rend(),
                                  [](const FieldView &field) { return equalsIgnoringCase(field.name, "ETag"); });
    if (tag != m_carried.rend())
        m_carried.erase(std::next(tag).base());
    const bool explains =
        mayExplain() && (status == 413 || status == 502 || status == 503 || status == 504 || status == 508);
    if (explains) {
        LocalPageContent content;
        content.status = status;
        content.title = pageTitle(status, QString::fromUtf8(m_server->firstName()));
        if (status == 413) {
            content.cause = u"client_max_body_size allows %1 bytes"_s.arg(core().clientMaxBodyBytes);
            content.advice = u"Raise client_max_body_size for this domain; 0 means no limit."_s;
        } else {
            content.cause = m_failure.sentence();
            content.advice = m_failure.advice();
            content.facts = pageFacts(m_failure.facts());
        }
        const LocalPage page = renderLocalPage(content, requestField(HeaderId::Accept));
        respondText(status, page.contentType, page.body);
        return;
    }
    const bool pads = core().msiePadding && wantsPadding(requestField(HeaderId::UserAgent));
    const QByteArray page = errorPage(status, serverToken(), pads);
    if (isSubstatusOf400(m_errStatus))
        m_errStatus = 400;
    respondText(isSubstatusOf400(status) ? 400 : status, page.isEmpty() ? QByteArrayView() : "text/html", page);
}

void Exchange::respondUnknownDomain()
{
    if (!mayExplain()) {
        respondError(404);
        return;
    }
    LocalPageContent content;
    content.status = 404;
    content.title = u"There is no domain “%1” here"_s.arg(QString::fromUtf8(m_host));
    content.cause = u"No server_name of this listener matches the Host of the request."_s;
    content.advice = u"Add it in Portlight, or go to one that exists:"_s;
    for (const auto &server : config().servers) {
        if (!server->own || server->names.empty())
            continue;
        const QString name = QString::fromUtf8(server->firstName());
        content.domains.append(name);
        content.domainAddresses.append(QString::fromUtf8(schemeText()) + u"://"_s + name + QString::fromUtf8(portText())
                                       + u'/');
    }
    if (method() != MethodId::Get && method() != MethodId::Head)
        m_downstream->disableKeepAlive();
    const LocalPage page = renderLocalPage(content, requestField(HeaderId::Accept));
    respondText(404, page.contentType, page.body);
}

void Exchange::respondRedirect(int status, QByteArrayView location)
{
    const QByteArray target = location.toByteArray();
    m_errStatus = status;
    m_carriedLocation = keep(target); // the answer of an error page keeps it, as in nginx
    if (respondErrorPage(status))
        return;
    m_carriedLocation = {};
    const QByteArray page = errorPage(status, serverToken(), false);
    m_locationValue = QByteArray("", 0) + target;              // never null: "return 301" sends an empty one
    if (!target.startsWith('/') || !core().absoluteRedirect) { // a URL as written is a field like any other
        respondText(status, "text/html", page, m_locationValue);
        return;
    }
    setLocationField(absoluteUrl(target));
    respondText(status, "text/html", page);
}

void Exchange::respondNothing(int status)
{
    m_status = status;
    m_downstream->abort();
}

// nginx makes the path of a redirect absolute (ngx_http_header_filter): absolute_redirect, server_name_in_redirect,
// port_in_redirect.
QByteArray Exchange::absoluteUrl(QByteArrayView path) const
{
    QByteArray url = schemeText() + "://";
    if (core().serverNameInRedirect)
        url += m_server->firstName();
    else if (m_request.host.isEmpty()) // nginx names the address that the client reached
        url += m_downstream->localAddress().host();
    else
        url += m_host;
    if (core().portInRedirect)
        url += portText();
    url += path;
    return url;
}

QByteArray Exchange::schemeText() const
{
    return m_downstream->facts().secured ? "https" : "http";
}

// ":8443"; empty for the scheme's own port.
QByteArray Exchange::portText() const
{
    const quint16 port = m_downstream->localAddress().port();
    const bool usual = port == (m_downstream->facts().secured ? 443 : 80) || port == 0;
    return usual ? QByteArray() : ':' + QByteArray::number(port);
}

void Exchange::setLocationField(const QByteArray &location)
{
    m_locationValue = location;
    m_head.location = m_locationValue;
}

void Exchange::respondText(int status, QByteArrayView contentType, QByteArrayView body, QByteArrayView locationField)
{
    if (m_headSent)
        return;
    m_status = status;
    const QByteArrayView location = std::exchange(m_head.location, {});
    m_head.clear();
    m_head.location = location;
    if (!locationField.isNull())
        m_head.fields.push_back({"Location", locationField});
    m_head.status = status;
    m_head.server = serverToken();
    m_head.contentType = status == 204 ? QByteArrayView() : contentType;
    m_head.contentLength = status == 204 ? -1 : body.size();
    m_head.hasBody = method() != MethodId::Head && status != 204 && status != 304;
    if (!sendHead())
        return;
    if (m_head.hasBody && !body.isEmpty()) {
        Buffer copy = m_context.loop.buffers().take(quint32(body.size()));
        std::memcpy(copy.room(), body.data(), size_t(body.size()));
        copy.grow(quint32(body.size()));
        sendBody(std::move(copy), true);
    } else {
        sendBody({}, true);
    }
}

QByteArrayView Exchange::serverToken() const
{
    if (m_server->own)
        return "portlight/" PORTLIGHT_VERSION;
    return core().serverTokens == ServerTokens::Off ? QByteArrayView(config().serverHeaderShort)
                                                    : QByteArrayView(config().serverHeader);
}

// The Location of a redirect whose error page answers otherwise, unless that answer has one of its own.
void Exchange::addCarriedLocation()
{
    const bool hasOwn = !m_head.location.isEmpty()
                        || std::any_of(m_head.fields.begin(), m_head.fields.end(), [](const FieldView &field) {
                               return equalsIgnoringCase(field.name, "Location");
                           });
    if (hasOwn)
        return;
    if (!m_carriedLocation.startsWith('/') || !core().absoluteRedirect) {
        m_head.fields.insert(m_head.fields.begin(), {"Location", m_carriedLocation});
        return;
    }
    setLocationField(absoluteUrl(m_carriedLocation));
}

// What error_page made of the status, which may leave no room for the body.
void Exchange::changeStatus(int status)
{
    m_status = m_head.status = status;
    m_head.statusText = {};
    m_head.hasBody = m_head.hasBody && status != 204 && status != 304;
    if (status == 204) {
        m_head.contentType = {};
        m_head.contentLength = -1;
    }
}

bool Exchange::sendHead()
{
    Q_ASSERT(!m_headSent);
    m_head.fields.insert(m_head.fields.begin(), m_carried.begin(), m_carried.end());
    if (!m_carriedLocation.isNull())
        addCarriedLocation();
    if (m_errStatus)
        changeStatus(m_errStatus);
    if (!passConditions())
        return false;
    addHeaders(*this, m_head);
    if (!passRanges())
        return false;
    m_headSent = true;
    m_state = State::Responding;
    for (ResponseFilter *filter :
         {static_cast<ResponseFilter *>(&m_bodylessFilter), static_cast<ResponseFilter *>(&m_captureFilter)})
        filter->filterHead(m_head);
    applyRate();
    m_downstream->sendHead(m_head);
    if (config().readsSentFields)
        keepHead();
    if (!m_detail)
        return true;
    m_detail->responseHead = m_downstream->lastHead().toByteArray();
    stateChanged();
    return true;
}

// limit_rate, unless `set $limit_rate` or a backend has had its say (ngx_http_write_filter).
void Exchange::applyRate()
{
    const QByteArrayView doing = m_proxy.hasRun() ? " while sending to client" : "";
    if (!limitRateSet())
        setLimitRate(sizeOf(settings().flow->limitRate, doing));
    if (limitRate() > 0)
        m_downstream->limitRate(limitRate(), sizeOf(settings().flow->limitRateAfter, doing));
}

qint64 Exchange::sizeOf(const Template &value, QByteArrayView doing)
{
    if (value.isEmptyLiteral())
        return 0;
    const QByteArray text = value.evaluated(*this);
    if (const auto size = parseSize(text, false))
        return *size;
    logError(LogLevel::Error, "invalid size \"" + text + '"' + doing.toByteArray());
    return 0;
}

// What $sent_http_… shows behind the time of the buffers that the head was read from.
void Exchange::keepHead()
{
    for (QByteArrayView *view : {&m_head.contentType, &m_head.location})
        *view = keep(*view);
    for (FieldView &field : m_head.fields)
        field = {keep(field.name), keep(field.value)};
}

// Behind those of the backend come the ones of add_trailer.
void Exchange::sendEnd(QByteArrayView trailerLines)
{
    if (!m_head.hasTrailers && trailerLines.isEmpty()) {
        m_downstream->sendBody({}, true);
        return;
    }
    WireBuffer lines;
    lines.append(trailerLines);
    if (m_head.hasTrailers)
        appendAddedTrailers(*this, m_head, lines);
    m_sentTrailers = m_downstream->facts().chunked ? keep(lines.view()) : QByteArrayView();
    m_downstream->sendBody({}, true, lines.view());
}

// Through the filters, in their order, and out.
void Exchange::sendBody(Buffer data, bool last, QByteArrayView trailerLines, bool flush)
{
    m_chain.buffers.clear();
    if (!data.isEmpty())
        m_chain.buffers.push_back(std::move(data));
    m_chain.last = last;
    m_chain.flush = flush;
    for (ResponseFilter *filter :
         {static_cast<ResponseFilter *>(&m_bodylessFilter), static_cast<ResponseFilter *>(&m_captureFilter)})
        filter->filterBody(m_chain);
    for (Buffer &buffer : m_chain.buffers)
        m_downstream->sendBody(std::move(buffer), false);
    if (last)
        sendEnd(trailerLines);
    m_chain.buffers.clear();
    if (m_chain.flush)
        m_downstream->flush();
}

} // namespace portlight
