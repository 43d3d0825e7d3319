// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/programsettings.h"

#include "theme/fonts.h"
#include "theme/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

ProgramSettings::ProgramSettings(QWidget *parent)
    : QScrollArea(parent)
{
    setObjectName(u"programSettings"_s);
    setFrameShape(NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setBackgroundRole(QPalette::Base);
    setSettings({});
}

void ProgramSettings::setSettings(const QList<TrustSetting> &settings)
{
    if (widget() && settings == m_settings)
        return;
    m_settings = settings;
    auto *inside = new QWidget;
    inside->setBackgroundRole(QPalette::Base);
    inside->setAutoFillBackground(true);
    auto *column = new QVBoxLayout(inside);
    column->setContentsMargins(24, 12, 24, 16);
    column->setSpacing(16);
    auto *about = new QLabel(tr("Some programs read no trust store of this desk. Put these lines into a shell or its "
                                "start-up file."),
                             inside);
    about->setWordWrap(true);
    column->addWidget(about);
    for (const TrustSetting &setting : settings)
        column->addWidget(rowOf(setting));
    column->addStretch(1);
    setWidget(inside);
}

QWidget *ProgramSettings::rowOf(const TrustSetting &setting)
{
    auto *row = new QWidget;
    auto *name = new QLabel(setting.program, row);
    name->setFont(semiboldFont());
    auto *line = new QLineEdit(setting.setting, row);
    line->setObjectName(u"programSetting"_s);
    line->setAccessibleName(tr("Setting for %1").arg(setting.program));
    line->setReadOnly(true);
    line->setFont(wireFont());
    line->setCursorPosition(0);
    auto *copy = new QPushButton(themedIcon(u"copy"_s), QString(), row);
    copy->setObjectName(u"programSettingCopy"_s);
    copy->setToolTip(tr("Copy the setting for %1").arg(setting.program));
    copy->setAccessibleName(copy->toolTip());
    connect(copy, &QPushButton::clicked, line, [line] { QApplication::clipboard()->setText(line->text()); });
    auto *fields = new QHBoxLayout;
    fields->setSpacing(8);
    fields->addWidget(line, 1);
    fields->addWidget(copy);
    auto *column = new QVBoxLayout(row);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(name);
    column->addLayout(fields);
    if (!setting.note.isEmpty()) {
        auto *note = new QLabel(setting.note, row);
        note->setForegroundRole(QPalette::PlaceholderText);
        note->setWordWrap(true);
        column->addWidget(note);
    }
    return row;
}

} // namespace portlight
