// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/proxyengine.h"
#include "proxy/proxyworker.h"

#include <QObject>
#include <QTimer>

class QThread;

namespace portlight {

class TrafficRecorder;

// What lives on the engine thread: the loop, the worker, and the snapshots they give. Made on the main thread, moved to
// its own before begin(); everything else runs there.
class EngineThread final : public QObject, private TrafficSink
{
    Q_OBJECT
public:
    static constexpr std::chrono::milliseconds StatusInterval{1000};
    // A listener that could not be opened is tried again with every second snapshot.
    static constexpr int ReopenEvery = 2;

    EngineThread(const EngineOptions &options, TrafficRecorder &recorder);
    ~EngineThread() override;

    // Gives `thread` the epoll dispatcher where there is epoll. Before the thread starts.
    void installDispatcher(QThread &thread);

    void begin();
    void end(); // closes everything at once
    void apply(portlight::ApplyOutcome outcome, const CompiledConfigPtr &config, bool allListenersRequired);
    void stop(StopMode mode);
    void reopenLogs();
    void setCapture(bool on);
    void setPeerState(quint64 request, const QByteArray &group, const QByteArray &peer, PeerOrder order);
    void setPeerWeight(quint64 request, const QByteArray &group, const QByteArray &peer, int weight);

Q_SIGNALS:
    void statusTaken(const portlight::EngineStatus &status);
    void applied(const portlight::ApplyOutcome &outcome);
    void peerCommandDone(const portlight::PeerCommandOutcome &outcome);
    void stopped();

private:
    void record(ExchangeDetailPtr exchange) override;
    void recordFrames(FrameBatch batch) override;
    void takeStatus();
    void takeBackends(EngineStatus &status);
    void answerPeerCommand(quint64 request, const Result<void> &result);
    void openLog(ApplyOutcome &outcome);
    QList<ListenerStatus> listenerStates() const;

    const EngineOptions m_options;
    TrafficRecorder &m_recorder;
    std::unique_ptr<EngineLoop> m_loop;
    std::unique_ptr<ProxyWorker> m_worker;
    std::unique_ptr<QTimer> m_statusTimer;
    quint64 m_lastRequests = 0;
    qint64 m_lastStatusMs = 0;
    int m_statusCount = 0;
};

} // namespace portlight
