// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"
#include "certificates/listpanel.h"

class QPushButton;

namespace portlight {

class FactsView;

// The certificates that the local authority has issued, and what can be had of the selected one.
class LeavesPanel final : public ListPanel
{
    Q_OBJECT
public:
    explicit LeavesPanel(QWidget *parent = nullptr);

    // `ready`: the authority can sign.
    void setCertificates(const QList<IssuedCertificate> &certificates, bool ready, const QDateTime &now);

Q_SIGNALS:
    void issueRequested();
    void exportRequested(const portlight::IssuedCertificate &certificate, portlight::CertificateFormat format);

private:
    QWidget *makeDetail();
    void buildTable();
    void connectSignals();
    void showSelected() override;
    void exportSelected(CertificateFormat format);
    const IssuedCertificate *selected() const;

    QList<IssuedCertificate> m_certificates;
    bool m_ready = false;
    QPushButton *m_issue;
    QPushButton *m_pem;
    QPushButton *m_pkcs12;
    QPushButton *m_copy;
    QWidget *m_detail;
    FactsView *m_facts;
};

} // namespace portlight
