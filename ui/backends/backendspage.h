// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backends/backendactions.h"
#include "backends/backendrow.h"

#include <QWidget>

class QAction;
class QLineEdit;
class QSplitter;
class QStackedWidget;
class QVBoxLayout;

namespace portlight {

class BackendPanel;
class BackendsModel;
class EmptyState;
class FlatTable;
class NoticeBar;

// The Backends page: the groups with their peers, how each does, and taking one out of service or back.
class BackendsPage final : public QWidget
{
    Q_OBJECT
public:
    explicit BackendsPage(BackendActions actions, QWidget *parent = nullptr);
    ~BackendsPage() override;

    // What the configuration names: which domains use a group.
    void setBackends(const QList<Backend> &backends);
    void setStatus(const EngineStatus &status);
    // What came of a command: nothing when it worked.
    void showProblem(const Error &error);
    void focusSearch();
    // Everything that can be done with the selected peer, for menus and the command palette.
    QList<QAction *> backendActions() const;

Q_SIGNALS:
    void addDomainRequested();

private:
    void buildTop(QVBoxLayout *column);
    QWidget *buildTable();
    void buildEmptyStates();
    void buildActions();
    void connectSignals();
    void refreshRows();
    void layHeadings();
    void planColumns();
    void showSelected();
    const BackendRow *selected() const;
    void order(PeerOrder wanted);
    void drainSelected() { order(PeerOrder::Draining); }
    void toggleSelected();
    void editWeight();
    void changeWeight(int row, const QString &text);
    void copySelected();

    BackendActions m_actions;
    QList<Backend> m_backends;
    EngineStatus m_status;
    BackendsModel *m_model;
    NoticeBar *m_notice = nullptr;
    QLineEdit *m_search = nullptr;
    FlatTable *m_table = nullptr;
    BackendPanel *m_panel = nullptr;
    QSplitter *m_splitter = nullptr;
    EmptyState *m_nothingFound = nullptr;
    QStackedWidget *m_stack = nullptr;
    QAction *m_drain = nullptr;
    QAction *m_toggle = nullptr;
    bool m_rowsChanging = false;
    bool m_hasChecks = false;
};

} // namespace portlight
