// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/authoritycard.h"

#include "certificates/certificatetext.h"
#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/style.h"
#include "widgets/badge.h"
#include "widgets/elidedlabel.h"
#include "widgets/namedbutton.h"
#include "widgets/noticebar.h"

#include <QEvent>
#include <QGridLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int ShieldSize = 44;
constexpr int ChipsMax = 6; // of suffixes; the others are in a tooltip

QLabel *dimLabel(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

} // namespace

AuthorityCard::AuthorityCard(QWidget *parent)
    : QWidget(parent)
    , m_shield(new QLabel(this))
    , m_name(new ElidedLabel(this))
    , m_state(new Badge(this))
    , m_chips(new QHBoxLayout)
    , m_fileWarning(new NoticeBar(u"authorityFileWarning"_s, this))
{
    setObjectName(u"authorityCard"_s);
    m_name->setObjectName(u"authorityName"_s);
    m_name->setFont(semiboldFont());
    m_state->setObjectName(u"authorityState"_s);
    m_shield->setFixedSize(ShieldSize, ShieldSize);
    m_fileWarning->setClosable(false);
    auto *title = new QHBoxLayout;
    title->setSpacing(12);
    title->addWidget(m_name);
    title->addWidget(m_state);
    title->addStretch(1);
    m_chips->setSpacing(6);
    auto *texts = new QVBoxLayout;
    texts->setSpacing(8);
    texts->addLayout(title);
    texts->addLayout(m_chips);
    texts->addWidget(makeFacts());
    auto *row = new QHBoxLayout;
    row->setContentsMargins(24, 8, 24, 12);
    row->setSpacing(16);
    row->addWidget(m_shield, 0, Qt::AlignTop);
    row->addLayout(texts, 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(makeLockRow());
    column->addWidget(m_fileWarning);
    connectSignals();
}

QWidget *AuthorityCard::makeFacts()
{
    m_facts = new QWidget(this);
    QWidget *facts = m_facts;
    auto *grid = new QGridLayout(facts);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(3, 1);
    m_validity = new QLabel(facts);
    m_validity->setObjectName(u"authorityValidity"_s);
    m_protection = new QLabel(facts);
    m_protection->setObjectName(u"authorityProtection"_s);
    m_fingerprint = new ElidedLabel(facts);
    m_fingerprint->setObjectName(u"authorityFingerprint"_s);
    m_fingerprint->setFont(wireFont());
    m_fingerprint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_copy = new QPushButton(themedIcon(u"copy"_s), QString(), facts);
    m_copy->setObjectName(u"authorityCopyFingerprint"_s);
    m_copy->setFlat(true);
    m_copy->setToolTip(tr("Copy the fingerprint"));
    m_copy->setAccessibleName(tr("Copy the fingerprint"));
    auto *fingerprint = new QHBoxLayout;
    fingerprint->setSpacing(4);
    fingerprint->addWidget(m_fingerprint);
    fingerprint->addWidget(m_copy);
    fingerprint->addStretch(1);
    grid->addWidget(dimLabel(tr("Valid until"), facts), 0, 0);
    grid->addWidget(m_validity, 0, 1);
    grid->addWidget(dimLabel(tr("Its key opens with"), facts), 0, 2);
    grid->addWidget(m_protection, 0, 3, Qt::AlignLeft);
    grid->addWidget(dimLabel(tr("SHA-256"), facts), 1, 0);
    grid->addLayout(fingerprint, 1, 1, 1, 3);
    return facts;
}

QWidget *AuthorityCard::makeLockRow()
{
    m_lockRow = new QWidget(this);
    m_lockText = new QLabel(m_lockRow);
    m_lockText->setObjectName(u"authorityLockText"_s);
    m_lockText->setWordWrap(true);
    m_passphrase = new QLineEdit(m_lockRow);
    m_passphrase->setObjectName(u"authorityUnlockPassphrase"_s);
    m_passphrase->setAccessibleName(tr("Passphrase of the local CA"));
    m_passphrase->setPlaceholderText(tr("Passphrase"));
    m_passphrase->setEchoMode(QLineEdit::Password);
    m_passphrase->setFixedWidth(220);
    m_unlock = namedButton(u"authorityUnlock"_s, tr("Unlock"), m_lockRow);
    m_unlock->setProperty(PrimaryProperty, true);
    m_retry = namedButton(u"authorityRetry"_s, tr("Try again"), m_lockRow);
    m_cancel = namedButton(u"authorityCancel"_s, tr("Cancel"), m_lockRow);
    auto *row = new QHBoxLayout(m_lockRow);
    row->setContentsMargins(24 + ShieldSize + 16, 0, 24, 12);
    row->setSpacing(8);
    row->addWidget(m_lockText, 1);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_passphrase, m_unlock, m_retry, m_cancel})
        row->addWidget(widget);
    return m_lockRow;
}

void AuthorityCard::connectSignals()
{
    const auto unlock = [this] {
        if (m_passphrase->text().isEmpty())
            return m_passphrase->setFocus();
        Q_EMIT unlockRequested(m_passphrase->text());
        m_passphrase->clear();
    };
    connect(m_unlock, &QPushButton::clicked, this, unlock);
    connect(m_passphrase, &QLineEdit::returnPressed, this, unlock);
    connect(m_retry, &QPushButton::clicked, this, &AuthorityCard::retryRequested);
    connect(m_cancel, &QPushButton::clicked, this, &AuthorityCard::cancelRequested);
    connect(m_copy, &QPushButton::clicked, this, &AuthorityCard::copyFingerprintRequested);
}

void AuthorityCard::setStatus(const AuthorityStatus &status, const QDateTime &now)
{
    const bool otherSuffixes = status.suffixes != m_status.suffixes || m_chips->isEmpty();
    m_status = status;
    const StateWords words = wordsOf(status.state);
    m_state->setBadge(words.word, words.tone);
    m_name->setText(status.name.isEmpty() ? tr("Local CA") : status.name);
    m_validity->setText(status.notAfter.isValid()
                            ? u"%1 (%2)"_s.arg(dayText(status.notAfter), daysText(status.notAfter, now))
                            : QString());
    m_protection->setText(protectionText(status.protection));
    m_fingerprint->setText(fingerprintText(status.fingerprint));
    m_facts->setVisible(!status.fingerprint.isEmpty()); // what is broken has none
    if (otherSuffixes)
        showSuffixes();
    showLock();
    if (status.protection == AuthorityProtection::File)
        m_fileWarning->showNotice(Tone::Warning,
                                  tr("The key of this CA opens with a file in %1: whoever can read your files can make "
                                     "certificates that your browsers trust.")
                                      .arg(status.folder));
    else
        m_fileWarning->hide();
    drawShield();
}

void AuthorityCard::showSuffixes()
{
    while (QLayoutItem *item = m_chips->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (m_status.suffixes.isEmpty())
        return m_chips->addStretch(1);
    m_chips->addWidget(dimLabel(tr("Signs only names below"), this));
    const auto addChip = [this](const QString &text, const QString &tip) {
        auto *chip = new Badge(this);
        chip->setObjectName(u"authorityConstraint"_s);
        chip->setBadge(text, Tone::Accent);
        chip->setToolTip(tip);
        m_chips->addWidget(chip);
    };
    const QString fixed = tr("Written into the root certificate; browsers refuse everything else");
    for (const QString &suffix : m_status.suffixes.mid(0, ChipsMax))
        addChip(suffix, fixed);
    if (m_status.suffixes.size() > ChipsMax)
        addChip(u"+%1"_s.arg(m_status.suffixes.size() - ChipsMax), m_status.suffixes.mid(ChipsMax).join(u' '));
    m_chips->addWidget(dimLabel(tr("and this machine’s addresses"), this));
    m_chips->addStretch(1);
}

void AuthorityCard::showLock()
{
    const bool locked = m_status.state == AuthorityState::Locked;
    const bool unlocking = m_status.state == AuthorityState::Unlocking;
    const bool broken = m_status.state == AuthorityState::Broken;
    const bool asksPerson = locked && m_status.protection == AuthorityProtection::Passphrase;
    m_lockRow->setVisible(locked || unlocking || broken);
    m_passphrase->setVisible(asksPerson);
    m_unlock->setVisible(asksPerson);
    m_retry->setVisible((locked && !asksPerson) || broken);
    m_cancel->setVisible(unlocking);
    QString text = problemText(m_status.problem, m_status.remedy);
    if (unlocking)
        text = tr("The system keychain is asked for the passphrase. It may show a prompt of its own.");
    else if (asksPerson)
        text = tr("Its keys open with your passphrase. Until then, HTTPS of your domains waits; HTTP goes on.");
    m_lockText->setText(text);
}

void AuthorityCard::focusPassphrase()
{
    m_passphrase->setFocus(Qt::ShortcutFocusReason);
}

void AuthorityCard::drawShield()
{
    const QColor ink = themeColors(palette()).tone(wordsOf(m_status.state).tone).mark;
    m_shield->setPixmap(iconPixmap(u"certificates"_s, ink, ShieldSize, devicePixelRatioF()));
}

void AuthorityCard::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        drawShield();
}

void AuthorityCard::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    drawShield();
}

} // namespace portlight
