// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"
#include "api/workspace.h"
#include "theme/theme.h"

#include <QMainWindow>

#include <functional>

class QAction;
class QSettings;
class QStackedWidget;
class QUrl;

namespace portlight {

class BackendsPage;
class CertificatesPage;
class CommandPalette;
class DoctorPage;
class DomainsPage;
class ExportPage;
class ImportFlow;
class NavigationBar;
class NoticeBar;
class SettingsPage;
class StateBar;
class StatusPage;
class TrafficPage;
struct BackendActions;
struct CertificateActions;
struct DomainActions;
struct ExportActions;

// The one window: navigation, pages and state bar, wired to a workspace and an authority. It
// outlives nothing it is given.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    enum Page { DomainsId, BackendsId, TrafficId, StatusId, CertificatesId, ExportId, DoctorId, SettingsId, PageCount };
    using UrlOpener = std::function<void(const QUrl &)>;

    // `settings` keeps geometry, page and appearance. Opening URLs and files goes through `openUrl`, the desktop's
    // way when it is empty.
    MainWindow(Workspace &workspace, Authority &authority, Theme &theme, QSettings &settings, UrlOpener openUrl = {});
    ~MainWindow() override;

    void showPage(int page);
    int currentPage() const;
    // By the page's word ("traffic"); an unknown one changes nothing and gives false.
    bool showPageNamed(const QString &name);
    static QStringList pageNames();
    // To the front, whatever the window's state was.
    void raiseToFront();

protected:
    void closeEvent(QCloseEvent *event) override;
    bool event(QEvent *event) override;

private:
    void buildPages();
    void buildNavigation();
    void buildActions();
    void buildMenu();
    void connectWorkspace();
    void connectPages();
    void restoreState();
    DomainActions makeDomainActions();
    BackendActions makeBackendActions();
    CertificateActions makeCertificateActions();
    ExportActions makeExportActions();
    QAction *addCommand(const QString &objectName, const QString &icon, const QString &text,
                        const QList<QKeySequence> &shortcuts, std::function<void()> run);
    QByteArray previewDraft(int index, const DomainDraft &draft) const;
    DomainDraft withCustomaryHttps(const DomainDraft &draft) const;

    void showDomains();
    void showDiagnostics();
    void showStatus(const EngineStatus &status);
    void showAuthority(const AuthorityStatus &status);
    void setAppearance(Appearance appearance);
    void openFile(const QString &path);
    void openConfigFile();
    void openConfigFolder();
    void focusSearch();
    void showAbout();

    Workspace &m_workspace;
    Authority &m_authority;
    Theme &m_theme;
    QSettings &m_settings;
    UrlOpener m_openUrl;
    Diagnostics m_diagnostics;
    bool m_trustAsked = false;
    QString m_bannerFile; // what the banner's action opens
    QList<QAction *> m_commands;
    NavigationBar *m_navigation = nullptr;
    QStackedWidget *m_pages = nullptr;
    NoticeBar *m_banner = nullptr;
    StateBar *m_stateBar = nullptr;
    CommandPalette *m_palette = nullptr;
    DomainsPage *m_domainsPage = nullptr;
    BackendsPage *m_backendsPage = nullptr;
    TrafficPage *m_trafficPage = nullptr;
    StatusPage *m_statusPage = nullptr;
    CertificatesPage *m_certificatesPage = nullptr;
    ExportPage *m_exportPage = nullptr;
    ImportFlow *m_import = nullptr;
    DoctorPage *m_doctorPage = nullptr;
    SettingsPage *m_settingsPage = nullptr;
};

} // namespace portlight
