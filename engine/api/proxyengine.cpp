// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/proxyengine.h"

#include "api/enginethread.h"
#include "api/tlsfilewatcher.h"
#include "capture/trafficrecorder.h"
#include "config/checkedconfig.h"
#include "names/listeningports.h"
#include "proxy/compile.h"

#include <QThread>
#include <QThreadPool>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// Nothing has stopped: the certificates before go on, and the next change of the files is another chance.
void softenErrors(Diagnostics &diagnostics)
{
    for (Diagnostic &finding : diagnostics) {
        if (finding.severity != Severity::Error)
            continue;
        finding.severity = Severity::Warning;
        finding.message = u"certificates that have changed cannot be used, those before go on: "_s + finding.message;
    }
}

} // namespace

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
    // A configuration that was compiled, as it can be compiled again.
    struct Compiled {
        ConfigTreePtr tree; // with what it includes
        bool allListenersRequired = false;
        FileStamps files; // certificates and keys, as they were when they were read
    };

    void start(ApplyOutcome outcome, const Compiled &source, bool isChecked);
    void compileAndPost(ApplyOutcome outcome, Compiled source, bool isChecked);
    void finishApply(ApplyOutcome outcome);
    void recompile();

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
    QHash<quint64, Compiled> compiled; // by request, until it is applied
    Compiled running;
    TlsFileWatcher files;
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
    connect(&files, &TlsFileWatcher::filesChanged, q, [this] { recompile(); });
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
    d->start({.request = request}, {std::move(tree), allListenersRequired, {}}, false);
    return request;
}

void ProxyEngine::Private::start(ApplyOutcome outcome, const Compiled &source, bool isChecked)
{
    compiler.start([this, outcome, source, isChecked] { compileAndPost(outcome, source, isChecked); });
}

// The very configuration that runs: what it includes may have been edited meanwhile, and nobody asked for that.
void ProxyEngine::Private::recompile()
{
    if (running.tree)
        start({.request = ++lastRequest, .byFiles = true}, running, true);
}

quint64 ProxyEngine::reapply()
{
    return d->lastTree ? applyConfig(d->lastTree, d->lastNeedsAllListeners) : 0;
}

// On a worker: included files, validation, name lookups.
void ProxyEngine::Private::compileAndPost(ApplyOutcome outcome, Compiled source, bool isChecked)
{
    if (!isChecked) {
        CheckedConfig checked = checkConfig(*source.tree, {.version = options.nginxVersion});
        outcome.diagnostics = checked.diagnostics;
        source.tree = std::make_shared<const ConfigTree>(std::move(checked.tree));
    }
    CompileOutcome result;
    if (!hasErrors(outcome.diagnostics)) {
        result = compileConfig(*source.tree, {options.nginxVersion, options.prefix, options.localCertificates});
        outcome.diagnostics += result.diagnostics;
    }
    if (!result.config) {
        QMetaObject::invokeMethod(
            q, [this, outcome] { finishApply(outcome); }, Qt::QueuedConnection);
        return;
    }
    source.files = TlsFileWatcher::stampsOf(result.config->tlsFiles);
    // The main thread has it before the engine's answer comes there.
    QMetaObject::invokeMethod(
        q, [this, request = outcome.request, source] { compiled.insert(request, source); }, Qt::QueuedConnection);
    QMetaObject::invokeMethod(
        engine,
        [engine = engine, outcome, config = result.config, required = source.allListenersRequired] {
            engine->apply(outcome, config, required);
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
    const Compiled source = compiled.take(outcome.request);
    if (outcome.applied) {
        running = source;
        files.watch(running.files);
    } else if (outcome.byFiles) {
        softenErrors(outcome.diagnostics);
    }
    Q_EMIT q->configApplied(outcome);
}

void ProxyEngine::stop(StopMode mode)
{
    d->running = {};
    d->files.watch({});
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
