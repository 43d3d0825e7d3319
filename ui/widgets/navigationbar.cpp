// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/navigationbar.h"

#include "theme/colors.h"
#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/painting.h"

#include <QPainter>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

NavigationButton::NavigationButton(const QString &icon, const QString &text, QWidget *parent)
    : QAbstractButton(parent)
    , m_icon(icon)
{
    setText(text);
    setAccessibleName(text);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setFixedHeight(32);
}

void NavigationButton::setCount(const QString &count)
{
    if (count == m_count)
        return;
    m_count = count;
    setAccessibleDescription(count);
    update();
}

void NavigationButton::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors &colors = themeColors(palette());
    if (isChecked() || underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(isChecked() ? colors.selection : colors.hover);
        painter.drawRoundedRect(rect(), ControlRadius, ControlRadius);
    }
    if (hasFocus())
        paintFocusRing(painter, rect(), colors);
    const QColor iconColor = isChecked() ? colors.accentTone.ink : colors.dim;
    painter.drawPixmap(10, (height() - 18) / 2, iconPixmap(m_icon, iconColor, 18, devicePixelRatioF()));
    painter.setFont(isChecked() ? semiboldFont() : font());
    painter.setPen(colors.text);
    painter.drawText(rect().adjusted(38, 0, -44, 0), Qt::AlignVCenter | Qt::AlignLeft, text());
    painter.setFont(font());
    painter.setPen(colors.dim);
    painter.drawText(rect().adjusted(0, 0, -10, 0), Qt::AlignVCenter | Qt::AlignRight, m_count);
}

NavigationBar::NavigationBar(QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
{
    setObjectName(u"navigation"_s);
    setAccessibleName(tr("Pages"));
    setFixedWidth(196);
    m_column->setContentsMargins(8, 12, 9, 8);
    m_column->setSpacing(2);
    connect(&m_group, &QButtonGroup::idClicked, this, &NavigationBar::pageChosen);
}

NavigationButton *NavigationBar::addPage(int id, const QString &name, const QString &text)
{
    auto *button = new NavigationButton(name, text, this);
    button->setObjectName(u"navigate-"_s + name);
    button->setCheckable(true);
    m_group.addButton(button, id);
    m_column->addWidget(button);
    return button;
}

void NavigationBar::addStretch()
{
    m_column->addStretch(1);
}

NavigationButton *NavigationBar::addCommand(const QString &objectName, const QString &icon, const QString &text)
{
    auto *button = new NavigationButton(icon, text, this);
    button->setObjectName(objectName);
    m_column->addWidget(button);
    return button;
}

void NavigationBar::setCurrent(int id)
{
    if (QAbstractButton *button = m_group.button(id))
        button->setChecked(true);
}

void NavigationBar::setCount(int id, const QString &count)
{
    static_cast<NavigationButton *>(m_group.button(id))->setCount(count);
}

void NavigationBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const ThemeColors &colors = themeColors(palette());
    painter.fillRect(rect(), colors.sidebar);
    painter.fillRect(QRect(width() - 1, 0, 1, height()), colors.hairline);
}

} // namespace portlight
