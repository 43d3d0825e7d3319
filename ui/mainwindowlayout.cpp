// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of the main window: what stands where, and every command with its shortcut.
#include "mainwindow.h"

#include "backends/backendspage.h"
#include "certificates/certificatespage.h"
#include "doctor/doctorpage.h"
#include "domains/domainspage.h"
#include "export/exportpage.h"
#include "import/importflow.h"
#include "settings/settingspage.h"
#include "status/statuspage.h"
#include "theme/icons.h"
#include "traffic/trafficpage.h"
#include "widgets/commandpalette.h"
#include "widgets/navigationbar.h"
#include "widgets/noticebar.h"
#include "widgets/statebar.h"

#include <QAction>
#include <QApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QStackedWidget>
#include <QUrl>

namespace portlight {

using namespace Qt::StringLiterals;

void MainWindow::buildPages()
{
    m_pages = new QStackedWidget(this);
    m_domainsPage = new DomainsPage(makeDomainActions(), this);
    m_backendsPage = new BackendsPage(makeBackendActions(), this);
    m_trafficPage = new TrafficPage(this);
    m_statusPage = new StatusPage(this);
    m_certificatesPage = new CertificatesPage(makeCertificateActions(), this);
    m_exportPage = new ExportPage(makeExportActions(), this);
    m_import = new ImportFlow(m_workspace, this);
    m_doctorPage = new DoctorPage(this);
    m_settingsPage = new SettingsPage(m_workspace.configPath(), m_theme.appearance(), this);
    // In the order of the enumeration.
    for (QWidget *page : {static_cast<QWidget *>(m_domainsPage), static_cast<QWidget *>(m_backendsPage),
                          static_cast<QWidget *>(m_trafficPage), static_cast<QWidget *>(m_statusPage),
                          static_cast<QWidget *>(m_certificatesPage), static_cast<QWidget *>(m_exportPage),
                          static_cast<QWidget *>(m_doctorPage), static_cast<QWidget *>(m_settingsPage)})
        m_pages->addWidget(page);
}

void MainWindow::buildNavigation()
{
    m_navigation = new NavigationBar(this);
    const QStringList titles{tr("Domains"),      tr("Backends"), tr("Traffic"), tr("Status"),
                             tr("Certificates"), tr("Export"),   tr("Doctor"),  tr("Settings")};
    for (int page = DomainsId; page < PageCount; ++page) {
        if (page == SettingsId)
            m_navigation->addStretch();
        NavigationButton *button = m_navigation->addPage(page, pageNames().at(page), titles.at(page));
        button->setToolTip(tr("%1 (Ctrl+%2)").arg(titles.at(page)).arg(page + 1));
    }
    m_banner = new NoticeBar(u"diagnosticsBanner"_s, this);
    m_stateBar = new StateBar(this);
    auto *right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(m_banner);
    right->addWidget(m_pages, 1);
    auto *upper = new QHBoxLayout;
    upper->setSpacing(0);
    upper->addWidget(m_navigation);
    upper->addLayout(right, 1);
    auto *central = new QWidget(this);
    auto *all = new QVBoxLayout(central);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addLayout(upper, 1);
    all->addWidget(m_stateBar);
    setCentralWidget(central);
    m_palette = new CommandPalette(this);
}

QAction *MainWindow::addCommand(const QString &objectName, const QString &icon, const QString &text,
                                const QList<QKeySequence> &shortcuts, std::function<void()> run)
{
    auto *action = new QAction(themedIcon(icon), text, this);
    action->setObjectName(objectName);
    action->setShortcuts(shortcuts);
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    addAction(action);
    m_commands.append(action);
    return action;
}

void MainWindow::buildActions()
{
    const QStringList titles{tr("Show Domains"),      tr("Show Backends"), tr("Show Traffic"), tr("Show Status"),
                             tr("Show Certificates"), tr("Show Export"),   tr("Show Doctor"),  tr("Show Settings")};
    for (int page = DomainsId; page < PageCount; ++page) {
        addCommand(u"actionShow-"_s + pageNames().at(page), pageNames().at(page), titles.at(page),
                   {QKeySequence(u"Ctrl+%1"_s.arg(page + 1))}, [this, page] { showPage(page); });
    }
    addCommand(u"actionAddDomain"_s, u"add"_s, tr("Add Domain"), {QKeySequence::New}, [this] {
        showPage(DomainsId);
        m_domainsPage->focusQuickAdd();
    });
    addCommand(u"actionImport"_s, u"file"_s, tr("Import nginx.conf…"), {QKeySequence(u"Ctrl+I"_s)},
               [this] { m_import->begin(); });
    addCommand(u"actionSearch"_s, u"search"_s, tr("Search or Filter"),
               {QKeySequence(Qt::Key_Slash), QKeySequence::Find}, [this] { focusSearch(); });
    addCommand(u"actionUndoRemove"_s, u"undo"_s, tr("Undo Delete"), {QKeySequence::Undo},
               [this] { m_domainsPage->undoRemove(); });
    addCommand(u"actionPause"_s, u"pause"_s, tr("Pause or Resume Traffic"), {QKeySequence(u"Ctrl+P"_s)},
               [this] { m_trafficPage->setPaused(!m_trafficPage->isPaused()); });
    addCommand(u"actionClear"_s, u"clear"_s, tr("Clear Traffic"), {QKeySequence(u"Ctrl+L"_s)},
               [this] { Q_EMIT m_trafficPage->clearRequested(); });
    addCommand(u"actionOpenConfig"_s, u"file"_s, tr("Open the Configuration File"), {}, [this] { openConfigFile(); });
    addCommand(u"actionOpenFolder"_s, u"folder"_s, tr("Open the Configuration Folder"), {},
               [this] { openConfigFolder(); });
    addCommand(u"actionLookSystem"_s, u"settings"_s, tr("Appearance: As the System"), {},
               [this] { setAppearance(Appearance::System); });
    addCommand(u"actionLookLight"_s, u"settings"_s, tr("Appearance: Light"), {},
               [this] { setAppearance(Appearance::Light); });
    addCommand(u"actionLookDark"_s, u"settings"_s, tr("Appearance: Dark"), {},
               [this] { setAppearance(Appearance::Dark); });
}

void MainWindow::buildMenu()
{
    QAction *commands =
        addCommand(u"actionCommands"_s, u"command"_s, tr("Commands…"), {QKeySequence(u"Ctrl+Shift+P"_s)}, [this] {
            m_palette->openWith(m_commands + m_domainsPage->domainActions() + m_backendsPage->backendActions()
                                + m_certificatesPage->certificateActions());
        });
    QAction *about = addCommand(u"actionAbout"_s, u"about"_s, tr("About Portlight"), {}, [this] { showAbout(); });
    QAction *quit =
        addCommand(u"actionQuit"_s, u"close"_s, tr("Quit"), {QKeySequence(u"Ctrl+Q"_s)}, [this] { close(); });
    auto *menu = new QMenu(this);
    menu->setObjectName(u"mainMenu"_s);
    menu->addAction(commands);
    QMenu *look = menu->addMenu(tr("Appearance"));
    for (const QString &name : {u"actionLookSystem"_s, u"actionLookLight"_s, u"actionLookDark"_s})
        look->addAction(findChild<QAction *>(name));
    menu->addAction(findChild<QAction *>(u"actionOpenConfig"_s));
    menu->addSeparator();
    menu->addAction(about);
    menu->addAction(quit);
    NavigationButton *button = m_navigation->addCommand(u"navigate-menu"_s, u"command"_s, tr("Menu"));
    button->setToolTip(tr("Commands, appearance, about, quit"));
    connect(button, &QAbstractButton::clicked, this,
            [menu, button] { menu->popup(button->mapToGlobal(QPoint(0, -menu->sizeHint().height()))); });
}

} // namespace portlight
