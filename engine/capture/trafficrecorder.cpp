// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/trafficrecorder.h"

namespace portlight {

using namespace Qt::StringLiterals;

TrafficRecorder::TrafficRecorder(std::unique_ptr<CaptureStore> store, const TrafficRecorderLimits &limits)
    : m_limits(limits)
    , m_store(std::move(store))
    , m_batcher(limits.batchMax)
    , m_batchTimer(this)
{
    Q_ASSERT(m_store);
    qRegisterMetaType<TrafficBatch>();
    qRegisterMetaType<ExchangeDetailPtr>();
    qRegisterMetaType<ExchangeId>("portlight::ExchangeId");
    m_batchTimer.setSingleShot(true);
    connect(&m_batchTimer, &QTimer::timeout, this, &TrafficRecorder::drain);
}

TrafficRecorder::~TrafficRecorder() = default;

void TrafficRecorder::record(ExchangeDetailPtr finished)
{
    Q_ASSERT(finished);
    const qint64 bytes = finished->storedBytes();
    push(std::move(finished), bytes, true);
}

void TrafficRecorder::update(ExchangeSummary running)
{
    const bool finished = !running.isRunning();
    push(std::move(running), 0, finished);
}

void TrafficRecorder::addFrames(FrameBatch batch)
{
    const qint64 bytes = batch.storedBytes();
    push(std::move(batch), bytes, false);
}

// Running rows may fill three quarters only: that one started can be told again, that one ended cannot. An exchange for
// whose bytes there is no room is told of without them, as if the store had dropped it already; frames are lost.
void TrafficRecorder::push(Entry entry, qint64 bytes, bool finished)
{
    bool wake = false;
    {
        const std::lock_guard lock(m_inboxMutex);
        const size_t entriesMax = finished ? m_limits.inboxMax : m_limits.inboxMax - m_limits.inboxMax / 4;
        if (m_inbox.size() >= entriesMax) {
            m_droppedAtInbox += finished ? 1 : 0;
            return;
        }
        if (m_inboxBytes + bytes > m_limits.inboxBytesMax) {
            const auto *detail = std::get_if<ExchangeDetailPtr>(&entry);
            if (!detail)
                return;
            entry = Entry(ExchangeSummary((*detail)->summary));
            bytes = 0;
        }
        const bool wasHalfFull = isInboxHalfFull();
        wake = m_inbox.empty();
        m_inbox.push_back(std::move(entry));
        m_inboxBytes += bytes;
        wake = wake || (!wasHalfFull && isInboxHalfFull());
    }
    if (wake)
        QMetaObject::invokeMethod(this, &TrafficRecorder::wakeUp, Qt::QueuedConnection);
}

bool TrafficRecorder::isInboxHalfFull() const
{
    return m_inbox.size() * 2 >= m_limits.inboxMax || m_inboxBytes * 2 >= m_limits.inboxBytesMax;
}

// Something came. The first after a quiet time is told at once, the others when their batch is due; an inbox that fills
// early is emptied early.
void TrafficRecorder::wakeUp()
{
    const std::chrono::milliseconds since{m_sinceBatch.isValid() ? m_sinceBatch.elapsed() : 0};
    if (!m_sinceBatch.isValid() || since >= m_limits.batchInterval) {
        drain();
        return;
    }
    if (!m_batchTimer.isActive())
        m_batchTimer.start(m_limits.batchInterval - since);
    bool early = false;
    {
        const std::lock_guard lock(m_inboxMutex);
        early = isInboxHalfFull();
    }
    if (early)
        takeInbox();
}

void TrafficRecorder::drain()
{
    takeInbox();
    if (!m_batcher.isEmpty())
        sendBatch();
    reportCounts();
}

void TrafficRecorder::takeInbox()
{
    quint64 droppedAtInbox = 0;
    {
        const std::lock_guard lock(m_inboxMutex);
        m_taken.swap(m_inbox);
        m_inboxBytes = 0;
        droppedAtInbox = m_droppedAtInbox;
    }
    for (Entry &entry : m_taken)
        take(entry);
    m_taken.clear(); // keeps its memory for the next swap
    m_batcher.addDropped(droppedAtInbox - m_droppedSoFar);
    m_droppedSoFar = droppedAtInbox;
}

void TrafficRecorder::take(Entry &entry)
{
    if (auto *detail = std::get_if<ExchangeDetailPtr>(&entry)) {
        m_batcher.add((*detail)->summary);
        m_store->put(std::move(*detail));
    } else if (auto *frames = std::get_if<FrameBatch>(&entry)) {
        if (const auto row = m_store->addFrames(std::move(*frames)))
            m_batcher.add(*row);
    } else {
        m_batcher.add(std::get<ExchangeSummary>(entry));
    }
}

void TrafficRecorder::sendBatch()
{
    m_sinceBatch.start();
    const TrafficBatch batch = m_batcher.take();
    if (!m_batcher.isEmpty())
        m_batchTimer.start(m_limits.batchInterval);
    if (!batch.exchanges.isEmpty())
        Q_EMIT trafficRecorded(batch);
}

void TrafficRecorder::reportCounts()
{
    if (m_store->count() != m_reportedCount) {
        m_reportedCount = m_store->count();
        Q_EMIT countChanged(m_reportedCount, m_store->storedBytes());
    }
    if (m_batcher.dropped() != m_reportedDropped) {
        m_reportedDropped = m_batcher.dropped();
        Q_EMIT droppedChanged(m_reportedDropped);
    }
}

void TrafficRecorder::fetch(ExchangeId id)
{
    QMetaObject::invokeMethod(
        this,
        [this, id] {
            takeInbox();
            // What was taken out here still has to be told.
            if (!m_batcher.isEmpty() && !m_batchTimer.isActive())
                m_batchTimer.start(m_limits.batchInterval);
            Q_EMIT exchangeFetched(id, m_store->find(id));
        },
        Qt::QueuedConnection);
}

void TrafficRecorder::clear()
{
    QMetaObject::invokeMethod(
        this,
        [this] {
            takeInbox();
            m_batcher.clear();
            m_batchTimer.stop();
            m_store->clear();
            reportCounts();
            Q_EMIT cleared();
        },
        Qt::QueuedConnection);
}

RecorderThread::RecorderThread(std::unique_ptr<CaptureStore> store, const TrafficRecorderLimits &limits)
    : m_recorder(new TrafficRecorder(std::move(store), limits))
{
    m_thread.setObjectName(u"recorder"_s);
    m_recorder->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_recorder, &QObject::deleteLater);
    m_thread.start();
}

RecorderThread::~RecorderThread()
{
    m_thread.quit();
    m_thread.wait();
}

} // namespace portlight

#include "moc_trafficrecorder.cpp"
