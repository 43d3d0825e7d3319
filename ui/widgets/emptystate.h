// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace portlight {

// What a page shows when it has nothing to show: one drawing, one sentence, and what to do next.
class EmptyState final : public QWidget
{
    Q_OBJECT
public:
    EmptyState(const QString &drawing, const QString &title, const QString &sentence, QWidget *parent = nullptr);

    void setSentence(const QString &title, const QString &sentence);
    // The first button is the primary one. Borrowed; the page connects it.
    QPushButton *addButton(const QString &objectName, const QString &text);
    // Something of the page's own between sentence and buttons.
    void setExtra(QWidget *widget);

protected:
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void drawPicture();

    QString m_drawing;
    QLabel *m_picture;
    QLabel *m_title;
    QLabel *m_sentence;
    QWidget *m_extraPlace;
    QHBoxLayout *m_buttons;
};

} // namespace portlight
