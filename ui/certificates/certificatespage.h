// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "certificates/certificateactions.h"
#include "theme/colors.h"

#include <QHash>
#include <QWidget>

class QAction;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTabBar;

namespace portlight {

class AuthorityCard;
class EmptyState;
class LeavesPanel;
class NoticeBar;
class ProgramSettings;
class TrustStoresPanel;

// The Certificates page: the local authority, where it is trusted, what it issued, and settings for other programs.
class CertificatesPage final : public QWidget
{
    Q_OBJECT
public:
    explicit CertificatesPage(CertificateActions actions, QWidget *parent = nullptr);

    void setStatus(const AuthorityStatus &status);
    void showOutcome(const AuthorityOutcome &outcome);
    // What can be done here, for the command palette.
    QList<QAction *> certificateActions() const;

Q_SIGNALS:
    // A command from elsewhere needs the page.
    void shown();

protected:
    void showEvent(QShowEvent *event) override;

private:
    enum class Kind : quint8 { Create, Unlock, Issue, Export, Refresh, Trust, Untrust, Privileged };

    void buildHeader();
    void buildContent();
    void buildActions();
    QAction *addPageAction(const QString &objectName, const QString &icon, const QString &text,
                           void (CertificatesPage::*run)());
    void connectSignals();
    void showState();
    void showWork();
    bool isUsable() const;
    void ask(Kind kind, quint64 request);
    void createAuthority();
    void createWith(AuthorityProtection protection);
    void issue();
    void exportRoot();
    void exportCertificate(const IssuedCertificate &certificate, CertificateFormat format);
    void chooseFile(const QString &title, const QString &suggested, const std::function<void(const QString &)> &then);
    void trustAll() { trust({}); }
    void untrustAll() { untrust({}); }
    void trust(const QStringList &ids);
    void untrust(const QStringList &ids);
    void refresh();
    void askPrivilege();
    void reportUnprivileged(const QList<TrustStoreStatus> &stores, TrustStoreStatus::State wanted);
    void report(Tone tone, const QString &text, const QString &action = {}, std::function<void()> run = {});
    void reportFailure(Kind kind, const Error &error);
    void reportCreation(const QString &text);

    CertificateActions m_actions;
    AuthorityStatus m_status;
    QHash<quint64, Kind> m_requests; // under way
    QStringList m_createdSuffixes;
    QList<TrustStoreStatus> m_privileged; // wait for an administrator
    std::function<void()> m_noticeAction;
    QList<QAction *> m_pageActions;
    QAction *m_untrustAll = nullptr;
    QPushButton *m_exportRoot;
    QPushButton *m_replace;
    QLabel *m_working;
    QPushButton *m_giveUp;
    NoticeBar *m_notice;
    QStackedWidget *m_stack;
    EmptyState *m_empty;
    AuthorityCard *m_card;
    QTabBar *m_tabs;
    QWidget *m_below; // the card
    QStackedWidget *m_panels;
    TrustStoresPanel *m_stores;
    LeavesPanel *m_leaves;
    ProgramSettings *m_programs;
};

} // namespace portlight
