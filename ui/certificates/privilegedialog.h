// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "widgets/formdialog.h"

namespace portlight {

// Shows the exact command that needs the rights of an administrator, before anything runs.
class PrivilegeDialog final : public FormDialog
{
    Q_OBJECT
public:
    PrivilegeDialog(const TrustStoreStatus &store, QWidget *parent);
};

} // namespace portlight
