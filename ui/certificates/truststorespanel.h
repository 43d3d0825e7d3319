// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "certificates/listpanel.h"

class QAction;
class QLabel;
class QPushButton;

namespace portlight {

class ElidedLabel;

// The trust stores with what was proven of each, a switch to put the root in and take it out, and for the selected one
// what was found, what to do, and the command that needs an administrator.
class TrustStoresPanel final : public ListPanel
{
    Q_OBJECT
public:
    explicit TrustStoresPanel(QWidget *parent = nullptr);

    // `known`: the stores have been looked into.
    void setStores(const QList<TrustStoreStatus> &stores, bool known, bool busy);

Q_SIGNALS:
    // Of these; empty: all.
    void trustRequested(const QStringList &ids);
    void untrustRequested(const QStringList &ids);
    void refreshRequested();

private:
    QWidget *makeDetail();
    void buildTable();
    void connectSignals();
    void showSelected() override;
    void toggle(int row);
    void copyCommand();
    const TrustStoreStatus *selected() const;

    QList<TrustStoreStatus> m_stores;
    QPushButton *m_refresh;
    QPushButton *m_removeAll;
    QPushButton *m_trustAll;
    QWidget *m_detail;
    QLabel *m_found;
    QLabel *m_remedy;
    QWidget *m_commandRow;
    ElidedLabel *m_command;
    QPushButton *m_toggle;
    QAction *m_toggleAction = nullptr;
    QAction *m_copyAction = nullptr;
};

} // namespace portlight
