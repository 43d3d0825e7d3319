// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"
#include "widgets/formdialog.h"

class QLineEdit;
class QRadioButton;

namespace portlight {

// Asks which names a new local authority may sign, and where its passphrase is kept.
class CreateAuthorityDialog final : public FormDialog
{
    Q_OBJECT
public:
    // `replaces`: there is one, which is set aside.
    CreateAuthorityDialog(bool replaces, QWidget *parent);

    void setProtection(AuthorityProtection protection);
    void setSuffixes(const QStringList &suffixes);
    AuthorityRequest request() const;

private:
    QRadioButton *addChoice(const QString &objectName, const QString &title, const QString &note);
    void showFields();
    QString problem() const;

    bool m_replaces;
    QLineEdit *m_suffixes;
    QRadioButton *m_keychain;
    QRadioButton *m_passphraseChoice;
    QRadioButton *m_file;
    QLineEdit *m_passphrase;
    QLineEdit *m_again;
    QLabel *m_fileWarning;
};

} // namespace portlight
