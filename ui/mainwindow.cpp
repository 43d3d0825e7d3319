// SPDX-License-Identifier: GPL-3.0-or-later
#include "mainwindow.h"

#include "api/httpsdefault.h"
#include "backends/backendspage.h"
#include "certificates/certificatespage.h"
#include "doctor/doctorpage.h"
#include "domains/domainspage.h"
#include "export/exportpage.h"
#include "import/importflow.h"
#include "settings/settingspage.h"
#include "status/statuspage.h"
#include "traffic/trafficpage.h"
#include "widgets/commandpalette.h"
#include "widgets/navigationbar.h"
#include "widgets/noticebar.h"
#include "widgets/quantities.h"
#include "widgets/statebar.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QFileInfo>
#include <QMessageBox>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QUrl>

namespace portlight {

using namespace Qt::StringLiterals;

MainWindow::MainWindow(Workspace &workspace, Authority &authority, Theme &theme, QSettings &settings, UrlOpener openUrl)
    : m_workspace(workspace)
    , m_authority(authority)
    , m_theme(theme)
    , m_settings(settings)
    , m_openUrl(openUrl ? std::move(openUrl) : [](const QUrl &url) { QDesktopServices::openUrl(url); })
{
    setObjectName(u"mainWindow"_s);
    setWindowTitle(u"Portlight"_s);
    setMinimumSize(900, 560);
    buildPages();
    buildNavigation();
    buildActions();
    buildMenu();
    connectPages();
    connectWorkspace();
    restoreState();
    showDomains();
    showDiagnostics();
    showStatus(m_workspace.engine().status());
    showAuthority(m_authority.status());
}

MainWindow::~MainWindow() = default;

void MainWindow::connectWorkspace()
{
    ProxyEngine &engine = m_workspace.engine();
    connect(&m_workspace, &Workspace::domainsChanged, this, &MainWindow::showDomains);
    connect(&m_workspace, &Workspace::diagnosticsChanged, this, &MainWindow::showDiagnostics);
    connect(&m_workspace, &Workspace::listeningPortsFound, m_domainsPage, &DomainsPage::setListeningPorts);
    connect(&engine, &ProxyEngine::statusChanged, this, &MainWindow::showStatus);
    connect(&engine, &ProxyEngine::trafficRecorded, m_trafficPage, &TrafficPage::addBatch);
    connect(&engine, &ProxyEngine::exchangeFetched, m_trafficPage, &TrafficPage::showDetail);
    connect(&engine, &ProxyEngine::captureCleared, m_trafficPage, &TrafficPage::clear);
    connect(&m_authority, &Authority::statusChanged, this, &MainWindow::showAuthority);
    connect(&m_authority, &Authority::finished, m_certificatesPage, &CertificatesPage::showOutcome);
}

void MainWindow::connectPages()
{
    connect(m_import, &ImportFlow::failed, this, [this](const Error &error) {
        showPage(DomainsId);
        m_domainsPage->showNotice(Tone::Error, error.toString());
    });
    connect(m_import, &ImportFlow::imported, this, [this](int servers, const QString &file) {
        showPage(DomainsId);
        m_domainsPage->showNotice(Tone::Good, servers == 1 ? tr("Imported one server from %1").arg(file)
                                                           : tr("Imported %1 servers from %2").arg(servers).arg(file));
    });
    connect(m_navigation, &NavigationBar::pageChosen, this, &MainWindow::showPage);
    connect(m_stateBar, &StateBar::problemsClicked, this, [this] { showPage(DoctorId); });
    connect(m_stateBar, &StateBar::captureClicked, this, [this] { showPage(TrafficId); });
    connect(m_banner, &NoticeBar::actionTriggered, this, [this] { openFile(m_bannerFile); });
    connect(m_trafficPage, &TrafficPage::detailRequested, &m_workspace.engine(), &ProxyEngine::fetchExchange);
    connect(m_trafficPage, &TrafficPage::clearRequested, &m_workspace.engine(), &ProxyEngine::clearCapture);
    connect(m_trafficPage, &TrafficPage::domainsPageRequested, this, [this] { showPage(DomainsId); });
    connect(m_trafficPage, &TrafficPage::positionRequested, this,
            [this](const TextPosition &where) { openFile(where.file); });
    connect(&m_workspace.engine(), &ProxyEngine::peerCommandDone, this, [this](const PeerCommandOutcome &outcome) {
        if (!outcome.done)
            m_backendsPage->showProblem(outcome.error);
    });
    connect(m_backendsPage, &BackendsPage::addDomainRequested, this, [this] {
        showPage(DomainsId);
        m_domainsPage->focusQuickAdd();
    });
    connect(m_certificatesPage, &CertificatesPage::shown, this, [this] { showPage(CertificatesId); });
    connect(m_doctorPage, &DoctorPage::domainsPageRequested, this, [this] { showPage(DomainsId); });
    connect(m_doctorPage, &DoctorPage::positionRequested, this,
            [this](const TextPosition &where) { openFile(where.file); });
    connect(m_settingsPage, &SettingsPage::appearanceChosen, this, &MainWindow::setAppearance);
    connect(m_settingsPage, &SettingsPage::captureToggled, &m_workspace.engine(), &ProxyEngine::setCapture);
    connect(m_settingsPage, &SettingsPage::openFileRequested, this, &MainWindow::openConfigFile);
    connect(m_settingsPage, &SettingsPage::openFolderRequested, this, &MainWindow::openConfigFolder);
}

DomainActions MainWindow::makeDomainActions()
{
    DomainActions actions;
    Workspace &workspace = m_workspace;
    actions.listenPort = [&workspace] { return workspace.listenPort(); };
    actions.complete = [this](const DomainDraft &draft) { return withCustomaryHttps(draft); };
    actions.add = [&workspace](const DomainDraft &draft) { return workspace.addDomain(draft); };
    actions.update = [&workspace](int i, const DomainDraft &draft) { return workspace.updateDomain(i, draft); };
    actions.remove = [&workspace](int i) { return workspace.removeDomain(i); };
    actions.undoRemove = [&workspace] { return workspace.undoRemove(); };
    actions.setEnabled = [&workspace](int i, bool on) { return workspace.setDomainEnabled(i, on); };
    actions.draftOf = [&workspace](int i) { return workspace.draftOf(i); };
    actions.preview = [&workspace](int i) { return workspace.previewAsNginx(i); };
    actions.previewDraft = [this](int i, const DomainDraft &draft) { return previewDraft(i, draft); };
    actions.startDemo = [&workspace] { return workspace.startDemo(); };
    actions.findPorts = [&workspace] { workspace.findListeningPorts(); };
    actions.openUrl = m_openUrl;
    actions.openConfigFile = [this] { openConfigFile(); };
    actions.importConfig = [this] { m_import->begin(); };
    actions.showCertificates = [this] { showPage(CertificatesId); };
    return actions;
}

CertificateActions MainWindow::makeCertificateActions()
{
    CertificateActions actions;
    Authority &authority = m_authority;
    actions.create = [&authority](const AuthorityRequest &request) { return authority.create(request); };
    actions.unlock = [&authority](const QString &passphrase) { return authority.unlock(passphrase); };
    actions.issue = [&authority](const QStringList &names) { return authority.issue(names); };
    actions.exportRoot = [&authority](const QString &file, CertificateFormat format, const QString &password) {
        return authority.exportRoot(file, format, password);
    };
    actions.exportCertificate = [&authority](const QString &fingerprint, const QString &file, CertificateFormat format,
                                             const QString &password) {
        return authority.exportCertificate(fingerprint, file, format, password);
    };
    actions.refreshTrust = [&authority] { return authority.refreshTrust(); };
    actions.trust = [&authority](const QStringList &ids) { return authority.trust(ids); };
    actions.untrust = [&authority](const QStringList &ids) { return authority.untrust(ids); };
    actions.runPrivileged = [&authority](const QString &id) { return authority.runPrivileged(id); };
    actions.addHttps = [this](const QStringList &suffixes) { return m_workspace.addHttpsToDomains(suffixes); };
    actions.retry = [&authority] { authority.open(); };
    actions.cancel = [&authority] { authority.cancel(); };
    return actions;
}

DomainDraft MainWindow::withCustomaryHttps(const DomainDraft &draft) const
{
    QByteArrayList suffixes;
    for (const QString &suffix : m_authority.status().suffixes)
        suffixes += suffix.toUtf8();
    return suffixes.isEmpty() ? draft : withDefaultHttps(draft, m_workspace.tree(), suffixes);
}

BackendActions MainWindow::makeBackendActions()
{
    BackendActions actions;
    ProxyEngine &engine = m_workspace.engine();
    actions.setState = [&engine](const QByteArray &group, const QByteArray &peer, PeerOrder order) {
        engine.setPeerState(group, peer, order);
    };
    actions.setWeight = [&engine](const QByteArray &group, const QByteArray &peer, int weight) {
        engine.setPeerWeight(group, peer, weight);
    };
    actions.openPosition = [this](const TextPosition &where) { openFile(where.file); };
    return actions;
}

ExportActions MainWindow::makeExportActions()
{
    ExportActions actions;
    Workspace &workspace = m_workspace;
    actions.exporter = [&workspace](const NginxExportOptions &options) {
        return exportNginx(workspace.treeToExport(), options);
    };
    actions.verifyJob = [&workspace] {
        VerifyJob job;
        job.tree = workspace.servedTree();
        job.configFolder = QFileInfo(workspace.configPath()).absolutePath();
        return job;
    };
    return actions;
}

QByteArray MainWindow::previewDraft(int index, const DomainDraft &draft) const
{
    ConfigTree tree = m_workspace.tree();
    if (!updateDomain(tree, index, draft))
        return m_workspace.previewAsNginx(index);
    return previewDomainAsNginx(tree, index);
}

void MainWindow::showDomains()
{
    const QList<DomainView> domains = m_workspace.domains();
    QStringList names;
    for (const DomainView &view : domains)
        names.append(view.name());
    m_domainsPage->setDomains(domains);
    m_trafficPage->setDomains(names);
    m_backendsPage->setBackends(listBackends(m_workspace.tree()));
    m_exportPage->refresh();
    m_navigation->setCount(DomainsId, domains.isEmpty() ? QString() : shortCountText(quint64(domains.size())));
}

void MainWindow::showDiagnostics()
{
    m_diagnostics = m_workspace.diagnostics();
    m_doctorPage->setDiagnostics(m_diagnostics);
    m_domainsPage->setDiagnostics(m_diagnostics);
    m_navigation->setCount(DoctorId, m_diagnostics.isEmpty() ? QString() : QString::number(m_diagnostics.size()));
    const auto error = std::find_if(m_diagnostics.cbegin(), m_diagnostics.cend(),
                                    [](const Diagnostic &each) { return each.severity == Severity::Error; });
    if (error == m_diagnostics.cend()) {
        m_banner->hide();
    } else {
        m_bannerFile = error->where.file;
        TextPosition where = error->where;
        where.file = where.file.section(u'/', -1);
        QString text = where.isKnown() ? u"%1: %2"_s.arg(where.toString(), error->message) : error->message;
        if (!error->hint.isEmpty())
            text += u" — "_s + error->hint;
        if (m_workspace.isReadOnly())
            text += tr(". What ran before goes on.");
        m_banner->showNotice(Tone::Error, text, where.isKnown() ? tr("Open file") : QString());
    }
    showStatus(m_workspace.engine().status());
}

void MainWindow::showStatus(const EngineStatus &status)
{
    const auto errors = std::count_if(m_diagnostics.cbegin(), m_diagnostics.cend(),
                                      [](const Diagnostic &each) { return each.severity == Severity::Error; });
    m_stateBar->setStatus(status, int(errors));
    m_domainsPage->setStatus(status);
    m_backendsPage->setStatus(status);
    m_statusPage->setStatus(status);
    m_settingsPage->setCapturing(status.capturing);
    m_navigation->setCount(TrafficId,
                           status.captureCount > 0 ? shortCountText(quint64(status.captureCount)) : QString());
}

void MainWindow::showAuthority(const AuthorityStatus &status)
{
    m_certificatesPage->setStatus(status);
    m_domainsPage->setAuthority(status);
    // Once a start, for the locks in the list of domains.
    if (status.state == AuthorityState::Ready && !status.trustKnown && !std::exchange(m_trustAsked, true))
        m_authority.refreshTrust();
}

void MainWindow::showPage(int page)
{
    m_pages->setCurrentIndex(page);
    m_navigation->setCurrent(page);
}

int MainWindow::currentPage() const
{
    return m_pages->currentIndex();
}

QStringList MainWindow::pageNames()
{
    return {u"domains"_s,      u"backends"_s, u"traffic"_s, u"status"_s,
            u"certificates"_s, u"export"_s,   u"doctor"_s,  u"settings"_s};
}

bool MainWindow::showPageNamed(const QString &name)
{
    const qsizetype page = pageNames().indexOf(name);
    if (page >= 0)
        showPage(int(page));
    return page >= 0;
}

void MainWindow::raiseToFront()
{
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

void MainWindow::setAppearance(Appearance appearance)
{
    m_theme.setAppearance(appearance);
    m_settings.setValue(u"appearance"_s, Theme::nameOf(appearance));
    m_settingsPage->setAppearance(appearance);
}

void MainWindow::openFile(const QString &path)
{
    if (!path.isEmpty())
        m_openUrl(QUrl::fromLocalFile(path));
}

void MainWindow::openConfigFile()
{
    openFile(m_workspace.configPath());
}

void MainWindow::openConfigFolder()
{
    openFile(QFileInfo(m_workspace.configPath()).absolutePath());
}

void MainWindow::focusSearch()
{
    if (currentPage() == TrafficId)
        return m_trafficPage->focusFilter();
    if (currentPage() == BackendsId)
        return m_backendsPage->focusSearch();
    showPage(DomainsId);
    m_domainsPage->focusSearch();
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, tr("About Portlight"),
                                tr("<b>Portlight %1</b><br>A reverse proxy for developers: every local port gets a "
                                   "domain, and each request is seen as it passes.<br><br>GPL-3.0-or-later")
                                    .arg(QApplication::applicationVersion()),
                                QMessageBox::Close, this);
    box->setObjectName(u"aboutBox"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(QApplication::windowIcon().pixmap(QSize(64, 64), devicePixelRatioF()));
    box->open();
}

void MainWindow::restoreState()
{
    resize(QSize(1280, 800).boundedTo(screen()->availableSize())); // a first start on a small screen
    restoreGeometry(m_settings.value(u"geometry"_s).toByteArray());
    if (!showPageNamed(m_settings.value(u"page"_s).toString()))
        showPage(DomainsId);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_settings.setValue(u"geometry"_s, saveGeometry());
    m_settings.setValue(u"page"_s, pageNames().at(currentPage()));
    QMainWindow::closeEvent(event);
}

bool MainWindow::event(QEvent *event)
{
    if (event->type() == QEvent::ThemeChange)
        m_theme.followSystem();
    return QMainWindow::event(event);
}

} // namespace portlight
