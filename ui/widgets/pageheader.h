// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;
class QPushButton;

namespace portlight {

// The top of a page: its title at the left, what the page puts beside it at the right.
class PageHeader final : public QWidget
{
    Q_OBJECT
public:
    explicit PageHeader(const QString &title, QWidget *parent = nullptr);

    void addWidget(QWidget *widget, int stretch = 0);
    // Borrowed; the page connects it. A primary button comes last.
    QPushButton *addButton(const QString &objectName, const QString &text, bool primary = false);

private:
    QHBoxLayout *m_row;
};

} // namespace portlight
