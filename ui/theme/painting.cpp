// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/painting.h"

#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/paintersaver.h"
#include "theme/style.h"

#include <QPainter>
#include <QPainterPath>
#include <QStyleOption>
#include <QWidget>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// A line one pixel wide is crisp when it runs through the middle of pixels.
QRectF insideOf(const QRect &rect, qreal penWidth = 1)
{
    const qreal half = penWidth / 2;
    return QRectF(rect).adjusted(half, half, -half, -half);
}

QColor mixed(const QColor &a, const QColor &b, qreal share)
{
    const auto mix = [share](float x, float y) { return float(x + (y - x) * share); };
    return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()), mix(a.blueF(), b.blueF()));
}

bool has(const QWidget *widget, const char *property)
{
    return widget && widget->property(property).toBool();
}

} // namespace

void setInk(QWidget *widget, const QColor &color)
{
    QPalette palette = widget->palette();
    palette.setColor(widget->foregroundRole(), color);
    widget->setPalette(palette);
}

void paintButton(QPainter &painter, const QStyleOption &option, const QWidget *widget)
{
    const PainterSaver saver(painter);
    const ThemeColors &colors = themeColors(option.palette);
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool hover = enabled && (option.state & QStyle::State_MouseOver);
    const bool down = option.state & (QStyle::State_Sunken | QStyle::State_On);
    const auto *button = qstyleoption_cast<const QStyleOptionButton *>(&option);
    const bool flat = button && (button->features & QStyleOptionButton::Flat);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor fill = down ? colors.selection : hover ? colors.hover : colors.base;
    QColor border = flat ? QColor(Qt::transparent) : down ? colors.accent : colors.control;
    if (flat && !hover && !down)
        fill = Qt::transparent;
    if (has(widget, PrimaryProperty) && enabled) {
        fill = mixed(colors.accent, Qt::black, down ? 0.14 : hover ? 0.07 : 0.0);
        border = fill;
    } else if (has(widget, ChipProperty)) {
        fill = colors.accentTone.soft;
        border = hover || down ? colors.accent : fill;
    }
    painter.setPen(border);
    painter.setBrush(fill);
    painter.drawRoundedRect(insideOf(option.rect), ControlRadius, ControlRadius);
    if ((option.state & QStyle::State_HasFocus) && (option.state & QStyle::State_KeyboardFocusChange))
        paintFocusRing(painter, option.rect, colors);
}

void paintField(QPainter &painter, const QRect &rect, const ThemeColors &colors, bool focused, bool enabled)
{
    const PainterSaver saver(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(focused ? colors.accent : colors.control, focused ? 1.5 : 1));
    painter.setBrush(enabled ? colors.base : colors.window);
    painter.drawRoundedRect(insideOf(rect, focused ? 1.5 : 1), ControlRadius, ControlRadius);
}

void paintFocusRing(QPainter &painter, const QRect &rect, const ThemeColors &colors)
{
    const PainterSaver saver(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    // A light line inside keeps the ring visible on an accent fill.
    painter.setPen(QPen(colors.base, 1));
    painter.drawRoundedRect(insideOf(rect.adjusted(2, 2, -2, -2)), ControlRadius - 2, ControlRadius - 2);
    painter.setPen(QPen(colors.accent, 2));
    painter.drawRoundedRect(insideOf(rect, 2), ControlRadius, ControlRadius);
}

void paintSwitch(QPainter &painter, const QRect &rect, const ThemeColors &colors, bool on, bool enabled)
{
    const PainterSaver saver(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!enabled)
        painter.setOpacity(0.5);
    const QRectF track(rect.x(), rect.y() + (rect.height() - 16) / 2.0, 30, 16);
    painter.setPen(Qt::NoPen);
    painter.setBrush(on ? colors.accent : colors.track);
    painter.drawRoundedRect(track, 8, 8);
    painter.setBrush(Qt::white);
    painter.drawEllipse(QPointF(on ? track.right() - 8 : track.left() + 8, track.center().y()), 6, 6);
}

void paintHeaderSection(QPainter &painter, const QStyleOption &option)
{
    const ThemeColors &colors = themeColors(option.palette);
    painter.fillRect(option.rect, colors.base);
    painter.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), colors.hairline);
}

void paintHeaderLabel(QPainter &painter, const QStyleOption &option)
{
    const auto *header = qstyleoption_cast<const QStyleOptionHeader *>(&option);
    if (!header)
        return;
    const PainterSaver saver(painter);
    painter.setPen(themeColors(option.palette).dim);
    const QString text = option.fontMetrics.elidedText(header->text, Qt::ElideRight, option.rect.width());
    painter.drawText(option.rect, int(header->textAlignment | Qt::AlignVCenter), text);
}

void paintTab(QPainter &painter, const QStyleOption &option)
{
    const ThemeColors &colors = themeColors(option.palette);
    const QRect rect = option.rect;
    if (option.state & QStyle::State_Selected)
        painter.fillRect(QRect(rect.left() + 10, rect.bottom() - 1, rect.width() - 20, 2), colors.accent);
    if ((option.state & QStyle::State_HasFocus) && (option.state & QStyle::State_KeyboardFocusChange))
        paintFocusRing(painter, rect.adjusted(2, 4, -2, -6), colors);
}

void paintTabLabel(QPainter &painter, const QStyleOption &option)
{
    const auto *tab = qstyleoption_cast<const QStyleOptionTab *>(&option);
    if (!tab)
        return;
    const PainterSaver saver(painter);
    const ThemeColors &colors = themeColors(option.palette);
    const bool selected = option.state & QStyle::State_Selected;
    const bool hover = option.state & QStyle::State_MouseOver;
    if (selected)
        painter.setFont(semiboldFont());
    painter.setPen(selected || hover ? colors.text : colors.dim);
    painter.drawText(option.rect, Qt::AlignCenter | Qt::TextShowMnemonic, tab->text);
}

void paintScrollBar(QPainter &painter, const QStyleOptionComplex &option, const QRect &slider)
{
    const PainterSaver saver(painter);
    const ThemeColors &colors = themeColors(option.palette);
    const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(&option);
    if (!bar || bar->maximum <= bar->minimum)
        return;
    const bool active = option.state & QStyle::State_MouseOver || option.state & QStyle::State_Sunken;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(active ? colors.dim : colors.track);
    const QRectF thumb = QRectF(slider).adjusted(2, 2, -2, -2);
    const qreal radius = std::min(thumb.width(), thumb.height()) / 2;
    painter.drawRoundedRect(thumb, radius, radius);
}

void paintComboBox(QPainter &painter, const QStyleOptionComplex &option, const QRect &arrow)
{
    const ThemeColors &colors = themeColors(option.palette);
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool hover = enabled && (option.state & QStyle::State_MouseOver);
    {
        const PainterSaver saver(painter);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(colors.control);
        painter.setBrush(hover ? colors.hover : colors.base);
        painter.drawRoundedRect(insideOf(option.rect), ControlRadius, ControlRadius);
    }
    if (option.state & QStyle::State_HasFocus)
        paintFocusRing(painter, option.rect, colors);
    const qreal ratio = painter.device()->devicePixelRatioF();
    const QPixmap chevron = iconPixmap(u"chevron-down"_s, enabled ? colors.dim : colors.neutral.mark, 16, ratio);
    painter.drawPixmap(QPoint(arrow.center().x() - 7, arrow.center().y() - 7), chevron);
}

} // namespace portlight
