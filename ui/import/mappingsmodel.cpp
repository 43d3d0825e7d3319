// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/mappingsmodel.h"

#include "widgets/cells.h"

#include <QDir>
#include <QFileInfo>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QString kindText(OverlayMapping::Kind kind)
{
    switch (kind) {
    case OverlayMapping::Kind::Listen: return MappingsModel::tr("Address");
    case OverlayMapping::Kind::Certificate: return MappingsModel::tr("Certificate");
    case OverlayMapping::Kind::Name: return MappingsModel::tr("Name");
    case OverlayMapping::Kind::Peer: return MappingsModel::tr("Backend");
    case OverlayMapping::Kind::Path: return MappingsModel::tr("Path");
    }
    Q_UNREACHABLE();
}

CellKind kindOfColumn(int column)
{
    switch (column) {
    case MappingsModel::KindColumn:
    case MappingsModel::ReasonColumn: return CellKind::Dim;
    case MappingsModel::ToColumn: return CellKind::Link;
    default: return CellKind::Wire;
    }
}

} // namespace

MappingsModel::MappingsModel(QObject *parent)
    : QAbstractTableModel(parent)
{}

void MappingsModel::setOverlay(const Overlay &overlay)
{
    beginResetModel();
    m_overlay = overlay;
    m_problem.clear();
    endResetModel();
}

Overlay MappingsModel::overlay() const
{
    Overlay kept = m_overlay;
    std::erase_if(kept.mappings, [](const OverlayMapping &mapping) { return mapping.to.isEmpty(); });
    return kept;
}

int MappingsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_overlay.mappings.size());
}

int MappingsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString MappingsModel::cellText(const OverlayMapping &mapping, int column) const
{
    switch (column) {
    case KindColumn: return kindText(mapping.kind);
    case FromColumn: return QString::fromUtf8(mapping.from);
    case ToColumn: {
        const QString folder = QFileInfo(m_overlay.fileName).absolutePath() + u'/';
        const QString to = QString::fromUtf8(mapping.to + (mapping.key.isEmpty() ? QByteArray() : ' ' + mapping.key));
        return mapping.kind == OverlayMapping::Kind::Path && to.startsWith(folder) ? to.mid(folder.size()) : to;
    }
    case ReasonColumn: return mapping.to.isEmpty() ? tr("left as it is written") : QString::fromUtf8(mapping.reason);
    default: return {};
    }
}

QVariant MappingsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const OverlayMapping &mapping = m_overlay.mappings[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole: return cellText(mapping, index.column());
    case Qt::ToolTipRole:
        return index.column() == ToColumn ? tr("Double-click or F2 to change; empty leaves it as written")
                                          : cellText(mapping, index.column());
    case CellKindRole: return QVariant::fromValue(kindOfColumn(index.column()));
    case CellFadedRole: return mapping.to.isEmpty();
    default: return {};
    }
}

bool MappingsModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || index.column() != ToColumn || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    OverlayMapping changed = m_overlay.mappings[size_t(index.row())];
    if (value.toString() == cellText(changed, ToColumn))
        return false;
    const QList<QByteArray> words = value.toString().simplified().toUtf8().split(' ');
    changed.to = words.value(0);
    changed.key = words.value(1);
    m_problem.clear();
    if (!changed.to.isEmpty()) {
        // The same reader that will read the file says whether that is a value, and makes paths whole.
        Overlay one{m_overlay.fileName, {changed}};
        const OverlayOutcome read = parseOverlay(writeOverlay(one), m_overlay.fileName);
        if (!read.ok()) {
            m_problem = read.diagnostics.first().message;
            Q_EMIT edited();
            return false;
        }
        changed = read.overlay.mappings.front();
    }
    m_overlay.mappings[size_t(index.row())] = changed;
    Q_EMIT dataChanged(index.siblingAtColumn(0), index.siblingAtColumn(ColumnCount - 1));
    Q_EMIT edited();
    return true;
}

Qt::ItemFlags MappingsModel::flags(const QModelIndex &index) const
{
    const Qt::ItemFlags usual = QAbstractTableModel::flags(index);
    return index.column() == ToColumn ? usual | Qt::ItemIsEditable : usual;
}

QVariant MappingsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QStringList titles{QString(), tr("What"), tr("In the file"), tr("On this desk"), tr("Because")};
    return titles.value(section);
}

} // namespace portlight
