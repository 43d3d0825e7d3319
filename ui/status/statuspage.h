// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/enginestatus.h"

#include <QWidget>

class QLabel;

namespace portlight {

class RowsModel;

// The Status page: the seven counters of stub_status as they stand, and those of each domain.
class StatusPage final : public QWidget
{
    Q_OBJECT
public:
    explicit StatusPage(QWidget *parent = nullptr);

    void setStatus(const EngineStatus &status);

private:
    QWidget *makeCounters();

    EngineStatus m_status;
    QList<QLabel *> m_numbers; // children, in the order of counterValues()
    RowsModel *m_domains;
    RowsModel *m_listeners;
};

// The text that nginx's stub_status module answers with (src/http/modules/ngx_http_stub_status_module.c).
QString stubStatusText(const EngineStatus &status);

} // namespace portlight
