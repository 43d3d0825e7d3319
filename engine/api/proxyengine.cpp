// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/proxyengine.h"

#include "api/enginethread.h"
#include "capture/trafficrecorder.h"
#include "config/checkedconfig.h"
#include "names/listeningports.h"
#include "proxy/compile.h"

#include <QThread>
#include <QThreadPool>

using namespace Qt::StringLiterals;

namespace portlight {

class ProxyEngine::Private
{
public:
    Private(ProxyEngine *owner, const EngineOptions &engineOptions)
        : q(owner)
        , options(engineOptions)
        , recorder(makeMemoryCaptureStore())
    {
        compiler.setMaxThreadCount(1); // configurations are compiled and applied in the order they came
    }

    void connectSignals();
    void compileAndPost(quint64 request, const ConfigTreePtr &tree, bool allListenersRequired);
    void finishApply(ApplyOutcome outcome);

    ProxyEngine *q;
    EngineOptions options;
    RecorderThread recorder;
    QThread thread;
    EngineThread *engine = nullptr; // lives on `thread`, deleted there
    QThreadPool compiler;
    EngineStatus status;
    quint64 lastRequest = 0;
    ConfigTreePtr lastTree;
    bool lastNeedsAllListeners = false;
    bool stopping = false;
};

ProxyEngine::ProxyEngine(const EngineOptions &options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, options))
{
    qRegisterMetaType<ApplyOutcome>();
    qRegisterMetaType<EngineStatus>();
    qRegisterMetaType<TrafficBatch>();
    qRegisterMetaType<ExchangeDetailPtr>();
    qRegisterMetaType<PeerCommandOutcome>();
    d->thread.setObjectName(u"portlight-engine"_s);
    d->engine = new EngineThread(options, d->recorder.recorder());
    d->engine->installDispatcher(d->thread);
    d->engine->moveToThread(&d->thread);
    d->connectSignals();
    d->thread.start();
    QMetaObject::invokeMethod(d->engine, &EngineThread::begin, Qt::QueuedConnection);
}

ProxyEngine::~ProxyEngine()
{
    d->compiler.waitForDone();
    if (d->thread.isRunning()) {
        QMetaObject::invokeMethod(d->engine, &EngineThread::end, Qt::BlockingQueuedConnection);
        d->thread.quit();
        d->thread.wait();
    }
}

void ProxyEngine::Private::connectSignals()
{
    connect(&thread, &QThread::finished, engine, &QObject::deleteLater);
    connect(
        engine, &EngineThread::statusTaken, q,
        [this](const EngineStatus &taken) {
            const qsizetype kept = status.captureCount;
            const quint64 dropped = status.captureDropped;
            status = taken;
            status.captureCount = kept;
            status.captureDropped = dropped;
            Q_EMIT q->statusChanged(status);
        },
        Qt::QueuedConnection);
    connect(
        engine, &EngineThread::applied, q, [this](const ApplyOutcome &outcome) { finishApply(outcome); },
        Qt::QueuedConnection);
    connect(engine, &EngineThread::peerCommandDone, q, &ProxyEngine::peerCommandDone, Qt::QueuedConnection);
    connect(engine, &EngineThread::stopped, q, &ProxyEngine::stopped, Qt::QueuedConnection);
    TrafficRecorder *const source = &recorder.recorder();
    connect(source, &TrafficRecorder::trafficRecorded, q, &ProxyEngine::trafficRecorded, Qt::QueuedConnection);
    connect(source, &TrafficRecorder::exchangeFetched, q, &ProxyEngine::exchangeFetched, Qt::QueuedConnection);
    connect(source, &TrafficRecorder::cleared, q, &ProxyEngine::captureCleared, Qt::QueuedConnection);
    connect(
        source, &TrafficRecorder::countChanged, q, [this](qsizetype count) { status.captureCount = count; },
        Qt::QueuedConnection);
    connect(
        source, &TrafficRecorder::droppedChanged, q, [this](quint64 dropped) { status.captureDropped = dropped; },
        Qt::QueuedConnection);
}

quint64 ProxyEngine::applyConfig(ConfigTreePtr tree, bool allListenersRequired)
{
    const quint64 request = ++d->lastRequest;
    d->lastTree = tree;
    d->lastNeedsAllListeners = allListenersRequired;
    d->compiler.start([this, request, tree = std::move(tree), allListenersRequired] {
        d->compileAndPost(request, tree, allListenersRequired);
    });
    return request;
}

quint64 ProxyEngine::reapply()
{
    return d->lastTree ? applyConfig(d->lastTree, d->lastNeedsAllListeners) : 0;
}

// On a worker: included files, validation, name lookups.
void ProxyEngine::Private::compileAndPost(quint64 request, const ConfigTreePtr &tree, bool allListenersRequired)
{
    ApplyOutcome outcome;
    outcome.request = request;
    const CheckedConfig checked = checkConfig(*tree, {.version = options.nginxVersion});
    outcome.diagnostics = checked.diagnostics;
    CompileOutcome compiled;
    if (!hasErrors(outcome.diagnostics)) {
        compiled = compileConfig(checked.tree, {options.nginxVersion, options.prefix, options.localCertificates});
        outcome.diagnostics += compiled.diagnostics;
    }
    if (!compiled.config) {
        QMetaObject::invokeMethod(
            q, [this, outcome] { finishApply(outcome); }, Qt::QueuedConnection);
        return;
    }
    QMetaObject::invokeMethod(
        engine,
        [engine = engine, outcome, config = compiled.config, allListenersRequired] {
            engine->apply(outcome, config, allListenersRequired);
        },
        Qt::QueuedConnection);
}

// On the main thread: a port that is taken names its holder, which only /proc knows.
void ProxyEngine::Private::finishApply(ApplyOutcome outcome)
{
    for (ListenerStatus &listener : outcome.listeners) {
        if (listener.open || listener.error.isEmpty())
            continue;
        const quint16 port = listener.address.mid(listener.address.lastIndexOf(':') + 1).toUShort();
        const QString holder = port ? portHolder(port) : QString();
        if (!holder.isEmpty())
            listener.error = u"port %1 is taken by %2: %3"_s.arg(port).arg(holder, listener.error);
    }
    status.listeners = outcome.listeners.isEmpty() ? status.listeners : outcome.listeners;
    Q_EMIT q->configApplied(outcome);
}

void ProxyEngine::stop(StopMode mode)
{
    QMetaObject::invokeMethod(
        d->engine, [engine = d->engine, mode] { engine->stop(mode); }, Qt::QueuedConnection);
}

void ProxyEngine::reopenLogs()
{
    QMetaObject::invokeMethod(d->engine, &EngineThread::reopenLogs, Qt::QueuedConnection);
}

void ProxyEngine::setCapture(bool on)
{
    QMetaObject::invokeMethod(
        d->engine, [engine = d->engine, on] { engine->setCapture(on); }, Qt::QueuedConnection);
}

void ProxyEngine::clearCapture()
{
    d->recorder.recorder().clear();
}

void ProxyEngine::fetchExchange(ExchangeId id)
{
    d->recorder.recorder().fetch(id);
}

quint64 ProxyEngine::setPeerState(const QByteArray &group, const QByteArray &peer, PeerOrder order)
{
    const quint64 request = ++d->lastRequest;
    QMetaObject::invokeMethod(
        d->engine,
        [engine = d->engine, request, group, peer, order] { engine->setPeerState(request, group, peer, order); },
        Qt::QueuedConnection);
    return request;
}

quint64 ProxyEngine::setPeerWeight(const QByteArray &group, const QByteArray &peer, int weight)
{
    const quint64 request = ++d->lastRequest;
    QMetaObject::invokeMethod(
        d->engine,
        [engine = d->engine, request, group, peer, weight] { engine->setPeerWeight(request, group, peer, weight); },
        Qt::QueuedConnection);
    return request;
}

const EngineStatus &ProxyEngine::status() const
{
    return d->status;
}

} // namespace portlight
