// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/commandpalette.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// "&Quit" is shown and searched as "Quit".
QString plainText(const QAction *action)
{
    return action->text().remove(u'&');
}

// Every word typed must be somewhere in the name.
bool matches(const QString &name, const QString &typed)
{
    const QStringList words = typed.split(u' ', Qt::SkipEmptyParts);
    return std::all_of(words.cbegin(), words.cend(),
                       [&name](const QString &word) { return name.contains(word, Qt::CaseInsensitive); });
}

} // namespace

CommandPalette::CommandPalette(QWidget *parent)
    : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint)
    , m_edit(new QLineEdit(this))
    , m_list(new QListWidget(this))
{
    setObjectName(u"commandPalette"_s);
    setWindowTitle(tr("Commands"));
    m_edit->setObjectName(u"commandPaletteEdit"_s);
    m_edit->setAccessibleName(tr("Command"));
    m_edit->setPlaceholderText(tr("Type a command"));
    m_edit->installEventFilter(this);
    m_list->setObjectName(u"commandPaletteList"_s);
    m_list->setAccessibleName(tr("Commands"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setUniformItemSizes(true);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->addWidget(m_edit);
    column->addWidget(m_list);
    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_edit, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
}

void CommandPalette::openWith(const QList<QAction *> &actions)
{
    m_actions.clear();
    std::copy_if(actions.cbegin(), actions.cend(), std::back_inserter(m_actions),
                 [](const QAction *action) { return action->isEnabled() && !action->text().isEmpty(); });
    m_edit->clear();
    filter({});
    resize(480, 360);
    const QWidget *window = parentWidget();
    move(window->mapToGlobal(QPoint((window->width() - width()) / 2, 80)));
    open();
    m_edit->setFocus();
}

void CommandPalette::filter(const QString &text)
{
    m_list->clear();
    for (qsizetype i = 0; i < m_actions.size(); ++i) {
        const QAction *action = m_actions[i];
        if (!matches(plainText(action), text))
            continue;
        const QString shortcut = action->shortcut().toString(QKeySequence::NativeText);
        auto *item = new QListWidgetItem(
            action->icon(), shortcut.isEmpty() ? plainText(action) : u"%1    %2"_s.arg(plainText(action), shortcut),
            m_list);
        item->setData(Qt::UserRole, int(i));
        item->setSizeHint(QSize(0, 32));
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::runCurrent()
{
    const QListWidgetItem *item = m_list->currentItem();
    if (!item)
        return;
    QAction *action = m_actions.at(item->data(Qt::UserRole).toInt());
    accept();
    action->trigger();
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_edit && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
        if (step != 0 && m_list->count() > 0) {
            m_list->setCurrentRow((m_list->currentRow() + step + m_list->count()) % m_list->count());
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace portlight
