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

enum Column { IconColumn, TitleColumn, StateColumn, UntilColumn, RenewalColumn, SerialColumn, ColumnCount };

constexpr int DetailHeight = 128;
constexpr int TwoColumnsFrom = 880; // half a fingerprint is 345 pixels wide

// Lines end at few of its colons by themselves.
QString inTwoLines(QString fingerprint)
{
    return fingerprint.insert((fingerprint.size() + 1) / 2, u'\n');
}

CellRow rowOf(const IssuedCertificate &certificate, const QDateTime &now)
{
    const StateWords words = wordsOf(certificate, now);
    const QString first = certificate.names.value(0);
    const qsizetype more = certificate.names.size() - 1;
    CellRow row(ColumnCount);
    row[IconColumn] = {words.word, CellKind::Icon, words.tone, words.icon};
    row[TitleColumn] = {more > 0 ? u"%1  +%2"_s.arg(first).arg(more) : first, CellKind::Strong};
    row[StateColumn] = {words.word, CellKind::Badge, words.tone};
    row[UntilColumn] = {u"%1, %2"_s.arg(dayText(certificate.notAfter), daysText(certificate.notAfter, now)),
                        CellKind::Text};
    row[RenewalColumn] = {dayText(certificate.renewAt), CellKind::Dim};
    row[SerialColumn] = {certificate.serial, CellKind::WireDim};
    return row;
}

} // namespace

LeavesPanel::LeavesPanel(QWidget *parent)
    : ListPanel(u"issuedCertificates"_s, u"issuedSummary"_s, parent)
    , m_issue(addButton(u"certificateIssue"_s, tr("Issue a certificate…")))
{
    buildTable();
    addDetail(makeDetail());
    connectSignals();
}

void LeavesPanel::buildTable()
{
    addTable(u"issuedTable"_s, tr("Certificates of the local CA"),
             {QString(), tr("Name"), tr("State"), tr("Valid until"), tr("Renewed"), tr("Serial number")},
             {{40}, {200, 3}, {120}, {190, 1}, {110}, {150, 2, 820}});
    table()->addRowAction(u"actionExportPem"_s, u"save"_s, tr("Export Certificate as PEM…"), {u"Ctrl+E"_s},
                          [this] { exportSelected(CertificateFormat::Pem); });
    table()->addRowAction(u"actionExportPkcs12"_s, u"save"_s, tr("Export Certificate as PKCS#12…"), {u"Ctrl+Shift+E"_s},
                          [this] { exportSelected(CertificateFormat::Pkcs12); });
    table()->addRowAction(u"actionCopyCertificatePath"_s, u"copy"_s, tr("Copy Path of Certificate"), QKeySequence::Copy,
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
    m_facts->setGround(QPalette::Window);
    m_facts->setTwoColumnsFrom(TwoColumnsFrom);
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
    connect(m_issue, &QPushButton::clicked, this, &LeavesPanel::issueRequested);
    connect(m_pem, &QPushButton::clicked, this, [this] { exportSelected(CertificateFormat::Pem); });
    connect(m_pkcs12, &QPushButton::clicked, this, [this] { exportSelected(CertificateFormat::Pkcs12); });
    connect(m_copy, &QPushButton::clicked, rowActions().last(), &QAction::trigger);
}

void LeavesPanel::setCertificates(const QList<IssuedCertificate> &certificates, bool ready, const QDateTime &now)
{
    m_certificates = certificates;
    m_ready = ready;
    QList<CellRow> rows;
    for (const IssuedCertificate &certificate : certificates)
        rows += rowOf(certificate, now);
    setSummary(certificates.isEmpty() ? tr("None yet: each domain gets one with its first HTTPS connection.")
                                      : tr("Made for 90 days and renewed by themselves after two thirds of them."));
    m_issue->setEnabled(ready);
    setRows(rows);
}

const IssuedCertificate *LeavesPanel::selected() const
{
    const qsizetype row = selectedOf(m_certificates.size());
    return row < 0 ? nullptr : &m_certificates[row];
}

void LeavesPanel::showSelected()
{
    const IssuedCertificate *certificate = selected();
    m_detail->setVisible(certificate != nullptr);
    for (QAction *action : rowActions())
        action->setEnabled(certificate != nullptr);
    if (!certificate)
        return;
    // Their key is decrypted for it.
    for (QWidget *button : {m_pem, m_pkcs12})
        button->setEnabled(m_ready);
    m_facts->setFacts({{tr("Names"), certificate->names.join(u", "_s)},
                       {tr("Made"), dayText(certificate->notBefore)},
                       {tr("SHA-256"), inTwoLines(fingerprintText(certificate->fingerprint))},
                       {tr("File"), certificate->certificatePath}});
}

void LeavesPanel::exportSelected(CertificateFormat format)
{
    if (const IssuedCertificate *certificate = selected(); certificate && m_ready)
        Q_EMIT exportRequested(*certificate, format);
}

} // namespace portlight
