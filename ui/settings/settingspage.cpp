// SPDX-License-Identifier: GPL-3.0-or-later
#include "settings/settingspage.h"

#include "capture/exchangerecord.h"
#include "theme/fonts.h"
#include "widgets/elidedlabel.h"
#include "widgets/pageheader.h"
#include "widgets/quantities.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

void addRow(QGridLayout *grid, const QString &title, const QString &note, QWidget *field)
{
    const int row = grid->rowCount();
    auto *label = new QLabel(title, field->parentWidget());
    label->setBuddy(field);
    auto *hint = new QLabel(note, field->parentWidget());
    hint->setForegroundRole(QPalette::PlaceholderText);
    hint->setWordWrap(true);
    auto *cell = new QVBoxLayout;
    cell->setSpacing(4);
    cell->addWidget(field, 0, Qt::AlignLeft);
    cell->addWidget(hint);
    grid->addWidget(label, row, 0, Qt::AlignTop);
    grid->addLayout(cell, row, 1);
    grid->setRowMinimumHeight(row, 56);
}

} // namespace

SettingsPage::SettingsPage(const QString &configPath, Appearance appearance, QWidget *parent)
    : QWidget(parent)
    , m_appearance(new QComboBox(this))
    , m_capture(new QCheckBox(tr("Capture"), this))
{
    setObjectName(u"settingsPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_appearance->setObjectName(u"settingsAppearance"_s);
    m_appearance->setAccessibleName(tr("Appearance"));
    m_appearance->addItems({tr("As the system"), tr("Light"), tr("Dark")});
    m_appearance->setMinimumWidth(180);
    setAppearance(appearance);
    m_capture->setObjectName(u"settingsCapture"_s);
    m_capture->setAccessibleName(tr("Capture traffic"));
    auto *grid = new QGridLayout;
    grid->setContentsMargins(24, 8, 24, 24);
    grid->setHorizontalSpacing(32);
    grid->setVerticalSpacing(20);
    grid->setColumnStretch(1, 1);
    addRow(grid, tr("Appearance"), tr("Light and dark take effect at once."), m_appearance);
    addRow(
        grid, tr("Traffic"),
        tr("The last %1 exchanges are kept in memory, bodies up to %2 each and %3 in all. Nothing is written to disk.")
            .arg(countText(quint64(CapturedExchangesMax)), bytesText(CapturedBodyBytesMax),
                 bytesText(CapturedBytesMax)),
        m_capture);
    addRow(grid, tr("Configuration"), tr("Plain nginx configuration. Edits from outside are followed."),
           makeFileRow(configPath));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(new PageHeader(tr("Settings"), this));
    column->addLayout(grid);
    column->addStretch(1);
    connect(m_appearance, &QComboBox::activated, this,
            [this](int index) { Q_EMIT appearanceChosen(static_cast<Appearance>(index)); });
    connect(m_capture, &QCheckBox::clicked, this, &SettingsPage::captureToggled);
}

QWidget *SettingsPage::makeFileRow(const QString &configPath)
{
    auto *row = new QWidget(this);
    auto *path = new ElidedLabel(configPath, row);
    path->setObjectName(u"settingsConfigPath"_s);
    path->setFont(wireFont());
    auto *openFile = new QPushButton(tr("Open file"), row);
    openFile->setObjectName(u"settingsOpenFile"_s);
    openFile->setAccessibleName(tr("Open the configuration file"));
    auto *openFolder = new QPushButton(tr("Open folder"), row);
    openFolder->setObjectName(u"settingsOpenFolder"_s);
    openFolder->setAccessibleName(tr("Open the folder of the configuration file"));
    auto *line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(12);
    line->addWidget(path);
    line->addWidget(openFile);
    line->addWidget(openFolder);
    connect(openFile, &QPushButton::clicked, this, &SettingsPage::openFileRequested);
    connect(openFolder, &QPushButton::clicked, this, &SettingsPage::openFolderRequested);
    return row;
}

void SettingsPage::setAppearance(Appearance appearance)
{
    m_appearance->setCurrentIndex(static_cast<int>(appearance));
}

void SettingsPage::setCapturing(bool capturing)
{
    m_capture->setChecked(capturing);
}

} // namespace portlight
