// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "theme/colors.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace portlight {

// A line across the page with an icon, a sentence and one action: "Removed shop.localhost — Undo".
class NoticeBar final : public QWidget
{
    Q_OBJECT
public:
    // `objectName` names the bar; its buttons get "Action" and "Close" behind it.
    explicit NoticeBar(const QString &objectName, QWidget *parent = nullptr);

    // An empty action shows no button.
    void showNotice(Tone tone, const QString &text, const QString &action = {});
    QString text() const;
    // One that is not closable stays as long as what it says does.
    void setClosable(bool closable);

Q_SIGNALS:
    void actionTriggered();

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void drawIcon();

    Tone m_tone = Tone::Accent;
    QLabel *m_icon;
    QLabel *m_text;
    QPushButton *m_action;
    QPushButton *m_close;
};

} // namespace portlight
