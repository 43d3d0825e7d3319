// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/passworddialog.h"

#include <QLineEdit>

namespace portlight {

using namespace Qt::StringLiterals;

PasswordDialog::PasswordDialog(QWidget *parent)
    : FormDialog(u"pkcs12Password"_s, tr("A password for the file"),
                 tr("The file holds the certificate and its key. Whoever opens it needs this password."), tr("Save"),
                 parent)
    , m_password(new QLineEdit(this))
    , m_again(new QLineEdit(this))
{
    m_password->setObjectName(u"pkcs12PasswordFirst"_s);
    m_password->setAccessibleName(tr("Password"));
    m_again->setObjectName(u"pkcs12PasswordAgain"_s);
    m_again->setAccessibleName(tr("Password, once more"));
    for (QLineEdit *field : {m_password, m_again})
        field->setEchoMode(QLineEdit::Password);
    addField(tr("&Password"), m_password);
    addField(tr("&Once more"), m_again);
    setCheck([this] {
        if (m_password->text().isEmpty())
            return tr("The file needs a password, for there is a key in it");
        return m_password->text() == m_again->text() ? QString() : tr("The two passwords differ");
    });
    m_password->setFocus();
}

QString PasswordDialog::password() const
{
    return m_password->text();
}

} // namespace portlight
