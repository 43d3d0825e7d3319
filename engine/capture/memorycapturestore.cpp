// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/capturestore.h"
#include "capture/framelog.h"

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
            m_storedBytes -= known->second->exchange->storedBytes();
            known->second->exchange = std::move(exchange);
        } else {
            m_places.emplace(id, m_kept.insert(m_kept.end(), Kept{std::move(exchange), nullptr}));
        }
        keepBounds();
    }

    std::optional<ExchangeSummary> addFrames(FrameBatch batch) override
    {
        const auto place = m_places.find(batch.exchange);
        if (place == m_places.end())
            return std::nullopt;
        Kept &kept = *place->second;
        if (!kept.frames)
            kept.frames = std::make_unique<FrameLog>(batch.extensions);
        m_storedBytes -= kept.frames->storedBytes();
        for (FrameRecord &record : batch.frames)
            kept.frames->append(std::move(record));
        m_storedBytes += kept.frames->storedBytes();
        ExchangeSummary row = kept.exchange->summary;
        row.frames = kept.frames->seen();
        keepBounds();
        return row;
    }

    ExchangeDetailPtr find(ExchangeId id) override
    {
        const auto place = m_places.find(id);
        if (place == m_places.end())
            return nullptr;
        Kept &kept = *place->second;
        if (!kept.frames)
            return kept.exchange;
        auto detail = std::make_shared<ExchangeDetail>(*kept.exchange);
        m_storedBytes -= kept.frames->storedBytes();
        detail->frames = kept.frames->view();
        m_storedBytes += kept.frames->storedBytes();
        detail->framesDropped = kept.frames->dropped();
        detail->summary.frames = kept.frames->seen();
        keepBounds();
        return detail;
    }

    void clear() override
    {
        m_places.clear();
        m_kept.clear();
        m_storedBytes = 0;
    }

    qsizetype count() const override { return qsizetype(m_kept.size()); }
    qint64 storedBytes() const override { return m_storedBytes; }

private:
    struct Kept {
        ExchangeDetailPtr exchange;
        std::unique_ptr<FrameLog> frames; // null: none came
    };

    void keepBounds()
    {
        while (count() > m_exchangesMax || m_storedBytes > m_bytesMax)
            dropOldest();
    }

    void dropOldest()
    {
        const Kept &oldest = m_kept.front();
        m_storedBytes -= oldest.exchange->storedBytes() + (oldest.frames ? oldest.frames->storedBytes() : 0);
        m_places.erase(oldest.exchange->summary.id);
        m_kept.pop_front();
    }

    const qsizetype m_exchangesMax;
    const qint64 m_bytesMax;
    qint64 m_storedBytes = 0;
    std::list<Kept> m_kept; // oldest first
    std::unordered_map<ExchangeId, std::list<Kept>::iterator> m_places;
};

} // namespace

std::unique_ptr<CaptureStore> makeMemoryCaptureStore(qsizetype exchangesMax, qint64 bytesMax)
{
    return std::make_unique<MemoryCaptureStore>(exchangesMax, bytesMax);
}

} // namespace portlight
