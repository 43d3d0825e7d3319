// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QButtonGroup>
#include <QWidget>

class QVBoxLayout;

namespace portlight {

// One entry of the navigation: icon, name, and a count at the right.
class NavigationButton final : public QAbstractButton
{
    Q_OBJECT
public:
    NavigationButton(const QString &icon, const QString &text, QWidget *parent);

    void setCount(const QString &count);
    QString count() const { return m_count; }
    QSize sizeHint() const override { return {160, 32}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_icon;
    QString m_count;
};

// The pages at the left. Up and Down move between them.
class NavigationBar final : public QWidget
{
    Q_OBJECT
public:
    explicit NavigationBar(QWidget *parent = nullptr);

    // `id` is the page's place; `name` its word in settings and on the command line.
    NavigationButton *addPage(int id, const QString &name, const QString &text);
    // What comes after this stands at the bottom.
    void addStretch();
    NavigationButton *addCommand(const QString &objectName, const QString &icon, const QString &text);
    void setCurrent(int id);
    void setCount(int id, const QString &count);

Q_SIGNALS:
    void pageChosen(int id);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QButtonGroup m_group;
    QVBoxLayout *m_column;
};

} // namespace portlight
