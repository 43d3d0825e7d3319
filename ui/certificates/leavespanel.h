// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"

#include <QWidget>

class QAction;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace portlight {

class FactsView;
class FlatTable;
class RowsModel;

// The certificates that the local authority has issued, and what can be had of the selected one.
class LeavesPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit LeavesPanel(QWidget *parent = nullptr);

    // `ready`: the authority can sign.
    void setCertificates(const QList<IssuedCertificate> &certificates, bool ready, const QDateTime &now);
    QList<QAction *> rowActions() const;

Q_SIGNALS:
    void issueRequested();
    void exportRequested(const portlight::IssuedCertificate &certificate, portlight::CertificateFormat format);

private:
    QWidget *makeTop();
    QWidget *makeDetail();
    void buildTable();
    void connectSignals();
    void showSelected();
    void exportSelected(CertificateFormat format);
    const IssuedCertificate *selected() const;

    QList<IssuedCertificate> m_certificates;
    bool m_ready = false;
    RowsModel *m_model;
    FlatTable *m_table;
    QLabel *m_summary;
    QPushButton *m_issue;
    QPushButton *m_pem;
    QPushButton *m_pkcs12;
    QPushButton *m_copy;
    QWidget *m_detail;
    FactsView *m_facts;
};

} // namespace portlight
