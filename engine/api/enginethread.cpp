// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/enginethread.h"

#include "api/peercontrol.h"
#include "api/upstreamsnapshots.h"
#include "capture/trafficrecorder.h"
#include "net/epolldispatcher.h"

#include <QDateTime>
#include <QThread>

#include <csignal>

namespace portlight {

namespace {

Error nothingRuns()
{
    return {ErrorCode::NotRunning, QStringLiteral("no configuration runs, so there are no backends"), {}, {}};
}

} // namespace

EngineThread::EngineThread(const EngineOptions &options, TrafficRecorder &recorder)
    : m_options(options)
    , m_recorder(recorder)
{}

EngineThread::~EngineThread() = default;

void EngineThread::installDispatcher(QThread &thread)
{
    std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes to sockets whose other end may have gone
    std::signal(SIGXFSZ, SIG_IGN); // a log at its limit is one that cannot be written
    thread.setEventDispatcher(new EpollEventDispatcher);
}

void EngineThread::begin()
{
    raiseDescriptorLimit();
    m_loop = std::make_unique<EngineLoop>(thread()->eventDispatcher());
    m_worker = std::make_unique<ProxyWorker>(*m_loop);
    setCapture(m_options.capture);
    if (auto opened = m_worker->context().log.open(m_options.errorLogPath, LogLevel::Error); !opened)
        m_worker->context().log.write(LogLevel::Alert, opened.error().toString().toUtf8());
    m_statusTimer = std::make_unique<QTimer>();
    connect(m_statusTimer.get(), &QTimer::timeout, this, &EngineThread::takeStatus);
    m_statusTimer->start(StatusInterval);
}

void EngineThread::end()
{
    m_statusTimer.reset();
    m_worker.reset();
    m_loop.reset();
}

void EngineThread::apply(ApplyOutcome outcome, const CompiledConfigPtr &config, bool allListenersRequired)
{
    if (config->logs.mainErrorLog < 0)
        openLog(outcome);
    const Result<void> activated = m_worker->activate(config, allListenersRequired);
    outcome.applied = activated.ok();
    if (!activated)
        outcome.diagnostics.append(Diagnostic::fromError(activated.error()));
    outcome.listeners = listenerStates();
    if (!activated && activated.error().code == ErrorCode::AddressInUse) {
        // The listener that failed is not among those that go on: name it too.
        ListenerStatus failed;
        failed.error = activated.error().message;
        failed.address = activated.error().where.file.toUtf8();
        if (!failed.address.isEmpty())
            outcome.listeners.append(failed);
    }
    Q_EMIT applied(outcome);
    takeStatus();
}

// A configuration without an error_log of its own logs where the program was told to.
void EngineThread::openLog(ApplyOutcome &outcome)
{
    if (const auto opened = m_worker->context().log.open(m_options.errorLogPath, LogLevel::Error); !opened) {
        Diagnostic problem = Diagnostic::fromError(opened.error());
        problem.severity = Severity::Warning; // the log before goes on
        outcome.diagnostics.append(problem);
    }
}

QList<ListenerStatus> EngineThread::listenerStates() const
{
    QList<ListenerStatus> states;
    for (const ListenerState &state : m_worker->listeners()) {
        ListenerStatus status;
        status.address = state.listener && state.address.port == 0 && state.address.kind != ListenAddress::Kind::Unix
                             ? state.listener->localAddress().toString()
                             : state.address.toString();
        status.open = state.listener || state.behindWildcard;
        status.error = state.error.message;
        status.acceptingPaused = state.paused;
        states.append(status);
    }
    return states;
}

void EngineThread::takeStatus()
{
    if (++m_statusCount % ReopenEvery == 0)
        m_worker->reopenFailed();
    const ProxyContext &context = m_worker->context();
    EngineStatus status;
    status.running = context.active != nullptr;
    status.takenAtMs = QDateTime::currentMSecsSinceEpoch();
    status.accepted = context.counters.accepted;
    status.handled = context.counters.handled;
    status.requests = context.counters.requests;
    status.active = context.counters.active;
    status.reading = context.counters.reading;
    status.writing = context.counters.writing;
    status.waiting = context.counters.waiting;
    if (const qint64 span = status.takenAtMs - m_lastStatusMs; m_lastStatusMs > 0 && span > 0)
        status.requestsPerSecond = double(status.requests - m_lastRequests) * 1000.0 / double(span);
    m_lastStatusMs = status.takenAtMs;
    m_lastRequests = status.requests;
    status.listeners = listenerStates();
    status.capturing = context.traffic != nullptr;
    for (auto it = context.tallies.constBegin(); it != context.tallies.constEnd(); ++it)
        status.domains.insert(it.key(), {it->requests, it->failures, it->lastStatus});
    takeBackends(status);
    Q_EMIT statusTaken(status);
}

void EngineThread::takeBackends(EngineStatus &status)
{
    const ActiveConfigPtr active = m_worker->context().active;
    if (!active)
        return;
    UpstreamSnapshots taken = takeUpstreamSnapshots(*active, std::chrono::steady_clock::now(), status.takenAtMs);
    status.upstreams = std::move(taken.groups);
    status.peersLeftOut = taken.peersLeftOut;
}

void EngineThread::setPeerState(quint64 request, const QByteArray &group, const QByteArray &peer, PeerOrder order)
{
    const ActiveConfigPtr active = m_worker->context().active;
    answerPeerCommand(request, active ? orderPeer(*active, group, peer, order, std::chrono::steady_clock::now())
                                      : Result<void>(nothingRuns()));
}

void EngineThread::setPeerWeight(quint64 request, const QByteArray &group, const QByteArray &peer, int weight)
{
    const ActiveConfigPtr active = m_worker->context().active;
    answerPeerCommand(request, active ? weighPeer(*active, group, peer, weight) : Result<void>(nothingRuns()));
}

// Behind a snapshot that shows it: whoever hears of it may look.
void EngineThread::answerPeerCommand(quint64 request, const Result<void> &result)
{
    takeStatus();
    Q_EMIT peerCommandDone({request, result.ok(), result.ok() ? Error{} : result.error()});
}

void EngineThread::stop(StopMode mode)
{
    if (mode == StopMode::Fast) {
        m_worker->closeAllConnections();
        m_worker->stopGracefully([this] { Q_EMIT stopped(); });
        return;
    }
    m_worker->stopGracefully([this] { Q_EMIT stopped(); });
}

void EngineThread::reopenLogs()
{
    m_worker->reopenLogs();
}

void EngineThread::setCapture(bool on)
{
    m_worker->context().traffic = on ? this : nullptr;
}

void EngineThread::recordFrames(FrameBatch batch)
{
    m_recorder.addFrames(std::move(batch));
}

void EngineThread::record(ExchangeDetailPtr exchange)
{
    m_recorder.record(std::move(exchange));
}

} // namespace portlight
