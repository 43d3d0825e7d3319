// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/workerfixture.h"

#include "config/parser.h"
#include "net/epolldispatcher.h"
#include "proxy/compile.h"
#include "support/freeport.h"

#include <QObject>

namespace portlight::testing {

class WorkerFixture::Inside : public QObject
{
public:
    void begin()
    {
        loop = std::make_unique<EngineLoop>(QAbstractEventDispatcher::instance());
        worker = std::make_unique<ProxyWorker>(*loop);
        connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::aboutToBlock, this,
                [this] { peak = qMax(peak, loop->buffers().lentBytes()); });
    }
    void end()
    {
        disconnect(QAbstractEventDispatcher::instance(), nullptr, this, nullptr);
        worker.reset();
        loop.reset();
    }
    std::unique_ptr<EngineLoop> loop;
    std::unique_ptr<ProxyWorker> worker;
    qint64 peak = 0;
};

WorkerFixture::WorkerFixture(const QByteArray &httpBlock)
    : m_inside(std::make_unique<Inside>())
    , m_port(freePort())
{
    m_thread.setEventDispatcher(new EpollEventDispatcher);
    m_inside->moveToThread(&m_thread);
    m_thread.start();
    QMetaObject::invokeMethod(
        m_inside.get(), [this] { m_inside->begin(); }, Qt::BlockingQueuedConnection);
    QByteArray text = "http { " + httpBlock + " }";
    text.replace("@port@", QByteArray::number(m_port));
    const CompileOutcome compiled = compileConfig(parseConfig(text, QStringLiteral("test.conf")).tree);
    if (!compiled.config)
        return;
    run([&](ProxyWorker &worker) { m_open = worker.activate(compiled.config, true).ok(); });
}

WorkerFixture::~WorkerFixture()
{
    QMetaObject::invokeMethod(
        m_inside.get(), [this] { m_inside->end(); }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

void WorkerFixture::run(const std::function<void(ProxyWorker &)> &call)
{
    QMetaObject::invokeMethod(
        m_inside.get(), [&] { call(*m_inside->worker); }, Qt::BlockingQueuedConnection);
}

qint64 WorkerFixture::peakLentBytes()
{
    qint64 peak = 0;
    QMetaObject::invokeMethod(
        m_inside.get(), [&] { peak = std::exchange(m_inside->peak, 0); }, Qt::BlockingQueuedConnection);
    return peak;
}

qint64 WorkerFixture::lentBytes()
{
    qint64 bytes = 0;
    QMetaObject::invokeMethod(
        m_inside.get(), [&] { bytes = m_inside->loop->buffers().lentBytes(); }, Qt::BlockingQueuedConnection);
    return bytes;
}

int WorkerFixture::idleConnections()
{
    size_t count = 0;
    run([&](ProxyWorker &worker) {
        for (UpstreamGroup *group : worker.context().active->groups())
            count += group->pool().idleCount();
    });
    return int(count);
}

} // namespace portlight::testing
