// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backends/backendlist.h"

#include <QWidget>

class QStackedWidget;

namespace portlight {

class RowsModel;

// The Backends page: where requests may be sent, and which domains send them there.
class BackendsPage final : public QWidget
{
    Q_OBJECT
public:
    explicit BackendsPage(QWidget *parent = nullptr);

    void setBackends(const QList<Backend> &backends);

Q_SIGNALS:
    void addDomainRequested();

private:
    RowsModel *m_model;
    QStackedWidget *m_stack;
};

} // namespace portlight
