// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"

#include <QWidget>

class QStackedWidget;

namespace portlight {

class RowsModel;

// The Doctor page: every problem of the configuration and of the listeners, each with its place and what to do.
class DoctorPage final : public QWidget
{
    Q_OBJECT
public:
    explicit DoctorPage(QWidget *parent = nullptr);

    void setDiagnostics(const Diagnostics &diagnostics);

Q_SIGNALS:
    void positionRequested(const portlight::TextPosition &where);
    void domainsPageRequested();

private:
    Diagnostics m_diagnostics;
    RowsModel *m_model;
    QStackedWidget *m_stack;
};

} // namespace portlight
