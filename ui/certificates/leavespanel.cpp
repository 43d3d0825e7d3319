// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/leavespanel.h"

#include "certificates/certificatetext.h"
#include "widgets/factsview.h"
#include "widgets/flattable.h"
#include "widgets/namedbutton.h"
#include "widgets/rowsmodel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

enum Column { IconColumn, NameColumn, StateColumn, UntilColumn, RenewalColumn, SerialColumn, ColumnCount };

constexpr int DetailHeight = 118;

CellRow rowOf(const IssuedCertificate &certificate, const QDateTime &now)
{
    const StateWords words = wordsOf(certificate, now);
    const QString first = certificate.names.value(0);
    const qsizetype more = certificate.names.size() - 1;
    CellRow row(ColumnCount);
    row[IconColumn] = {words.word, CellKind::Icon, words.tone, words.icon};
    row[NameColumn] = {more > 0 ? u"%1  +%2"_s.arg(first).arg(more) : first, CellKind::Strong};
    row[StateColumn] = {words.word, CellKind::Badge, words.tone};
    row[UntilColumn] = {u"%1, %2"_s.arg(dayText(certificate.notAfter), daysText(certificate.notAfter, now)),
                        CellKind::Text};
    row[RenewalColumn] = {dayText(certificate.renewAt), CellKind::Dim};
    row[SerialColumn] = {certificate.serial, CellKind::WireDim};
    return row;
}

} // namespace

LeavesPanel::LeavesPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new RowsModel({QString(), tr("Name"), tr("State"), tr("Valid until"), tr("Renewed"), tr("Serial number")},
                            this))
    , m_table(new FlatTable(this))
{
    setObjectName(u"issuedCertificates"_s);
    buildTable();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeTop());
    column->addWidget(m_table, 1);
    column->addWidget(makeDetail());
    connectSignals();
}

QWidget *LeavesPanel::makeTop()
{
    auto *top = new QWidget(this);
    m_summary = new QLabel(top);
    m_summary->setObjectName(u"issuedSummary"_s);
    m_issue = namedButton(u"certificateIssue"_s, tr("Issue a certificate…"), top);
    auto *row = new QHBoxLayout(top);
    row->setContentsMargins(24, 10, 24, 10);
    row->setSpacing(8);
    row->addWidget(m_summary, 1);
    row->addWidget(m_issue);
    return top;
}

void LeavesPanel::buildTable()
{
    m_table->setObjectName(u"issuedTable"_s);
    m_table->setAccessibleName(tr("Certificates of the local CA"));
    m_table->setModel(m_model);
    m_table->setMinimumHeight(3 * FlatTable::RowHeight);
    m_table->setColumnPlan({{40}, {200, 3}, {120}, {190, 1}, {110}, {150, 2, 820}});
    m_table->addRowAction(u"actionExportPem"_s, u"save"_s, tr("Export Certificate as PEM…"), {u"Ctrl+E"_s},
                          [this] { exportSelected(CertificateFormat::Pem); });
    m_table->addRowAction(u"actionExportPkcs12"_s, u"save"_s, tr("Export Certificate as PKCS#12…"), {u"Ctrl+Shift+E"_s},
                          [this] { exportSelected(CertificateFormat::Pkcs12); });
    m_table->addRowAction(u"actionCopyCertificatePath"_s, u"copy"_s, tr("Copy Path of Certificate"), QKeySequence::Copy,
                          [this] {
                              if (const IssuedCertificate *certificate = selected())
                                  QApplication::clipboard()->setText(certificate->certificatePath);
                          });
}

QWidget *LeavesPanel::makeDetail()
{
    m_detail = new QWidget(this);
    m_facts = new FactsView(m_detail);
    m_facts->setObjectName(u"issuedFacts"_s);
    m_facts->setFixedHeight(DetailHeight);
    m_pem = namedButton(u"certificatePem"_s, tr("Export PEM…"), m_detail);
    m_pkcs12 = namedButton(u"certificatePkcs12"_s, tr("Export PKCS#12…"), m_detail);
    m_copy = namedButton(u"certificateCopyPath"_s, tr("Copy path"), m_detail);
    auto *buttons = new QVBoxLayout;
    buttons->setContentsMargins(0, 12, 24, 8);
    buttons->setSpacing(6);
    for (QPushButton *button : {m_pem, m_pkcs12, m_copy})
        buttons->addWidget(button);
    buttons->addStretch(1);
    auto *row = new QHBoxLayout(m_detail);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_facts, 1);
    row->addLayout(buttons);
    return m_detail;
}

void LeavesPanel::connectSignals()
{
    connect(m_table, &FlatTable::currentRowChanged, this, &LeavesPanel::showSelected);
    connect(m_issue, &QPushButton::clicked, this, &LeavesPanel::issueRequested);
    connect(m_pem, &QPushButton::clicked, this, [this] { exportSelected(CertificateFormat::Pem); });
    connect(m_pkcs12, &QPushButton::clicked, this, [this] { exportSelected(CertificateFormat::Pkcs12); });
    connect(m_copy, &QPushButton::clicked, m_table->rowActions().last(), &QAction::trigger);
}

void LeavesPanel::setCertificates(const QList<IssuedCertificate> &certificates, bool ready, const QDateTime &now)
{
    m_certificates = certificates;
    m_ready = ready;
    QList<CellRow> rows;
    for (const IssuedCertificate &certificate : certificates)
        rows += rowOf(certificate, now);
    m_model->setRows(rows);
    m_summary->setText(certificates.isEmpty()
                           ? tr("None yet: each domain gets one with its first HTTPS connection.")
                           : tr("Made for 90 days and renewed by themselves after two thirds of them."));
    m_issue->setEnabled(ready);
    if (m_table->currentRow() < 0 && !rows.isEmpty())
        m_table->setCurrentIndex(m_model->index(0, NameColumn));
    showSelected();
}

const IssuedCertificate *LeavesPanel::selected() const
{
    const int row = m_table->currentRow();
    return row >= 0 && row < m_certificates.size() ? &m_certificates[row] : nullptr;
}

void LeavesPanel::showSelected()
{
    const IssuedCertificate *certificate = selected();
    m_detail->setVisible(certificate != nullptr);
    for (QAction *action : m_table->rowActions())
        action->setEnabled(certificate != nullptr);
    if (!certificate)
        return;
    // Their key is decrypted for it.
    for (QWidget *button : {m_pem, m_pkcs12})
        button->setEnabled(m_ready);
    m_facts->setFacts({{tr("Names"), certificate->names.join(u", "_s)},
                       {tr("Made"), dayText(certificate->notBefore)},
                       {tr("SHA-256"), fingerprintText(certificate->fingerprint)},
                       {tr("File"), certificate->certificatePath}});
}

void LeavesPanel::exportSelected(CertificateFormat format)
{
    if (const IssuedCertificate *certificate = selected(); certificate && m_ready)
        Q_EMIT exportRequested(*certificate, format);
}

QList<QAction *> LeavesPanel::rowActions() const
{
    return m_table->rowActions();
}

} // namespace portlight
