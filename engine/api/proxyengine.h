// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/enginestatus.h"
#include "capture/exchangerecord.h"
#include "config/directivetable.h"
#include "config/tree.h"

#include <QObject>

#include <memory>

namespace portlight {

class LocalCertificates;

struct EngineOptions {
    NginxVersion nginxVersion = NginxVersion::current();
    bool capture = false;
    QString errorLogPath;                                 // empty: standard error
    QString prefix;                                       // relative paths of the configuration start here
    std::shared_ptr<LocalCertificates> localCertificates; // of the local authority; null: there is none
};

enum class StopMode : quint8 { Fast, Graceful };

// The one door to the proxy: starts its thread, gives it configurations, hands out snapshots. Lives on the thread that
// made it (the main thread); every call returns at once, answers come as signals on that thread.
class ProxyEngine final : public QObject
{
    Q_OBJECT
public:
    explicit ProxyEngine(const EngineOptions &options = {}, QObject *parent = nullptr);
    ~ProxyEngine() override; // a fast stop, and waits for the thread

    // Compiles on a worker and swaps with nothing dropped; answered by configApplied with the returned request id.
    // A listener that cannot be bound is reported and the rest runs, unless `allListenersRequired` (serve FILE).
    quint64 applyConfig(ConfigTreePtr tree, bool allListenersRequired = false);
    // The same with the configuration that was given last: its certificates may be others now. 0 when there was none.
    quint64 reapply();
    // Answered by stopped(). Graceful: listeners close, exchanges end, bounded by worker_shutdown_timeout.
    void stop(StopMode mode);
    void reopenLogs();
    void setCapture(bool on);
    void clearCapture();
    // Answered by exchangeFetched, with null when it is not kept any more.
    void fetchExchange(ExchangeId id);

    // A peer of a group by the names of its snapshot, at once and without a reload; it outlives reloads and is not
    // written into the file. Answered by peerCommandDone with the returned request id, behind a new snapshot.
    quint64 setPeerState(const QByteArray &group, const QByteArray &peer, PeerOrder order);
    quint64 setPeerWeight(const QByteArray &group, const QByteArray &peer, int weight); // 1..PeerWeightMax

    // The last snapshot.
    const EngineStatus &status() const;

Q_SIGNALS:
    void configApplied(const portlight::ApplyOutcome &outcome);
    void statusChanged(const portlight::EngineStatus &status);
    void trafficRecorded(const portlight::TrafficBatch &batch);
    void exchangeFetched(portlight::ExchangeId id, const portlight::ExchangeDetailPtr &detail);
    void captureCleared();
    void peerCommandDone(const portlight::PeerCommandOutcome &outcome);
    void stopped();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace portlight
