// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>

class QAction;
class QLineEdit;
class QListWidget;

namespace portlight {

// Every action by name: type a few letters, press Enter.
class CommandPalette final : public QDialog
{
    Q_OBJECT
public:
    explicit CommandPalette(QWidget *parent);

    // Shows the enabled ones; borrowed until the dialog closes.
    void openWith(const QList<QAction *> &actions);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter(const QString &text);
    void runCurrent();

    QLineEdit *m_edit;
    QListWidget *m_list;
    QList<QAction *> m_actions;
};

} // namespace portlight
