// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/capturestore.h"

#include <list>
#include <unordered_map>

namespace portlight {

namespace {

// A list keeps the order of arrival and a table finds the place in it, so that put, find and the dropping of the oldest
// cost the same however much is kept. An exchange that comes again keeps its place: it is as old as when it first came.
class MemoryCaptureStore final : public CaptureStore
{
public:
    MemoryCaptureStore(qsizetype exchangesMax, qint64 bytesMax)
        : m_exchangesMax(exchangesMax)
        , m_bytesMax(bytesMax)
    {}

    void put(ExchangeDetailPtr exchange) override
    {
        Q_ASSERT(exchange);
        m_storedBytes += exchange->storedBytes();
        const ExchangeId id = exchange->summary.id;
        if (const auto known = m_places.find(id); known != m_places.end()) {
            m_storedBytes -= (*known->second)->storedBytes();
            *known->second = std::move(exchange);
        } else {
            m_places.emplace(id, m_exchanges.insert(m_exchanges.end(), std::move(exchange)));
        }
        while (count() > m_exchangesMax || m_storedBytes > m_bytesMax)
            dropOldest();
    }

    ExchangeDetailPtr find(ExchangeId id) const override
    {
        const auto place = m_places.find(id);
        return place == m_places.end() ? nullptr : *place->second;
    }

    void clear() override
    {
        m_places.clear();
        m_exchanges.clear();
        m_storedBytes = 0;
    }

    qsizetype count() const override { return qsizetype(m_exchanges.size()); }
    qint64 storedBytes() const override { return m_storedBytes; }

private:
    void dropOldest()
    {
        const ExchangeDetailPtr &oldest = m_exchanges.front();
        m_storedBytes -= oldest->storedBytes();
        m_places.erase(oldest->summary.id);
        m_exchanges.pop_front();
    }

    const qsizetype m_exchangesMax;
    const qint64 m_bytesMax;
    qint64 m_storedBytes = 0;
    std::list<ExchangeDetailPtr> m_exchanges; // oldest first
    std::unordered_map<ExchangeId, std::list<ExchangeDetailPtr>::iterator> m_places;
};

} // namespace

std::unique_ptr<CaptureStore> makeMemoryCaptureStore(qsizetype exchangesMax, qint64 bytesMax)
{
    return std::make_unique<MemoryCaptureStore>(exchangesMax, bytesMax);
}

} // namespace portlight
