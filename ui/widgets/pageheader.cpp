// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pageheader.h"

#include "theme/fonts.h"
#include "theme/style.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace portlight {

PageHeader::PageHeader(const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout(this))
{
    auto *label = new QLabel(title, this);
    label->setFont(headingFont());
    m_row->setContentsMargins(24, 12, 24, 12);
    m_row->setSpacing(12);
    m_row->addWidget(label);
    m_row->addStretch(1);
    setFixedHeight(56);
}

void PageHeader::addWidget(QWidget *widget, int stretch)
{
    m_row->addWidget(widget, stretch);
}

QPushButton *PageHeader::addButton(const QString &objectName, const QString &text, bool primary)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(objectName);
    button->setAccessibleName(text);
    button->setProperty(PrimaryProperty, primary);
    m_row->addWidget(button);
    return button;
}

} // namespace portlight
