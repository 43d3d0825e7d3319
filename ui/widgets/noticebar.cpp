// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/noticebar.h"

#include "theme/icons.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace portlight {

using namespace Qt::StringLiterals;

NoticeBar::NoticeBar(const QString &objectName, QWidget *parent)
    : QWidget(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_action(new QPushButton(this))
    , m_close(new QPushButton(themedIcon(u"close"_s), QString(), this))
{
    setObjectName(objectName);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setObjectName(objectName + u"Text"_s);
    m_action->setObjectName(objectName + u"Action"_s);
    m_action->hide(); // until there is one
    m_close->setObjectName(objectName + u"Close"_s);
    m_close->setFlat(true);
    m_close->setAccessibleName(tr("Dismiss"));
    m_close->setToolTip(tr("Dismiss"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(24, 6, 16, 6);
    row->setSpacing(10);
    row->addWidget(m_icon, 0, Qt::AlignVCenter);
    row->addWidget(m_text, 1);
    row->addWidget(m_action);
    row->addWidget(m_close);
    connect(m_action, &QPushButton::clicked, this, &NoticeBar::actionTriggered);
    connect(m_close, &QPushButton::clicked, this, &QWidget::hide);
    hide();
}

void NoticeBar::showNotice(Tone tone, const QString &text, const QString &action)
{
    m_tone = tone;
    m_text->setText(text);
    m_action->setText(action);
    m_action->setAccessibleName(action);
    m_action->setVisible(!action.isEmpty());
    setAccessibleName(text);
    drawIcon();
    show();
    update();
}

QString NoticeBar::text() const
{
    return m_text->text();
}

void NoticeBar::setClosable(bool closable)
{
    m_close->setVisible(closable);
}

void NoticeBar::drawIcon()
{
    const bool bad = m_tone == Tone::Error || m_tone == Tone::Warning;
    const QColor ink = themeColors(palette()).tone(m_tone).ink;
    m_icon->setPixmap(iconPixmap(bad ? u"warning"_s : u"info"_s, ink, 18, devicePixelRatioF()));
}

void NoticeBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const ThemeColors &colors = themeColors(palette());
    painter.fillRect(rect(), colors.tone(m_tone).soft);
    painter.fillRect(QRect(0, height() - 1, width(), 1), colors.hairline);
}

void NoticeBar::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        drawIcon();
}

} // namespace portlight
