// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/http1downstream.h"

#include "http/serializer.h"
#include "proxy/connectionlog.h"

#include <cerrno>
#include <cstring>

namespace portlight {

Http1Downstream::Http1Downstream(ProxyContext &context, DownstreamOwner &owner, std::unique_ptr<Stream> stream,
                                 const DownstreamArrival &arrival)
    : m_context(context)
    , m_owner(owner)
    , m_stream(std::move(stream))
    , m_arrival(arrival)
    , m_timer(
          context.loop.timers(), [](void *self) { static_cast<Http1Downstream *>(self)->timedOut(); }, this)
    , m_sendTimer(
          context.loop.timers(), [](void *self) { static_cast<Http1Downstream *>(self)->sendTimedOut(); }, this)
    , m_afterExchange(
          context.loop, [](void *self) { static_cast<Http1Downstream *>(self)->afterExchange(); }, this)
{
    m_stream->setObserver(this);
    ++m_context.counters.active;
    ++m_context.counters.waiting;
}

Http1Downstream::~Http1Downstream()
{
    if (m_state != State::Closed)
        closeNow();
    releaseSlot();
}

void Http1Downstream::start()
{
    const ListenerConfig *listener = currentListener();
    if (!listener) {
        close();
        return;
    }
    m_timer.start(m_defaultServer->core().clientHeaderTimeout);
}

// The listener of the configuration now in force; of the one before when it has this listener no more (it then closes
// behind the exchange under way).
const ListenerConfig *Http1Downstream::currentListener()
{
    if (m_active == m_context.active)
        return m_listener;
    for (const ListenerConfig &listener : m_context.active->config->listeners) {
        if (listener.address == m_arrival.listenAddress) {
            m_active = m_context.active;
            m_listener = &listener;
            m_defaultServer = defaultServerOf(listener);
            return m_listener;
        }
    }
    m_closing = true;
    return m_listener;
}

// nginx: the server that SNI chose is where everything starts that knows no Host yet.
const ServerConfig *Http1Downstream::defaultServerOf(const ListenerConfig &listener) const
{
    const ServerConfig *const named = m_arrival.serverName.isEmpty()
                                          ? nullptr
                                          : listener.names.find(m_arrival.serverName, m_context.regexMatch).server;
    return named ? named : listener.defaultServer;
}

// The location's settings while a request runs, as nginx takes them; the default server's before one is read.
const CoreSettings &Http1Downstream::core() const
{
    return m_slot && m_slot->exchange.isRunning() ? m_slot->exchange.core() : m_defaultServer->core();
}

void Http1Downstream::streamReadable()
{
    switch (m_state) {
    case State::Waiting:
    case State::ReadingHead: readHead(); break;
    case State::Exchanging:
        if (m_bodyWanted)
            readBodyBytes();
        else
            watchForClose();
        break;
    case State::Discarding: discardBody(); break;
    case State::Lingering: readLingering(); break;
    case State::Closed: break;
    }
}

void Http1Downstream::streamWritable()
{
    if (m_state != State::Exchanging || m_slot->rests)
        return;
    m_sendTimer.stop();
    flush();
}

// --- reading a request's head ---

bool Http1Downstream::reserveInput(quint32 bytes)
{
    if (!m_in) {
        m_in = m_context.loop.buffers().take(bytes);
        return true;
    }
    if (m_in.roomSize() > 0)
        return true;
    // The parser refuses a head beyond its limits, so that this growth ends.
    Buffer bigger = m_context.loop.buffers().take(m_in.capacity() * 4);
    std::memcpy(bigger.room(), m_in.data(), m_in.size());
    bigger.grow(m_in.size());
    m_in = std::move(bigger);
    return true;
}

void Http1Downstream::readHead()
{
    for (int i = 0; i < ReadsPerTurnMax; ++i) {
        reserveInput(BufferPool::SmallBytes);
        const quint32 room = m_in.roomSize();
        const IoResult result = m_stream->read(m_in.room(), room);
        if (result.status == IoResult::Status::WouldBlock) {
            if (m_in.isEmpty())
                m_in.release();
            return;
        }
        if (result.status != IoResult::Status::Ok) {
            if (m_state == State::ReadingHead)
                abandonHead(400, wordsOfEnd(result.error) + " while reading client request headers");
            else
                closeIdle();
            return;
        }
        m_in.grow(quint32(result.bytes));
        if (parseHead() || result.bytes < room)
            return;
    }
    m_stream->readAgainLater();
}

// Why a client's bytes ended; `error`: errno of a connection that broke. What OpenSSL says of it tells more.
QByteArray Http1Downstream::wordsOfEnd(int error) const
{
    if (error == 0)
        return "client prematurely closed connection";
    const QByteArray problem = m_stream->problem();
    return problem.isEmpty() ? "recv() failed (" + describeErrno(error) + ')' : problem;
}

// A client that leaves between requests is no news; one that breaks its TLS is.
void Http1Downstream::closeIdle()
{
    if (const QByteArray problem = m_stream->problem(); !problem.isEmpty())
        logOfConnection(m_context, *m_active, m_defaultServer, m_arrival, LogLevel::Info,
                        problem + (m_requests > 0 ? " while keepalive" : " while waiting for request"));
    close();
}

// True when no more of the head has to be read: it is complete, or was refused.
bool Http1Downstream::parseHead()
{
    if (m_state == State::Waiting)
        startReading();
    switch (m_slot->parser.parse(m_in.data(), m_in.size())) {
    case ParseStatus::NeedMore: return false;
    case ParseStatus::Complete: beginExchange(m_slot->parser.consumed()); return true;
    case ParseStatus::Failed: refuse(); return true;
    }
    Q_UNREACHABLE();
}

void Http1Downstream::startReading()
{
    leaveWaiting();
    currentListener();
    m_slot = m_context.slots->take(m_context, *this);
    m_bytesBefore = m_slot->out.bytesWritten();
    m_requestBegan = m_context.loop.now();
    m_headBytes = 0;
    m_state = State::ReadingHead;
    ++m_context.counters.reading;
    ++m_context.counters.requests;
    ++m_requests;
    m_slot->parser.setLimits(m_defaultServer->core().requestLimits);
    m_slot->parser.reset();
    m_timer.start(m_defaultServer->core().clientHeaderTimeout);
}

void Http1Downstream::leaveWaiting()
{
    if (m_state == State::Waiting)
        --m_context.counters.waiting;
}

void Http1Downstream::releaseSlot()
{
    if (m_slot)
        m_context.slots->giveBack(std::move(m_slot));
    m_lastHead.clear();
}

void Http1Downstream::leaveReading()
{
    m_timer.stop();
    --m_context.counters.reading;
    ++m_context.counters.writing;
    m_countsWriting = true;
    m_state = State::Exchanging;
}

void Http1Downstream::beginExchange(qsizetype headSize)
{
    leaveReading();
    RequestHead &head = m_slot->parser.head();
    m_http09 = head.http09;
    m_http10 = head.version < HttpVersion{1, 1};
    m_keepAlive = head.keepAlive && !m_http09 && !m_context.draining && !m_closing;
    m_decoder.start(head.body);
    m_bodyWanted = m_responseComplete = m_responseEnded = m_chunked = false;
    // What follows the head stays here: the body, or a pipelined request.
    Buffer headBytes = std::move(m_in);
    if (const quint32 rest = headBytes.size() - quint32(headSize); rest > 0) {
        m_in = m_context.loop.buffers().take(qMax(rest, BufferPool::SmallBytes));
        std::memcpy(m_in.room(), headBytes.data() + headSize, rest);
        m_in.grow(rest);
    }
    headBytes.truncate(quint32(headSize));
    exchange().begin({*m_listener, *m_defaultServer, m_active}, std::move(headBytes), head);
    if (m_state == State::Exchanging && !m_bodyWanted && m_stream->hasHungUp())
        watchForClose();
}

void Http1Downstream::refuse()
{
    leaveReading();
    m_keepAlive = false;
    if (m_slot->parser.error().code == HttpProtocolError::Code::UriTooLong)
        m_in.truncate(quint32(m_slot->parser.error().offset)); // nginx has not seen what is behind its buffer
    m_http09 = m_slot->parser.head().http09 && m_slot->parser.head().version == HttpVersion{0, 9}; // known to be one
    m_decoder.start({});
    m_bodyWanted = m_responseComplete = m_responseEnded = m_chunked = false;
    exchange().beginRefused({*m_listener, *m_defaultServer, m_active}, std::move(m_in), m_slot->parser.head(),
                            m_slot->parser.error());
}

// A head that will not be completed gets no answer; it is logged as any other request.
void Http1Downstream::abandonHead(int status, QByteArrayView logText)
{
    leaveReading();
    m_keepAlive = m_chunked = false;
    exchange().beginAbandoned({*m_listener, *m_defaultServer, m_active}, std::move(m_in), m_slot->parser.head(), status,
                              logText);
    close(status == 408 && m_defaultServer->core().resetTimedoutConnection);
}

// --- between requests ---

void Http1Downstream::afterExchange()
{
    if (m_state == State::Closed) {
        m_owner.downstreamEnded(this); // destroys this
        return;
    }
    if (!m_responseEnded)
        return;
    m_responseEnded = false;
    currentListener();
    if (!m_keepAlive || m_closing || m_context.draining) {
        linger();
        return;
    }
    if (!m_decoder.ended()) {
        m_state = State::Discarding;
        m_lingerUntil = m_context.loop.now() + m_after.lingeringTime;
        m_timer.start(m_after.lingeringTimeout);
        discardBody();
        return;
    }
    becomeIdle();
}

void Http1Downstream::becomeIdle()
{
    m_state = State::Waiting;
    ++m_context.counters.waiting;
    releaseSlot();
    setNoDelay();
    m_timer.start(m_after.keepalive);
    m_pipelined = m_in && !m_in.isEmpty();
    if (m_pipelined) {
        if (!parseHead())
            m_stream->readAgainLater();
        return;
    }
    m_in.release();
    if (m_stream->mayHaveUnread())
        readHead();
}

// nginx: only where more than one write follows another, so that a connection for one request saves the call.
void Http1Downstream::setNoDelay()
{
    if (m_noDelay || m_arrival.client.isUnix() || !m_defaultServer->core().tcpNodelay)
        return;
    m_noDelay = true;
    m_stream->setNoDelay();
}

void Http1Downstream::closeWhenIdle()
{
    m_closing = true;
    if (m_state == State::Waiting)
        close();
}

void Http1Downstream::timedOut()
{
    switch (m_state) {
    case State::ReadingHead:
        abandonHead(408, "client timed out (110: Connection timed out) while reading client request headers");
        return;
    case State::Exchanging:
        exchange().requestBodyFailed(408,
                                     "client timed out (110: Connection timed out) while reading client request body");
        return;
    default: close(); return;
    }
}

void Http1Downstream::close(bool reset)
{
    if (m_state == State::Closed)
        return;
    leaveWaiting();
    if (m_state == State::ReadingHead)
        --m_context.counters.reading;
    if (std::exchange(m_countsWriting, false))
        --m_context.counters.writing;
    --m_context.counters.active;
    m_state = State::Closed;
    m_timer.stop();
    m_sendTimer.stop();
    if (reset)
        m_stream->setResetOnClose();
    m_stream.reset();
    if (m_slot)
        m_slot->out.clear();
    m_in.release();
    m_afterExchange.schedule(); // nobody up the stack may still use this object then
}

void Http1Downstream::closeNow()
{
    if (m_slot)
        exchange().clientGone({});
    close();
}

// --- closing in a way that lets the client read the response (RFC 9112 §9.6, nginx: lingering_close) ---

void Http1Downstream::linger()
{
    const bool unread = !m_decoder.ended() || (m_in && !m_in.isEmpty()) || m_stream->mayHaveUnread();
    if (m_after.lingering == LingeringClose::Off || (m_after.lingering == LingeringClose::On && !unread)) {
        close();
        return;
    }
    m_state = State::Lingering;
    m_in.release();
    m_stream->shutdownWrite();
    m_lingerUntil = m_context.loop.now() + m_after.lingeringTime;
    m_timer.start(m_after.lingeringTimeout);
    readLingering();
}

void Http1Downstream::readLingering()
{
    Buffer scratch = m_context.loop.buffers().take(BufferPool::MediumBytes);
    for (int i = 0; i < ReadsPerTurnMax; ++i) {
        const IoResult result = m_stream->read(scratch.data(), scratch.capacity());
        if (result.status == IoResult::Status::WouldBlock)
            return;
        if (result.status != IoResult::Status::Ok || m_context.loop.now() >= m_lingerUntil) {
            close();
            return;
        }
        m_timer.start(m_after.lingeringTimeout);
        if (result.bytes < scratch.capacity())
            return;
    }
    m_stream->readAgainLater();
}

} // namespace portlight
