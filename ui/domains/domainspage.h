// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "domains/domainactions.h"
#include "domains/domainrow.h"
#include "domains/ratehistory.h"
#include "theme/colors.h"

#include <QTimer>
#include <QWidget>

class QLineEdit;
class QSortFilterProxyModel;
class QSplitter;
class QStackedWidget;
class QVBoxLayout;

namespace portlight {

class DomainEditor;
class DomainsModel;
class EmptyState;
class FlatTable;
class NoticeBar;
class PortChips;
class QuickAdd;

// The Domains page: add in one line, see how each does, edit, switch off, remove with undo.
class DomainsPage final : public QWidget
{
    Q_OBJECT
public:
    explicit DomainsPage(DomainActions actions, QWidget *parent = nullptr);

    void setDomains(const QList<DomainView> &domains);
    void setStatus(const EngineStatus &status);
    void setListeningPorts(const QList<ListeningPort> &ports);
    // How certificates stand, and what is wrong with them.
    void setAuthority(const AuthorityStatus &authority);
    void setDiagnostics(const Diagnostics &diagnostics);
    void focusQuickAdd();
    void focusSearch();
    void undoRemove();
    // A line above the table: what was done, or why not.
    void showNotice(Tone tone, const QString &text);
    // Everything that can be done with the selected domain, for menus and the command palette.
    QList<QAction *> domainActions() const;

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void buildTop(QVBoxLayout *column);
    QWidget *buildTable();
    void buildEmptyState();
    void buildActions();
    void connectSignals();
    void refreshRows();
    void refreshChips();
    void showEditor();
    void selectDomain(int domainIndex);
    const DomainRow *selected() const;
    const DomainRow *rowAtProxy(int proxyRow) const;
    void report(const Error &error);

    void add(const DomainDraft &draft);
    void openSelected();
    void copySelected();
    void editSelected();
    void toggleSelected();
    void removeSelected();
    void toggle(const DomainRow &row);
    void startDemo();

    DomainActions m_actions;
    QList<DomainView> m_domains;
    EngineStatus m_status;
    AuthorityStatus m_authority;
    Diagnostics m_diagnostics;
    KnownPorts m_ports;
    RateHistory m_rates;
    QTimer m_portsTimer;
    DomainsModel *m_model;
    QSortFilterProxyModel *m_proxy;
    QLineEdit *m_search = nullptr;
    QuickAdd *m_quickAdd = nullptr;
    PortChips *m_chips = nullptr;
    NoticeBar *m_notice = nullptr;
    bool m_noticeIsUndo = false;
    bool m_rowsChanging = false;
    QStackedWidget *m_stack = nullptr;
    QSplitter *m_splitter = nullptr;
    FlatTable *m_table = nullptr;
    DomainEditor *m_editor = nullptr;
    EmptyState *m_empty = nullptr;
    PortChips *m_emptyPorts = nullptr;
};

} // namespace portlight
