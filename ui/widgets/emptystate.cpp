// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/emptystate.h"

#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/style.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace portlight {

namespace {

constexpr int SentenceWidth = 480;

} // namespace

EmptyState::EmptyState(const QString &drawing, const QString &title, const QString &sentence, QWidget *parent)
    : QWidget(parent)
    , m_drawing(drawing)
    , m_picture(new QLabel(this))
    , m_title(new QLabel(this))
    , m_sentence(new QLabel(this))
    , m_extraPlace(new QWidget(this))
    , m_buttons(new QHBoxLayout)
{
    m_picture->setAlignment(Qt::AlignCenter);
    m_title->setFont(headingFont());
    m_title->setAlignment(Qt::AlignCenter);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setFixedWidth(SentenceWidth);
    m_extraPlace->hide();
    auto *extra = new QVBoxLayout(m_extraPlace);
    extra->setContentsMargins(0, 8, 0, 0);
    m_buttons->setSpacing(8);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(24, 16, 24, 24);
    column->setSpacing(8);
    column->addStretch(2);
    column->addWidget(m_picture);
    column->addSpacing(8);
    column->addWidget(m_title);
    column->addWidget(m_sentence, 0, Qt::AlignHCenter);
    column->addWidget(m_extraPlace, 0, Qt::AlignHCenter);
    column->addSpacing(8);
    auto *centered = new QHBoxLayout;
    centered->addStretch();
    centered->addLayout(m_buttons);
    centered->addStretch();
    column->addLayout(centered);
    column->addStretch(3);
    setSentence(title, sentence);
}

void EmptyState::setSentence(const QString &title, const QString &sentence)
{
    m_title->setText(title);
    m_sentence->setText(sentence);
    // A layout does not ask an aligned label how high it is at its width.
    m_sentence->setMinimumHeight(std::max(0, m_sentence->heightForWidth(SentenceWidth))); // -1 without a text
}

QPushButton *EmptyState::addButton(const QString &objectName, const QString &text)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(objectName);
    button->setAccessibleName(text);
    button->setProperty(PrimaryProperty, m_buttons->count() == 0);
    m_buttons->addWidget(button);
    return button;
}

void EmptyState::setExtra(QWidget *widget)
{
    m_extraPlace->layout()->addWidget(widget);
    m_extraPlace->show();
}

void EmptyState::drawPicture()
{
    m_picture->setPixmap(drawingPixmap(m_drawing, palette(), devicePixelRatioF()));
}

void EmptyState::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        drawPicture();
}

void EmptyState::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    drawPicture();
}

} // namespace portlight
