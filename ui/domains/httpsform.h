// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "config/domains.h"

#include <QScrollArea>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace portlight {

// HTTPS of one domain: on or off, its port, where the certificate comes from, redirect, HSTS, protocols.
class HttpsForm final : public QScrollArea
{
    Q_OBJECT
public:
    explicit HttpsForm(QWidget *parent = nullptr);

    // Shows what is saved.
    void setDraft(const DomainDraft &saved);
    void setAuthority(const AuthorityStatus &authority);
    bool isEdited(const DomainDraft &saved) const;
    // Puts what is shown into the draft. The error is for people.
    Result<void> writeTo(DomainDraft &draft) const;

Q_SIGNALS:
    void edited();
    void applyRequested(); // Enter in a field
    void certificatesPageRequested();

protected:
    void changeEvent(QEvent *event) override;

private:
    QWidget *makeRows();
    QWidget *makeFileField(const QString &objectName, const QString &name, QLineEdit *&field);
    QComboBox *makeChoice(const QString &objectName, const QString &name);
    void connectSignals();
    void chooseFile(QLineEdit *field);
    void showState();
    void setChoice(QComboBox *box, const QVariant &value, const QString &otherwise);
    DomainTls shown() const;

    AuthorityStatus m_authority;
    DomainTls m_saved;
    QCheckBox *m_on;
    QLineEdit *m_port;
    QComboBox *m_certificate;
    QWidget *m_noteRow;
    QLabel *m_note;
    QPushButton *m_toCertificates;
    QWidget *m_files;
    QLineEdit *m_certificateFile;
    QLineEdit *m_keyFile;
    QCheckBox *m_redirect;
    QComboBox *m_hsts;
    QLabel *m_hstsWarning;
    QComboBox *m_protocols;
};

} // namespace portlight
