// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <QAbstractTableModel>

namespace portlight {

// The kept frames of one exchange as rows, in the order in which they passed.
class FramesModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { DirectionColumn, TimeColumn, TypeColumn, SizeColumn, PreviewColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    // Rows that stay are not touched: the oldest go, new ones come. `startedAtMs`: of the exchange, since the epoch.
    void setFrames(const std::vector<FrameRecord> &frames, qint64 startedAtMs);
    void clear();
    const std::vector<FrameRecord> &frames() const { return m_frames; }
    const FrameRecord *at(int row) const;
    // "14:03:22.118"
    QString timeText(const FrameRecord &record) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void removeBefore(quint64 number);
    void appendBehind(const std::vector<FrameRecord> &frames, quint64 number);
    QString displayText(const FrameRecord &record, int column) const;

    std::vector<FrameRecord> m_frames;
    qint64 m_startedAtMs = 0;
};

} // namespace portlight
