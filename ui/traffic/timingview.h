// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "traffic/exchangetext.h"

#include <QWidget>

namespace portlight {

// The phases of one exchange as bars on one time line, with their numbers.
class TimingView final : public QWidget
{
    Q_OBJECT
public:
    explicit TimingView(QWidget *parent = nullptr);

    void setTiming(const ExchangeTiming &timing, bool running, bool connectionReused);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QList<TimingPhase> m_phases;
    QString m_note;
};

} // namespace portlight
