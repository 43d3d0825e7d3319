// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/exportpreview.h"

#include "widgets/codeview.h"

#include <QTabBar>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

ExportPreview::ExportPreview(QWidget *parent)
    : QWidget(parent)
    , m_tabs(new QTabBar(this))
    , m_code(new CodeView(this))
{
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Window);
    m_tabs->setObjectName(u"exportFiles"_s);
    m_tabs->setAccessibleName(tr("Files"));
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setElideMode(Qt::ElideNone);
    m_tabs->setUsesScrollButtons(true);
    m_code->setObjectName(u"exportText"_s);
    m_code->setAccessibleName(tr("The configuration as nginx reads it"));
    m_code->setGround(QPalette::Window);
    auto *inside = new QVBoxLayout;
    inside->setContentsMargins(16, 8, 4, 4);
    inside->addWidget(m_code);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *tabs = new QHBoxLayout;
    tabs->setContentsMargins(6, 0, 0, 0);
    tabs->addWidget(m_tabs);
    column->addLayout(tabs);
    column->addLayout(inside, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
        if (!m_changing)
            showFile(index);
    });
}

void ExportPreview::setFiles(const QList<ExportedFile> &files)
{
    const QString chosen = m_files.value(m_tabs->currentIndex()).name;
    m_files = files;
    m_changing = true;
    while (m_tabs->count() > files.size())
        m_tabs->removeTab(m_tabs->count() - 1);
    int current = 0;
    for (int i = 0; i < files.size(); ++i) {
        const QString title = files[i].name.section(u'/', -1);
        if (i < m_tabs->count())
            m_tabs->setTabText(i, title);
        else
            m_tabs->addTab(title);
        m_tabs->setTabToolTip(i, files[i].name);
        if (files[i].name == chosen)
            current = i;
    }
    m_tabs->setCurrentIndex(current);
    m_changing = false;
    showFile(current);
}

QString ExportPreview::text() const
{
    return m_code->toPlainText();
}

void ExportPreview::showFile(int index)
{
    const ExportedFile file = m_files.value(index);
    const bool markdown = file.name.endsWith(u".md"_s);
    m_code->setCode(QString::fromUtf8(file.text), markdown ? Syntax::Plain : Syntax::Nginx);
}

} // namespace portlight
