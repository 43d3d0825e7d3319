// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/cellpainting.h"

#include "theme/fonts.h"
#include "theme/paintersaver.h"

#include <QFontMetrics>
#include <QPainter>
#include <QPainterPath>

namespace portlight {

namespace {

constexpr int BadgeHeight = 20;
constexpr int BadgePadding = 7;
constexpr int TickWidth = 3;
constexpr int TickStep = 5;

int digitAdvance(const QFontMetrics &metrics)
{
    int widest = 0;
    for (char16_t digit = u'0'; digit <= u'9'; ++digit)
        widest = std::max(widest, metrics.horizontalAdvance(QChar(digit)));
    return widest;
}

} // namespace

QSize badgeSize(const QString &text)
{
    return {QFontMetrics(badgeFont()).horizontalAdvance(text) + 2 * BadgePadding, BadgeHeight};
}

void paintBadge(QPainter &painter, const QRect &rect, const QString &text, const ToneColors &tone)
{
    const PainterSaver saver(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(badgeFont());
    const QFontMetrics metrics(painter.font(), painter.device());
    const int width = std::min(metrics.horizontalAdvance(text) + 2 * BadgePadding, rect.width());
    const QRect box(rect.left(), rect.top() + (rect.height() - BadgeHeight) / 2, width, BadgeHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(tone.soft);
    painter.drawRoundedRect(box, 5, 5);
    painter.setPen(tone.ink);
    const QRect inside = box.adjusted(BadgePadding, 0, -BadgePadding + 1, 0);
    painter.drawText(inside, Qt::AlignVCenter | Qt::AlignLeft,
                     metrics.elidedText(text, Qt::ElideRight, inside.width()));
}

void paintDot(QPainter &painter, const QPoint &center, const QColor &color)
{
    const PainterSaver saver(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawEllipse(QPointF(center) + QPointF(0.5, 0.5), 4, 4);
}

void paintSparkline(QPainter &painter, const QRect &rect, const QList<double> &values, const QColor &color)
{
    if (values.size() < 2)
        return;
    const PainterSaver saver(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    const double highest = *std::max_element(values.cbegin(), values.cend());
    const QRectF area = QRectF(rect).adjusted(1, 6, -1, -6);
    const auto point = [&](qsizetype i) {
        const double share = highest > 0 ? values[i] / highest : 0;
        return QPointF(area.left() + area.width() * double(i) / double(values.size() - 1),
                       area.bottom() - area.height() * share);
    };
    QPainterPath line(point(0));
    for (qsizetype i = 1; i < values.size(); ++i)
        line.lineTo(point(i));
    QColor ink = color;
    if (highest <= 0)
        ink.setAlpha(70);
    else {
        QPainterPath area2 = line;
        area2.lineTo(area.bottomRight());
        area2.lineTo(area.bottomLeft());
        QColor fill = color;
        fill.setAlpha(28);
        painter.fillPath(area2, fill);
    }
    painter.setPen(QPen(ink, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(line);
}

void paintTicks(QPainter &painter, const QRect &rect, const QList<double> &values, const ThemeColors &colors)
{
    const PainterSaver saver(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    int right = rect.right() + 1;
    for (qsizetype i = values.size() - 1; i >= 0 && right - TickWidth >= rect.left(); --i, right -= TickStep) {
        const bool good = values[i] > 0;
        const int height = good ? 10 : 16;
        painter.setBrush(good ? colors.good.mark : colors.error.mark);
        painter.drawRoundedRect(
            QRectF(right - TickWidth, rect.top() + (rect.height() - height) / 2.0, TickWidth, height), 1, 1);
    }
}

qsizetype tickAt(const QRect &rect, qsizetype count, int x)
{
    const qsizetype back = (rect.right() + 1 - x) / TickStep;
    const bool drawn = x <= rect.right() && rect.right() + 1 - back * TickStep - TickWidth >= rect.left();
    return drawn && back < count ? count - 1 - back : -1;
}

void paintBar(QPainter &painter, const QRect &rect, double share, const QColor &color)
{
    const PainterSaver saver(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const double width = std::max(2.0, rect.width() * std::clamp(share, 0.0, 1.0));
    painter.drawRoundedRect(QRectF(rect.left(), rect.center().y() - 3, width, 8), std::min(2.0, width / 2), 2);
}

int tabularWidth(const QFont &font, const QString &text)
{
    const QFontMetrics metrics(font);
    const int digit = digitAdvance(metrics);
    int width = 0;
    for (const QChar c : text)
        width += c.isDigit() ? digit : metrics.horizontalAdvance(c);
    return width;
}

void paintTabular(QPainter &painter, const QRect &rect, const QString &text)
{
    const QFontMetrics metrics(painter.font(), painter.device());
    const int digit = digitAdvance(metrics);
    const int baseline = rect.top() + (rect.height() + metrics.ascent() - metrics.descent()) / 2;
    int right = rect.right() + 1;
    for (qsizetype i = text.size() - 1; i >= 0; --i) {
        const int advance = metrics.horizontalAdvance(text[i]);
        const int cell = text[i].isDigit() ? digit : advance;
        if (right - cell < rect.left())
            break;
        painter.drawText(QPointF(right - cell + (cell - advance) / 2.0, baseline), QString(text[i]));
        right -= cell;
    }
}

} // namespace portlight
