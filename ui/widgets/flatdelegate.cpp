// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flatdelegate.h"

#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/painting.h"
#include "widgets/cellpainting.h"
#include "widgets/cells.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr int CellPadding = 8;
constexpr int HeadingPadding = 24;
constexpr int NoteGap = 12;
constexpr int IconSize = 18;

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

void paintNote(QPainter &painter, const QRect &rect, const QString &note, const QFont &font, const ThemeColors &colors)
{
    if (note.isEmpty() || rect.width() <= 0)
        return;
    painter.setFont(font);
    painter.setPen(colors.dim);
    const QFontMetrics metrics(font, painter.device());
    painter.drawText(rect, Qt::AlignVCenter | Qt::AlignLeft, metrics.elidedText(note, Qt::ElideRight, rect.width()));
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
    paintNote(painter, rect.adjusted(metrics.horizontalAdvance(text) + NoteGap, 0, 0, 0),
              index.data(CellNoteRole).toString(), option.font, colors);
}

void FlatDelegate::paintIcon(QPainter &painter, const QRect &cell, const QModelIndex &index, const ThemeColors &colors)
{
    const QString name = index.data(CellIconRole).toString();
    if (name.isEmpty())
        return;
    const QColor ink = colors.tone(index.data(CellToneRole).value<Tone>()).ink;
    const QRect at(cell.center().x() - IconSize / 2, cell.center().y() - IconSize / 2, IconSize, IconSize);
    painter.drawPixmap(at, iconPixmap(name, ink, IconSize, painter.device()->devicePixelRatioF()));
}

// The beginning of a section: a quiet band with its name, what is to be said of it, and how it stands at the end.
void FlatDelegate::paintHeading(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index,
                                const ThemeColors &colors)
{
    const QRect cell = option.rect;
    painter.fillRect(cell.adjusted(0, 0, 0, -1), colors.window);
    QRect rect = cell.adjusted(HeadingPadding, 0, -HeadingPadding, -1);
    painter.setFont(option.font);
    const QString end = index.data(CellEndRole).toString();
    const QVariant tone = index.data(CellToneRole);
    painter.setPen(tone.isValid() ? colors.tone(tone.value<Tone>()).ink : colors.dim);
    painter.drawText(rect, Qt::AlignVCenter | Qt::AlignRight, end);
    rect.setRight(rect.right() - QFontMetrics(option.font, painter.device()).horizontalAdvance(end) - NoteGap);
    painter.setFont(semiboldFont().resolve(option.font));
    painter.setPen(colors.text);
    const QFontMetrics metrics(painter.font(), painter.device());
    const QString title = metrics.elidedText(index.data().toString(), Qt::ElideRight, rect.width());
    painter.drawText(rect, Qt::AlignVCenter | Qt::AlignLeft, title);
    paintNote(painter, rect.adjusted(metrics.horizontalAdvance(title) + NoteGap, 0, 0, 0),
              index.data(CellNoteRole).toString(), option.font, colors);
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
    case CellKind::Ticks:
        paintTicks(*painter, content, index.data(CellSeriesRole).value<QList<double>>(), colors);
        break;
    case CellKind::Icon: paintIcon(*painter, cell, index, colors); break;
    case CellKind::Heading: paintHeading(*painter, option, index, colors); break;
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

bool FlatDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                             const QModelIndex &index)
{
    const QStringList tips = index.data(CellTipsRole).toStringList();
    if (event->type() != QEvent::ToolTip || tips.isEmpty())
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    const qsizetype tick = tickAt(contentOf(option.rect), tips.size(), event->pos().x());
    QToolTip::showText(event->globalPos(), tips.value(tick), view);
    return true;
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
