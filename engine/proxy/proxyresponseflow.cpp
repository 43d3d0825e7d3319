// SPDX-License-Identifier: GPL-3.0-or-later
// How a response moves from its backend to its client: what the backend asks for in X-Accel fields, and
// proxy_buffering.
#include "base/errorlog.h"
#include "config/values.h"
#include "proxy/exchange.h"

using namespace Qt::StringLiterals;

namespace portlight {

// ngx_http_upstream_process_buffering, _limit_rate, _charset: of several fields of one name the first counts.
// The first X-Accel-Redirect, or null.
const HeaderField *ProxyHandler::takeAccelFields(const ResponseHead &head, const char *base)
{
    const ProxySettings &proxy = settings();
    m_buffers = proxy.buffering;
    bool seenBuffering = proxy.ignores(IgnoredField::XAccelBuffering);
    bool seenRate = proxy.ignores(IgnoredField::XAccelLimitRate);
    QByteArrayView charset;
    QByteArrayView contentType;
    const HeaderField *redirect = nullptr;
    for (const HeaderField &field : head.fields) {
        const QByteArrayView value = field.value.in(base);
        switch (field.id) {
        case HeaderId::XAccelRedirect:
            if (!redirect)
                redirect = &field;
            break;
        case HeaderId::XAccelBuffering:
            if (std::exchange(seenBuffering, true))
                break;
            if (equalsIgnoringCase(value, "no") || equalsIgnoringCase(value, "yes"))
                m_buffers = value.size() == 3;
            break;
        case HeaderId::XAccelLimitRate:
            if (std::exchange(seenRate, true))
                break;
            if (const auto rate = parseNumber(value, 0, std::numeric_limits<qint64>::max()))
                m_exchange.setLimitRate(*rate);
            break;
        case HeaderId::XAccelCharset:
            if (charset.isNull())
                charset = value;
            break;
        case HeaderId::ContentType: contentType = value; break;
        default: break;
        }
    }
    if (!charset.isEmpty() && !proxy.ignores(IgnoredField::XAccelCharset))
        overrideCharset(contentType, charset);
    return redirect;
}

// ngx_http_destination_charset: only a character set that some `charset` names can be put in the place of another.
void ProxyHandler::overrideCharset(QByteArrayView contentType, QByteArrayView charset)
{
    if (!contentType.isEmpty())
        m_exchange.logError(LogLevel::Error, "unknown charset \"" + charset.toByteArray()
                                                 + "\" to override while reading response header from upstream");
}

void ProxyHandler::beginFlow()
{
    const FlowSettings &flow = *m_exchange.settings().flow;
    const qint64 headBytes = settings().bufferBytes;
    ResponseFlowOptions options;
    options.bounds.memoryBytesMax = flow.bufferCount * flow.bufferBytes;
    options.bounds.fileBytesMax = flow.tempFileBytesMax;
    options.bounds.fileWriteBytes = flow.fileWriteBytes(headBytes);
    options.bounds.folder = flow.tempFolder;
    options.headRoomBytes = headBytes - m_run.headSize();
    options.bufferBytes = flow.bufferBytes;
    options.busyBytes = flow.busyBytes(headBytes);
    options.postponedBytes = flow.postponedBytes;
    m_flow.begin(options, m_owed, &m_context.tempNumber);
    m_exchange.downstream().setDrainMark(m_flow.drainMark());
    if (!flow.proxyLimitRate.isEmptyLiteral())
        m_run.limitReading(m_exchange.sizeOf(flow.proxyLimitRate, " while reading response header from upstream"));
}

size_t ProxyHandler::queuedForClient() const
{
    return m_exchange.downstream().queuedBytes();
}

void ProxyHandler::passToClient(Buffer data, bool last)
{
    m_exchange.sendBody(std::move(data), last, last ? m_passedTrailers : QByteArrayView(), false);
}

void ProxyHandler::flushToClient()
{
    m_exchange.downstream().flush();
}

void ProxyHandler::setPatience(std::chrono::milliseconds left)
{
    if (left.count() > 0)
        m_patience.start(left);
    else
        m_patience.stop();
}

void ProxyHandler::clientReady()
{
    m_flow.clientReady(m_context.loop.now());
}

void ProxyHandler::spoolBegan(const QByteArray &path)
{
    QByteArray text = "an upstream response is buffered to a temporary file";
    if (!path.isEmpty())
        text += ' ' + path;
    m_exchange.logError(LogLevel::Warn, text + " while reading upstream");
    m_exchange.decide(Decision::Step::Buffering, QString::fromUtf8(path),
                      u"the client takes the response more slowly than the backend sends it: what proxy_buffers do not "
                      "hold is kept in a temporary file"_s);
}

// As in nginx, a response that cannot be kept is broken off.
void ProxyHandler::spoolFailed(const ResponsePool::FileError &error, const QByteArray &path)
{
    Failure failure;
    failure.kind = Failure::Kind::ResponseStoreFailed;
    failure.error = error.error;
    failure.phase = Failure::Phase::ReadingBody;
    failure.peer = m_run.peer().toByteArray();
    failure.detail = QByteArray(error.call) + "() \"" + (path.isEmpty() ? QByteArray("a temporary file") : path)
                     + "\" failed (" + describeErrno(error.error) + ')';
    m_exchange.setFailure(failure);
    m_exchange.logError(LogLevel::Crit, failure.logText());
    cancel();
    m_exchange.downstream().abort();
}

void ProxyHandler::partHeldBack()
{
    m_exchange.decide(
        Decision::Step::Buffering, u"proxy_buffering on"_s,
        u"a part of the response is held back until a buffer is full or the response ends; \"proxy_buffering "
        "off\", or X-Accel-Buffering: no from the backend, passes each part on at once"_s);
}

} // namespace portlight
