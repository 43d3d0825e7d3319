// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/certificatespage.h"

#include "certificates/authoritycard.h"
#include "certificates/certificatetext.h"
#include "certificates/createauthoritydialog.h"
#include "certificates/issuedialog.h"
#include "certificates/leavespanel.h"
#include "certificates/passworddialog.h"
#include "certificates/privilegedialog.h"
#include "certificates/programsettings.h"
#include "certificates/truststorespanel.h"
#include "theme/icons.h"
#include "widgets/emptystate.h"
#include "widgets/noticebar.h"
#include "widgets/pageheader.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

enum Shown { Nothing, Content };

// The keychain is not to be had: something else can open the key.
bool isOfKeychain(ErrorCode code)
{
    return code == ErrorCode::KeychainMissing || code == ErrorCode::KeychainLocked || code == ErrorCode::KeychainRefused
           || code == ErrorCode::KeychainTimeout;
}

} // namespace

CertificatesPage::CertificatesPage(CertificateActions actions, QWidget *parent)
    : QWidget(parent)
    , m_actions(std::move(actions))
{
    setObjectName(u"certificatesPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildHeader();
    m_stack = new QStackedWidget(this);
    m_empty =
        new EmptyState(u"certificates"_s, tr("HTTPS that browsers accept"),
                       tr("A certificate authority of this desk's own makes certificates for your domains. It can "
                          "sign local names alone, so it cannot do harm."),
                       this);
    connect(m_empty->addButton(u"createLocalCa"_s, tr("Create a local CA")), &QPushButton::clicked, this,
            &CertificatesPage::createAuthority);
    m_stack->addWidget(m_empty);
    buildContent();
    column->addWidget(m_stack, 1);
    buildActions();
    connectSignals();
    showState();
}

void CertificatesPage::buildHeader()
{
    auto *column = static_cast<QVBoxLayout *>(layout());
    auto *header = new PageHeader(tr("Certificates"), this);
    m_working = new QLabel(tr("Working…"), this);
    m_working->setObjectName(u"certificatesWorking"_s);
    m_working->setForegroundRole(QPalette::PlaceholderText);
    header->addWidget(m_working);
    m_giveUp = header->addButton(u"certificatesGiveUp"_s, tr("Cancel"));
    m_giveUp->setAccessibleName(tr("Stop waiting for an administrator"));
    m_replace = header->addButton(u"authorityReplace"_s, tr("New CA…"));
    m_replace->setToolTip(tr("For other names, or when the key may have been read by somebody"));
    m_exportRoot = header->addButton(u"authorityExport"_s, tr("Export root certificate…"));
    m_exportRoot->setToolTip(
        tr("The certificate alone, for other devices that should trust this desk; no key is in it"));
    column->addWidget(header);
    m_notice = new NoticeBar(u"certificatesNotice"_s, this);
    column->addWidget(m_notice);
}

void CertificatesPage::buildContent()
{
    auto *content = new QWidget(this);
    m_card = new AuthorityCard(content);
    m_tabs = new QTabBar(content);
    m_tabs->setObjectName(u"certificatesTabs"_s);
    m_tabs->setAccessibleName(tr("What to show of the local CA"));
    m_tabs->setExpanding(false);
    for (const QString &title : {tr("Trust stores"), tr("Certificates"), tr("Other programs")})
        m_tabs->addTab(title);
    m_stores = new TrustStoresPanel(content);
    m_leaves = new LeavesPanel(content);
    m_programs = new ProgramSettings(content);
    m_panels = new QStackedWidget(content);
    for (QWidget *panel : std::initializer_list<QWidget *>{m_stores, m_leaves, m_programs})
        m_panels->addWidget(panel);
    auto *tabRow = new QHBoxLayout;
    tabRow->setContentsMargins(16, 0, 16, 0);
    tabRow->addWidget(m_tabs, 1);
    m_below = new QWidget(content);
    auto *below = new QVBoxLayout(m_below);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(0);
    below->addLayout(tabRow);
    below->addWidget(m_panels, 1);
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_card);
    column->addWidget(m_below, 1);
    column->addStretch(); // while there is nothing below
    m_stack->addWidget(content);
}

QAction *CertificatesPage::addPageAction(const QString &objectName, const QString &icon, const QString &text,
                                         void (CertificatesPage::*run)())
{
    auto *action = new QAction(themedIcon(icon), text, this);
    action->setObjectName(objectName);
    connect(action, &QAction::triggered, this, [this, run] {
        Q_EMIT shown();
        (this->*run)();
    });
    m_pageActions.append(action);
    return action;
}

void CertificatesPage::buildActions()
{
    addPageAction(u"actionCreateAuthority"_s, u"certificates"_s, tr("Create a Local CA…"),
                  &CertificatesPage::createAuthority);
    addPageAction(u"actionIssueCertificate"_s, u"add"_s, tr("Issue a Certificate…"), &CertificatesPage::issue);
    addPageAction(u"actionTrustAll"_s, u"check"_s, tr("Trust the Local CA in All Stores"), &CertificatesPage::trustAll);
    m_untrustAll = addPageAction(u"actionUntrustAll"_s, u"cross"_s, tr("Remove the Local CA from All Stores"),
                                 &CertificatesPage::untrustAll);
    addPageAction(u"actionRefreshTrust"_s, u"search"_s, tr("Check Trust Stores Again"), &CertificatesPage::refresh);
    addPageAction(u"actionExportRoot"_s, u"save"_s, tr("Export the Root Certificate…"), &CertificatesPage::exportRoot);
}

QList<QAction *> CertificatesPage::certificateActions() const
{
    return m_pageActions + m_stores->rowActions() + m_leaves->rowActions();
}

void CertificatesPage::connectSignals()
{
    connect(m_replace, &QPushButton::clicked, this, &CertificatesPage::createAuthority);
    connect(m_exportRoot, &QPushButton::clicked, this, &CertificatesPage::exportRoot);
    connect(m_giveUp, &QPushButton::clicked, this, [this] { m_actions.cancel(); });
    connect(m_tabs, &QTabBar::currentChanged, m_panels, &QStackedWidget::setCurrentIndex);
    connect(m_notice, &NoticeBar::actionTriggered, this, [this] {
        m_notice->hide();
        if (m_noticeAction)
            m_noticeAction();
    });
    connect(m_card, &AuthorityCard::unlockRequested, this,
            [this](const QString &passphrase) { ask(Kind::Unlock, m_actions.unlock(passphrase)); });
    connect(m_card, &AuthorityCard::retryRequested, this, [this] { m_actions.retry(); });
    connect(m_card, &AuthorityCard::cancelRequested, this, [this] { m_actions.cancel(); });
    connect(m_card, &AuthorityCard::copyFingerprintRequested, this,
            [this] { QApplication::clipboard()->setText(fingerprintText(m_status.fingerprint)); });
    connect(m_stores, &TrustStoresPanel::trustRequested, this, &CertificatesPage::trust);
    connect(m_stores, &TrustStoresPanel::untrustRequested, this, &CertificatesPage::untrust);
    connect(m_stores, &TrustStoresPanel::refreshRequested, this, &CertificatesPage::refresh);
    connect(m_leaves, &LeavesPanel::issueRequested, this, &CertificatesPage::issue);
    connect(m_leaves, &LeavesPanel::exportRequested, this, &CertificatesPage::exportCertificate);
}

void CertificatesPage::setStatus(const AuthorityStatus &status)
{
    const bool wasUsable = isUsable();
    m_status = status;
    const bool appeared = !wasUsable && isUsable();
    showState();
    if (appeared && isVisible() && !status.trustKnown)
        refresh();
}

void CertificatesPage::showState()
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const bool there = m_status.state != AuthorityState::None;
    const bool ready = m_status.state == AuthorityState::Ready;
    m_stack->setCurrentIndex(there ? Content : Nothing);
    showWork();
    m_replace->setVisible(there);
    m_exportRoot->setVisible(isUsable());
    m_below->setVisible(isUsable());
    m_card->setStatus(m_status, now);
    m_stores->setStores(m_status.stores, m_status.trustKnown, m_status.busy);
    m_leaves->setCertificates(m_status.certificates, ready, now);
    m_programs->setSettings(m_status.settings);
    const qsizetype count = m_status.certificates.size();
    m_tabs->setTabText(1, count > 0 ? tr("Certificates (%1)").arg(count) : tr("Certificates"));
    for (QAction *action : std::as_const(m_pageActions))
        action->setEnabled(isUsable());
    m_pageActions.first()->setEnabled(true);
    m_untrustAll->setEnabled(there); // a broken one, too
    m_pageActions.first()->setText(there ? tr("Replace the Local CA…") : tr("Create a Local CA…"));
    m_pageActions.at(1)->setEnabled(ready);
}

// Its files can be read: there is a root to be trusted.
bool CertificatesPage::isUsable() const
{
    return m_status.state != AuthorityState::None && m_status.state != AuthorityState::Broken;
}

// An administrator's password may take minutes, and may never come.
void CertificatesPage::showWork()
{
    const bool waits = m_requests.values().contains(Kind::Privileged);
    m_working->setText(waits ? tr("Waiting for an administrator…") : tr("Working…"));
    m_working->setVisible(waits || m_status.busy);
    m_giveUp->setVisible(waits);
}

void CertificatesPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (isUsable() && !m_status.trustKnown)
        refresh();
}

void CertificatesPage::ask(Kind kind, quint64 request)
{
    m_requests.insert(request, kind);
    showWork();
}

// ---- what can be done ------------------------------------------------------------------------------

void CertificatesPage::createAuthority()
{
    createWith(AuthorityProtection::Keychain);
}

void CertificatesPage::createWith(AuthorityProtection protection)
{
    auto *dialog = new CreateAuthorityDialog(m_status.state != AuthorityState::None, this);
    dialog->setProtection(protection);
    if (!m_status.suffixes.isEmpty())
        dialog->setSuffixes(m_status.suffixes);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        m_notice->hide();
        const AuthorityRequest request = dialog->request();
        m_createdSuffixes = request.suffixes;
        ask(Kind::Create, m_actions.create(request));
    });
    dialog->open();
}

void CertificatesPage::issue()
{
    m_tabs->setCurrentIndex(1);
    auto *dialog = new IssueDialog(m_status.suffixes, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { ask(Kind::Issue, m_actions.issue(dialog->names())); });
    dialog->open();
}

void CertificatesPage::chooseFile(const QString &title, const QString &suggested,
                                  const std::function<void(const QString &)> &then)
{
    auto *dialog = new QFileDialog(this, title);
    dialog->setObjectName(u"certificateFile"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(suggested);
    connect(dialog, &QFileDialog::fileSelected, this, then);
    dialog->open();
}

void CertificatesPage::exportRoot()
{
    chooseFile(tr("Export the root certificate"), u"portlight-root.crt"_s, [this](const QString &file) {
        ask(Kind::Export, m_actions.exportRoot(file, CertificateFormat::Pem, {}));
    });
}

void CertificatesPage::exportCertificate(const IssuedCertificate &certificate, CertificateFormat format)
{
    const bool pkcs12 = format == CertificateFormat::Pkcs12;
    const QString name = certificate.names.value(0, u"certificate"_s).replace(u"*"_s, u"any"_s);
    const QString fingerprint = certificate.fingerprint;
    const auto save = [this, fingerprint, format](const QString &file, const QString &password) {
        ask(Kind::Export, m_actions.exportCertificate(fingerprint, file, format, password));
    };
    const auto chosen = [this, pkcs12, save](const QString &file) {
        if (!pkcs12)
            return save(file, {});
        auto *dialog = new PasswordDialog(this);
        connect(dialog, &QDialog::accepted, this, [dialog, save, file] { save(file, dialog->password()); });
        dialog->open();
    };
    chooseFile(tr("Export the certificate of %1, with its key").arg(certificate.names.value(0)),
               name + (pkcs12 ? u".p12"_s : u".pem"_s), chosen);
}

void CertificatesPage::trust(const QStringList &ids)
{
    m_tabs->setCurrentIndex(0);
    ask(Kind::Trust, m_actions.trust(ids));
}

void CertificatesPage::untrust(const QStringList &ids)
{
    m_tabs->setCurrentIndex(0);
    ask(Kind::Untrust, m_actions.untrust(ids));
}

void CertificatesPage::refresh()
{
    ask(Kind::Refresh, m_actions.refreshTrust());
}

// One after the other: each command is shown before it runs.
void CertificatesPage::askPrivilege()
{
    if (m_privileged.isEmpty())
        return;
    const TrustStoreStatus store = m_privileged.takeFirst();
    auto *dialog = new PrivilegeDialog(store, this);
    connect(dialog, &QDialog::accepted, this,
            [this, store] { ask(Kind::Privileged, m_actions.runPrivileged(store.id)); });
    connect(dialog, &QDialog::rejected, this, [this, store] {
        report(Tone::Warning, tr("%1 is left as it is: only an administrator may change it").arg(store.name));
        askPrivilege();
    });
    dialog->open();
}

// ---- what came of it -------------------------------------------------------------------------------

void CertificatesPage::report(Tone tone, const QString &text, const QString &action, std::function<void()> run)
{
    m_noticeAction = std::move(run);
    m_notice->showNotice(tone, text, action);
}

void CertificatesPage::reportFailure(Kind kind, const Error &error)
{
    const QString text = problemText(error.message, error.hint);
    if (kind == Kind::Create && isOfKeychain(error.code))
        return report(Tone::Error, text, tr("Use a passphrase"),
                      [this] { createWith(AuthorityProtection::Passphrase); });
    report(error.code == ErrorCode::Cancelled ? Tone::Warning : Tone::Error, text);
    if (kind == Kind::Unlock)
        m_card->focusPassphrase();
}

// Its domains have HTTPS from now on; browsers that trust it are the next step.
void CertificatesPage::reportCreation(const QString &text)
{
    m_tabs->setCurrentIndex(0);
    const Result<QStringList> names = m_actions.addHttps(m_createdSuffixes);
    if (!names)
        return report(Tone::Warning, text + u' ' + problemText(names.error().message, names.error().hint));
    const QString domains = names->isEmpty()     ? QString()
                            : names->size() == 1 ? tr(" %1 has HTTPS now.").arg(names->first())
                                                 : tr(" %1 domains have HTTPS now.").arg(names->size());
    report(Tone::Good, text + domains, tr("Trust in all stores"), [this] { trustAll(); });
}

// Those that no administrator helps; the others are asked for next.
void CertificatesPage::reportUnprivileged(const QList<TrustStoreStatus> &stores, TrustStoreStatus::State wanted)
{
    m_notice->hide();
    QStringList left;
    for (const TrustStoreStatus &store : stores) {
        if (store.state != wanted && store.state != TrustStoreStatus::State::Unavailable
            && store.privilegedCommand.isEmpty())
            left += u"%1: %2"_s.arg(store.name, problemText(store.detail, store.remedy));
    }
    if (!left.isEmpty())
        report(Tone::Warning, left.join(u"; "_s));
}

void CertificatesPage::showOutcome(const AuthorityOutcome &outcome)
{
    const auto found = m_requests.constFind(outcome.request);
    if (found == m_requests.cend())
        return; // somebody else's
    const Kind kind = *found;
    m_requests.erase(found);
    showWork();
    if (kind == Kind::Trust || kind == Kind::Untrust) {
        const auto wanted =
            kind == Kind::Trust ? TrustStoreStatus::State::Trusted : TrustStoreStatus::State::NotTrusted;
        for (const TrustStoreStatus &store : outcome.stores) {
            if (store.state != wanted && !store.privilegedCommand.isEmpty())
                m_privileged += store;
        }
        if (!m_privileged.isEmpty()) {
            reportUnprivileged(outcome.stores, wanted);
            return askPrivilege();
        }
    }
    if (!outcome.ok)
        reportFailure(kind, outcome.error);
    else if (kind == Kind::Create)
        reportCreation(outcome.text);
    else if (kind != Kind::Refresh && !outcome.text.isEmpty())
        report(Tone::Good, outcome.text);
    if (kind == Kind::Privileged)
        askPrivilege();
}

} // namespace portlight
