// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/formdialog.h"

class QLineEdit;

namespace portlight {

// Asks which names a certificate is for.
class IssueDialog final : public FormDialog
{
    Q_OBJECT
public:
    // `suffixes`: what the authority may sign.
    IssueDialog(const QStringList &suffixes, QWidget *parent);

    QStringList names() const;

private:
    QString problem() const;

    QStringList m_suffixes;
    QLineEdit *m_names;
};

} // namespace portlight
