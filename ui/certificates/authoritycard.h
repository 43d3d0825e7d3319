// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace portlight {

class Badge;
class ElidedLabel;
class NoticeBar;

// The local authority at a glance: its name, what it may sign, fingerprint, how long it lasts, what opens its key; and
// what to do while it is locked.
class AuthorityCard final : public QWidget
{
    Q_OBJECT
public:
    explicit AuthorityCard(QWidget *parent = nullptr);

    void setStatus(const AuthorityStatus &status, const QDateTime &now);
    void focusPassphrase();

Q_SIGNALS:
    void unlockRequested(const QString &passphrase);
    void retryRequested();
    void cancelRequested();
    void copyFingerprintRequested();

protected:
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    QWidget *makeFacts();
    QWidget *makeLockRow();
    void connectSignals();
    void showSuffixes();
    void showLock();
    void drawShield();

    AuthorityStatus m_status;
    QLabel *m_shield;
    ElidedLabel *m_name;
    Badge *m_state;
    QHBoxLayout *m_chips;
    QWidget *m_facts;
    ElidedLabel *m_fingerprint;
    QPushButton *m_copy;
    QLabel *m_validity;
    QLabel *m_protection;
    QWidget *m_lockRow;
    QLabel *m_lockText;
    QLineEdit *m_passphrase;
    QPushButton *m_unlock;
    QPushButton *m_retry;
    QPushButton *m_cancel;
    NoticeBar *m_fileWarning;
};

} // namespace portlight
