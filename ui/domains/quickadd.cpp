// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/quickadd.h"

#include "theme/colors.h"
#include "theme/fonts.h"
#include "theme/painting.h"

#include <QEvent>
#include <QKeyEvent>
#include <QLabel>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int HintMargin = 12;

QString withoutScheme(const QString &target)
{
    return target.startsWith(u"http://"_s) ? target.mid(7) : target;
}

} // namespace

QuickAdd::QuickAdd(QWidget *parent)
    : QLineEdit(parent)
    , m_hint(new QLabel(this))
{
    setObjectName(u"quickAdd"_s);
    setAccessibleName(tr("Add a domain: name and target"));
    setPlaceholderText(tr("name and port, for example  shop 3000"));
    setFont(wireFont());
    setFixedHeight(40);
    m_hint->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_hint->setFont(windowFont());
    m_hint->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_hint->setObjectName(u"quickAddHint"_s);
    connect(this, &QLineEdit::textChanged, this, &QuickAdd::updateHint);
    connect(this, &QLineEdit::returnPressed, this, &QuickAdd::submit);
    updateHint();
}

void QuickAdd::setListenPort(quint16 port)
{
    m_listenPort = port;
    updateHint();
}

void QuickAdd::setCompletion(std::function<DomainDraft(const DomainDraft &)> complete)
{
    m_complete = std::move(complete);
    updateHint();
}

Result<DomainDraft> QuickAdd::draft() const
{
    const Result<DomainDraft> typed = parseDomainLine(text(), m_listenPort);
    return typed && m_complete ? Result<DomainDraft>(m_complete(*typed)) : typed;
}

void QuickAdd::offer(const QString &name, const QString &target)
{
    setText(u"%1 %2"_s.arg(name, target));
    setFocus(Qt::OtherFocusReason);
    setSelection(0, int(name.size()));
}

void QuickAdd::showProblem(const QString &problem)
{
    m_hintText = problem;
    m_isProblem = true;
    placeHint();
}

QString QuickAdd::hint() const
{
    return m_hintText;
}

void QuickAdd::submit()
{
    if (text().trimmed().isEmpty()) {
        setFocus(Qt::ShortcutFocusReason);
        return;
    }
    const Result<DomainDraft> typed = draft();
    if (typed)
        Q_EMIT submitted(*typed);
    else
        showProblem(typed.error().message);
}

void QuickAdd::updateHint()
{
    m_isProblem = false;
    if (text().trimmed().isEmpty()) {
        m_hintText.clear();
    } else if (const Result<DomainDraft> typed = draft()) {
        m_hintText = tr("Enter: %1 → %2").arg(typed->url(), withoutScheme(typed->target));
    } else {
        m_hintText = typed.error().message;
        m_isProblem = true;
    }
    placeHint();
}

void QuickAdd::placeHint()
{
    const ThemeColors &colors = themeColors(palette());
    setInk(m_hint, m_isProblem ? colors.warning.ink : colors.dim);
    const int typed = fontMetrics().horizontalAdvance(text()) + 40;
    const int room = std::max(0, width() - typed - HintMargin);
    m_hint->setText(QFontMetrics(m_hint->font()).elidedText(m_hintText, Qt::ElideRight, room));
    m_hint->setGeometry(width() - room - HintMargin, 1, room, height() - 2);
    m_hint->setVisible(room > 80 && !m_hintText.isEmpty());
    setToolTip(m_isProblem ? m_hintText : QString());
    setAccessibleDescription(m_hintText);
}

void QuickAdd::resizeEvent(QResizeEvent *event)
{
    QLineEdit::resizeEvent(event);
    placeHint();
}

void QuickAdd::changeEvent(QEvent *event)
{
    QLineEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        placeHint();
}

void QuickAdd::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty()) {
        clear();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

} // namespace portlight
