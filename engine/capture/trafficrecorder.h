// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/capturestore.h"
#include "capture/trafficbatcher.h"

#include <QElapsedTimer>
#include <QObject>
#include <QThread>
#include <QTimer>

#include <mutex>
#include <variant>

namespace portlight {

// At most one batch in this time.
inline constexpr std::chrono::milliseconds TrafficBatchInterval{100};
// What may wait between two visits of the recorder thread. Past the first, exchanges are dropped and counted; past the
// second, they are reported and not kept.
inline constexpr size_t TrafficInboxMax = 32'768;
inline constexpr qint64 TrafficInboxBytesMax = CapturedBytesMax;

struct TrafficRecorderLimits {
    size_t inboxMax = TrafficInboxMax;
    qint64 inboxBytesMax = TrafficInboxBytesMax;
    qsizetype batchMax = TrafficBatchMax;
    std::chrono::milliseconds batchInterval = TrafficBatchInterval;
};

// Takes exchanges from the engine thread, keeps the finished ones in a CaptureStore, and tells of them in bounded
// batches. Lives on the recorder thread (see RecorderThread); the functions below marked "any thread" may be called
// from every thread, and cost one push under a lock that is held for a push or a swap only.
class TrafficRecorder final : public QObject
{
    Q_OBJECT
public:
    explicit TrafficRecorder(std::unique_ptr<CaptureStore> store, const TrafficRecorderLimits &limits = {});
    ~TrafficRecorder() override;

    // Any thread. A finished exchange: kept, and reported by its summary.
    void record(ExchangeDetailPtr finished);
    // Any thread. The row of an exchange that still runs, or that ended while nothing of it is kept.
    void update(ExchangeSummary running);
    // Any thread. What passed through the tunnel of an exchange that was recorded before: kept with it, and reported by
    // its row. What finds no room shows as a gap in the frames' numbers.
    void addFrames(FrameBatch batch);
    // Any thread. Answered by exchangeFetched, after everything recorded before.
    void fetch(ExchangeId id);
    // Any thread. Forgets everything recorded before; answered by cleared.
    void clear();

Q_SIGNALS: // emitted on the recorder thread: connect queued
    void trafficRecorded(const portlight::TrafficBatch &batch);
    void exchangeFetched(portlight::ExchangeId id, const portlight::ExchangeDetailPtr &detail);
    void countChanged(qsizetype exchanges, qint64 storedBytes);
    void droppedChanged(quint64 dropped);
    void cleared();

private:
    using Entry = std::variant<ExchangeSummary, ExchangeDetailPtr, FrameBatch>;
    void push(Entry entry, qint64 bytes, bool finished);
    bool isInboxHalfFull() const; // with the lock held
    void wakeUp();
    void drain();
    void takeInbox();
    void take(Entry &entry);
    void sendBatch();
    void reportCounts();

    const TrafficRecorderLimits m_limits;

    std::mutex m_inboxMutex; // guards the three below
    std::vector<Entry> m_inbox;
    qint64 m_inboxBytes = 0;
    quint64 m_droppedAtInbox = 0;

    // The recorder thread's own.
    std::unique_ptr<CaptureStore> m_store;
    TrafficBatcher m_batcher;
    std::vector<Entry> m_taken;
    quint64 m_droppedSoFar = 0; // of the inbox, as last seen
    quint64 m_reportedDropped = 0;
    qsizetype m_reportedCount = 0;
    QTimer m_batchTimer; // runs only while something waits for its batch
    QElapsedTimer m_sinceBatch;
};

// A recorder and the thread it lives on. Whoever calls the recorder must have stopped before this is destroyed.
class RecorderThread
{
public:
    explicit RecorderThread(std::unique_ptr<CaptureStore> store, const TrafficRecorderLimits &limits = {});
    ~RecorderThread();
    RecorderThread(const RecorderThread &) = delete;
    RecorderThread &operator=(const RecorderThread &) = delete;

    TrafficRecorder &recorder() { return *m_recorder; }

private:
    QThread m_thread;
    TrafficRecorder *m_recorder; // deleted by its own thread when that ends
};

} // namespace portlight
