// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/formdialog.h"

class QLineEdit;

namespace portlight {

// Asks for the password of a PKCS#12 file, twice.
class PasswordDialog final : public FormDialog
{
    Q_OBJECT
public:
    explicit PasswordDialog(QWidget *parent);

    QString password() const;

private:
    QLineEdit *m_password;
    QLineEdit *m_again;
};

} // namespace portlight
