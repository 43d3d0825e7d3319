// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/formdialog.h"

#include "theme/colors.h"
#include "theme/fonts.h"
#include "theme/painting.h"
#include "theme/style.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int DialogWidth = 520;
constexpr int Margin = 24;

QLabel *wrapped(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setWordWrap(true);
    return label;
}

} // namespace

FormDialog::FormDialog(const QString &objectName, const QString &title, const QString &sentence, const QString &action,
                       QWidget *parent)
    : QDialog(parent)
    , m_content(new QVBoxLayout)
    , m_problem(wrapped(QString(), this))
{
    setObjectName(objectName);
    setWindowTitle(title);
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    setAttribute(Qt::WA_DeleteOnClose);
    auto *heading = new QLabel(title, this);
    heading->setFont(headingFont());
    auto *about = wrapped(sentence, this);
    about->setVisible(!sentence.isEmpty());
    m_problem->setObjectName(objectName + u"Problem"_s);
    m_problem->hide();
    auto *cancel = new QPushButton(tr("Cancel"), this);
    cancel->setObjectName(objectName + u"Cancel"_s);
    cancel->setAutoDefault(false);
    auto *accepting = new QPushButton(action, this);
    accepting->setObjectName(objectName + u"Accept"_s);
    accepting->setProperty(PrimaryProperty, true);
    accepting->setDefault(true);
    for (QPushButton *button : {cancel, accepting})
        button->setAccessibleName(button->text());
    m_content->setSpacing(8);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(accepting);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, 20, Margin, 20);
    column->setSpacing(12);
    column->addWidget(heading);
    column->addWidget(about);
    column->addLayout(m_content);
    column->addWidget(m_problem);
    column->addStretch(1);
    column->addSpacing(4);
    column->addLayout(buttons);
    setFixedWidth(DialogWidth);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(accepting, &QPushButton::clicked, this, &FormDialog::accept);
    colorProblem();
}

void FormDialog::addField(const QString &label, QWidget *field)
{
    auto *name = new QLabel(label, this);
    name->setBuddy(field);
    m_content->addWidget(name);
    m_content->addWidget(field);
}

QLabel *FormDialog::addNote(const QString &text)
{
    QLabel *note = wrapped(text, this);
    note->setForegroundRole(QPalette::PlaceholderText);
    m_content->addWidget(note);
    return note;
}

void FormDialog::accept()
{
    const QString problem = m_check ? m_check() : QString();
    showProblem(problem);
    if (problem.isEmpty())
        QDialog::accept();
}

void FormDialog::showProblem(const QString &problem)
{
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    fitHeight();
}

// Not adjustSize(), which stops at two thirds of a screen and squeezes the texts above.
void FormDialog::fitHeight()
{
    layout()->activate();
    resize(width(), layout()->totalHeightForWidth(width()));
}

void FormDialog::colorProblem()
{
    setInk(m_problem, themeColors(palette()).error.ink);
}

void FormDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        colorProblem();
}

} // namespace portlight
