// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/timingview.h"

#include "theme/fonts.h"
#include "widgets/cellpainting.h"
#include "widgets/quantities.h"

#include <QPainter>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int RowHeight = 28;
constexpr int LabelWidth = 140;
constexpr int NumberWidth = 84;
constexpr int Left = 24;
constexpr int Top = 8;

} // namespace

TimingView::TimingView(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"exchangeTiming"_s);
    setAccessibleName(tr("Timing"));
}

void TimingView::setTiming(const ExchangeTiming &timing, bool running, bool connectionReused)
{
    m_phases = timingPhases(timing);
    m_note = running ? tr("still running") : tr("total %1").arg(durationText(timing.finishedUs));
    if (connectionReused)
        m_note += tr(" · the backend's connection was kept alive: nothing to dial");
    QStringList spoken;
    for (const TimingPhase &phase : std::as_const(m_phases))
        spoken.append(u"%1: %2"_s.arg(phase.name, durationText(phase.untilUs - phase.fromUs)));
    setAccessibleDescription(spoken.join(u", "_s) + u", "_s + m_note);
    setMinimumHeight(sizeHint().height());
    update();
}

QSize TimingView::sizeHint() const
{
    return {480, Top + int(m_phases.size() + 1) * RowHeight + 8};
}

void TimingView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const ThemeColors &colors = themeColors(palette());
    qint64 last = 1;
    for (const TimingPhase &phase : std::as_const(m_phases))
        last = std::max(last, phase.untilUs);
    const int barLeft = Left + LabelWidth;
    const int barWidth = std::max(40, width() - barLeft - NumberWidth - 32);
    int y = Top;
    for (const TimingPhase &phase : std::as_const(m_phases)) {
        const QRect row(Left, y, width() - 2 * Left, RowHeight);
        painter.fillRect(QRect(Left, row.bottom(), width() - 2 * Left, 1), colors.hairline);
        painter.setPen(colors.text);
        painter.drawText(QRect(Left, y, LabelWidth - 8, RowHeight), Qt::AlignVCenter | Qt::AlignLeft, phase.name);
        const double from = double(phase.fromUs) / double(last);
        const double share = double(phase.untilUs - phase.fromUs) / double(last);
        const int x = barLeft + int(from * barWidth);
        paintBar(painter, QRect(x, y, std::max(2, int(share * barWidth)), RowHeight), 1, colors.tone(phase.tone).mark);
        paintTabular(painter, QRect(width() - Left - NumberWidth, y, NumberWidth, RowHeight),
                     durationText(phase.untilUs - phase.fromUs));
        y += RowHeight;
    }
    painter.setPen(colors.dim);
    painter.drawText(QRect(Left, y, width() - 2 * Left, RowHeight), Qt::AlignVCenter | Qt::AlignLeft, m_note);
}

} // namespace portlight
