// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flatdelegate.h"

#include "theme/fonts.h"
#include "theme/painting.h"
#include "widgets/cellpainting.h"
#include "widgets/cells.h"

#include <QAbstractItemView>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr int CellPadding = 8;

QRect contentOf(const QRect &cell)
{
    return cell.adjusted(CellPadding, 0, -CellPadding, -1);
}

QFont fontOf(CellKind kind)
{
    switch (kind) {
    case CellKind::Strong: return semiboldFont();
    case CellKind::Wire:
    case CellKind::WireDim:
    case CellKind::Link: return wireFont();
    default: return {};
    }
}

QColor inkOf(CellKind kind, const ThemeColors &colors)
{
    switch (kind) {
    case CellKind::Dim:
    case CellKind::WireDim:
    case CellKind::Bar: return colors.dim;
    case CellKind::Link: return colors.accentTone.ink;
    default: return colors.text;
    }
}

} // namespace

void FlatDelegate::paintText(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index,
                             const ThemeColors &colors) const
{
    const auto kind = index.data(CellKindRole).value<CellKind>();
    const bool faded = index.data(CellFadedRole).toBool();
    const QVariant tone = index.data(CellToneRole);
    painter.setPen(faded ? colors.dim : tone.isValid() ? colors.tone(tone.value<Tone>()).ink : inkOf(kind, colors));
    painter.setFont(fontOf(kind).resolve(option.font));
    const QRect rect = contentOf(option.rect);
    const QString text = index.data(Qt::DisplayRole).toString();
    if (kind == CellKind::Number)
        return paintTabular(painter, rect, text);
    const QFontMetrics metrics(painter.font(), painter.device());
    painter.drawText(rect, Qt::AlignVCenter | Qt::AlignLeft, metrics.elidedText(text, Qt::ElideRight, rect.width()));
}

QWidget *FlatDelegate::createEditor(QWidget *parent, const QStyleOptionViewItem &, const QModelIndex &index) const
{
    auto *edit = new QLineEdit(parent);
    edit->setObjectName(u"cellEditor"_s);
    edit->setAccessibleName(index.model()->headerData(index.column(), Qt::Horizontal).toString());
    edit->setFont(fontOf(index.data(CellKindRole).value<CellKind>()));
    edit->setFrame(false);
    edit->setTextMargins(CellPadding - 2, 0, 0, 0);
    edit->setAutoFillBackground(true);
    return edit;
}

void FlatDelegate::updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option, const QModelIndex &) const
{
    editor->setGeometry(option.rect.adjusted(0, 0, 0, -1));
}

void FlatDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const ThemeColors &colors = themeColors(option.palette);
    const QRect cell = option.rect;
    const bool selected = option.state & QStyle::State_Selected;
    painter->save();
    painter->fillRect(cell, selected ? colors.selection : index.row() == m_hoveredRow ? colors.hover : colors.base);
    painter->fillRect(QRect(cell.left(), cell.bottom(), cell.width(), 1), colors.hairline);
    const auto *view = qobject_cast<const QAbstractItemView *>(option.widget);
    if (selected && cell.left() <= 0 && view && view->hasFocus())
        painter->fillRect(QRect(cell.left(), cell.top(), 3, cell.height() - 1), colors.accent);
    const QString text = index.data(Qt::DisplayRole).toString();
    const auto tone = index.data(CellToneRole).value<Tone>();
    const QRect content = contentOf(cell);
    switch (index.data(CellKindRole).value<CellKind>()) {
    case CellKind::Badge:
        if (!text.isEmpty())
            paintBadge(*painter, content, text, colors.tone(tone));
        break;
    case CellKind::Dot: paintDot(*painter, cell.center(), colors.tone(tone).mark); break;
    case CellKind::Sparkline:
        paintSparkline(*painter, content, index.data(CellSeriesRole).value<QList<double>>(), colors.accent);
        break;
    case CellKind::Switch: {
        const QRect at(content.right() - 30, content.top(), 30, content.height());
        paintSwitch(*painter, at, colors, index.data(CellCheckedRole).toBool(), true);
        break;
    }
    case CellKind::Bar:
        if (const QVariant share = index.data(CellShareRole); share.isValid())
            paintBar(*painter, content, share.toDouble(), colors.tone(tone).mark);
        else
            paintText(*painter, option, index, colors);
        break;
    default: paintText(*painter, option, index, colors);
    }
    painter->restore();
}

QSize FlatDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    return {size.width() + 2 * CellPadding, 28};
}

bool FlatDelegate::editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                               const QModelIndex &index)
{
    Q_UNUSED(model)
    Q_UNUSED(option)
    if (event->type() != QEvent::MouseButtonRelease || index.data(CellKindRole).value<CellKind>() != CellKind::Switch)
        return false;
    if (static_cast<QMouseEvent *>(event)->button() == Qt::LeftButton)
        Q_EMIT switchClicked(index);
    return true;
}

} // namespace portlight
