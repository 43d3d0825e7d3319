// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/framesmodel.h"

#include "traffic/frametext.h"
#include "widgets/cells.h"
#include "widgets/quantities.h"

#include <QDateTime>

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

CellKind kindOf(int column)
{
    switch (column) {
    case FramesModel::DirectionColumn: return CellKind::Strong;
    case FramesModel::TimeColumn: return CellKind::WireDim;
    case FramesModel::TypeColumn: return CellKind::Badge;
    case FramesModel::SizeColumn: return CellKind::Number;
    default: return CellKind::Wire;
    }
}

QVariant toneOf(const FrameRecord &record, int column)
{
    if (column == FramesModel::DirectionColumn)
        return QVariant::fromValue(record.fromClient ? Tone::Accent : Tone::Good);
    return column == FramesModel::TypeColumn ? QVariant::fromValue(frameTone(record)) : QVariant();
}

QString toolTip(const FrameRecord &record, int column)
{
    switch (column) {
    case FramesModel::DirectionColumn:
        return record.fromClient ? FramesModel::tr("From the client") : FramesModel::tr("From the backend");
    case FramesModel::TypeColumn: return faultText(record.frame.fault);
    case FramesModel::SizeColumn:
        return record.frame.compressed ? FramesModel::tr("compressed, as it was sent") : QString();
    default: return {};
    }
}

} // namespace

void FramesModel::setFrames(const std::vector<FrameRecord> &frames, qint64 startedAtMs)
{
    m_startedAtMs = startedAtMs;
    if (frames.empty())
        return clear();
    removeBefore(frames.front().number);
    appendBehind(frames, m_frames.empty() ? 0 : m_frames.back().number);
}

void FramesModel::clear()
{
    if (m_frames.empty())
        return;
    beginResetModel();
    m_frames.clear();
    endResetModel();
}

void FramesModel::removeBefore(quint64 number)
{
    const auto kept = std::find_if(m_frames.begin(), m_frames.end(),
                                   [number](const FrameRecord &each) { return each.number >= number; });
    const int count = int(kept - m_frames.begin());
    if (count == 0)
        return;
    beginRemoveRows({}, 0, count - 1);
    m_frames.erase(m_frames.begin(), kept);
    endRemoveRows();
}

void FramesModel::appendBehind(const std::vector<FrameRecord> &frames, quint64 number)
{
    const auto first =
        std::find_if(frames.begin(), frames.end(), [number](const FrameRecord &each) { return each.number > number; });
    if (first == frames.end())
        return;
    beginInsertRows({}, rowCount(), rowCount() + int(frames.end() - first) - 1);
    m_frames.insert(m_frames.end(), first, frames.end());
    endInsertRows();
}

const FrameRecord *FramesModel::at(int row) const
{
    return row >= 0 && size_t(row) < m_frames.size() ? &m_frames[size_t(row)] : nullptr;
}

QString FramesModel::timeText(const FrameRecord &record) const
{
    return QDateTime::fromMSecsSinceEpoch(m_startedAtMs + record.atUs / 1000).toString(u"HH:mm:ss.zzz"_s);
}

int FramesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_frames.size());
}

int FramesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString FramesModel::displayText(const FrameRecord &record, int column) const
{
    switch (column) {
    case DirectionColumn: return record.fromClient ? u"↑"_s : u"↓"_s;
    case TimeColumn: return timeText(record);
    case TypeColumn: return frameTypeText(record);
    case SizeColumn: return bytesText(qint64(std::min<quint64>(record.frame.length, quint64(INT64_MAX))));
    default: return framePreview(record);
    }
}

QVariant FramesModel::data(const QModelIndex &index, int role) const
{
    const FrameRecord *record = index.isValid() ? at(index.row()) : nullptr;
    if (!record)
        return {};
    switch (role) {
    case Qt::DisplayRole: return displayText(*record, index.column());
    case Qt::ToolTipRole: return toolTip(*record, index.column());
    case Qt::AccessibleTextRole:
        return index.column() == DirectionColumn ? toolTip(*record, DirectionColumn)
                                                 : displayText(*record, index.column());
    case CellKindRole: return QVariant::fromValue(kindOf(index.column()));
    case CellToneRole: return toneOf(*record, index.column());
    default: return {};
    }
}

QVariant FramesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == SizeColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case TimeColumn: return tr("Time");
    case TypeColumn: return tr("Type");
    case SizeColumn: return tr("Size");
    case PreviewColumn: return tr("Payload");
    default: return QString();
    }
}

} // namespace portlight
