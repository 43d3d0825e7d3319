// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/httpsform.h"

#include "domains/domainlock.h"
#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/painting.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qlonglong NoHsts = -1;
constexpr int PortWidth = 88;
constexpr int ChoiceWidth = 232;

QLabel *wrappedLabel(const QString &objectName, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setObjectName(objectName);
    label->setWordWrap(true);
    return label;
}

void addRow(QGridLayout *grid, const QString &text, QWidget *field, QWidget *buddy)
{
    auto *label = new QLabel(text, field->parentWidget());
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setBuddy(buddy);
    const int row = grid->rowCount();
    grid->addWidget(label, row, 0);
    grid->addWidget(field, row, 1, Qt::AlignLeft); // else its width would be the column's, and labels take the rest
}

// Widgets beside each other as one field.
QWidget *together(QWidget *parent, std::initializer_list<QWidget *> widgets, QWidget *stretched = nullptr)
{
    auto *field = new QWidget(parent);
    auto *row = new QHBoxLayout(field);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    for (QWidget *widget : widgets)
        row->addWidget(widget, widget == stretched ? 1 : 0);
    if (!stretched)
        row->addStretch(1);
    return field;
}

} // namespace

HttpsForm::HttpsForm(QWidget *parent)
    : QScrollArea(parent)
{
    setObjectName(u"httpsForm"_s);
    setFrameShape(NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setBackgroundRole(QPalette::Base);
    setFocusPolicy(Qt::NoFocus);
    setWidget(makeRows());
    connectSignals();
    showState();
}

QComboBox *HttpsForm::makeChoice(const QString &objectName, const QString &name)
{
    auto *box = new QComboBox(this);
    box->setObjectName(objectName);
    box->setAccessibleName(name);
    box->setFixedWidth(ChoiceWidth);
    return box;
}

QWidget *HttpsForm::makeFileField(const QString &objectName, const QString &name, QLineEdit *&field)
{
    field = new QLineEdit(this);
    field->setObjectName(objectName);
    field->setAccessibleName(name);
    field->setPlaceholderText(name);
    field->setFont(wireFont());
    auto *choose = new QPushButton(themedIcon(u"folder"_s), QString(), this);
    choose->setObjectName(objectName + u"Choose"_s);
    choose->setToolTip(tr("Choose a file"));
    choose->setAccessibleName(tr("Choose a file: %1").arg(name));
    connect(choose, &QPushButton::clicked, this, [this, edit = field] { chooseFile(edit); });
    return together(this, {field, choose}, field);
}

QWidget *HttpsForm::makeRows()
{
    auto *rows = new QWidget(this);
    rows->setBackgroundRole(QPalette::Base);
    rows->setAutoFillBackground(true);
    m_on = new QCheckBox(tr("&HTTPS"), rows);
    m_on->setObjectName(u"httpsOn"_s);
    m_on->setAccessibleName(tr("HTTPS"));
    m_port = new QLineEdit(rows);
    m_port->setObjectName(u"httpsPort"_s);
    m_port->setAccessibleName(tr("Port of HTTPS"));
    m_port->setFont(wireFont());
    m_port->setFixedWidth(PortWidth);
    m_port->setValidator(new QIntValidator(1, 65535, m_port));
    auto *portLabel = new QLabel(tr("on &port"), rows);
    portLabel->setForegroundRole(QPalette::PlaceholderText);
    portLabel->setBuddy(m_port);
    m_certificate = makeChoice(u"httpsCertificate"_s, tr("Certificate"));
    m_certificate->addItem(tr("Of the local CA"), int(DomainCertificate::Local));
    m_certificate->addItem(tr("My own files"), int(DomainCertificate::Files));
    m_note = wrappedLabel(u"httpsNote"_s, rows);
    m_toCertificates = new QPushButton(tr("Certificates…"), rows);
    m_toCertificates->setObjectName(u"httpsToCertificates"_s);
    m_toCertificates->setAccessibleName(tr("Show the Certificates page"));
    m_files = new QWidget(rows);
    auto *files = new QVBoxLayout(m_files);
    files->setContentsMargins(0, 0, 0, 0);
    files->setSpacing(6);
    files->addWidget(
        makeFileField(u"httpsCertificateFile"_s, tr("Certificate and those above it, PEM"), m_certificateFile));
    files->addWidget(makeFileField(u"httpsKeyFile"_s, tr("Its key, PEM"), m_keyFile));
    m_redirect = new QCheckBox(tr("HTTP &leads to HTTPS"), rows);
    m_redirect->setObjectName(u"httpsRedirect"_s);
    m_redirect->setAccessibleName(tr("HTTP leads to HTTPS"));
    m_redirect->setToolTip(tr("Plain requests are answered by 308 with the secure address; method and body are kept"));
    m_hsts = makeChoice(u"httpsHsts"_s, tr("Browsers remember HTTPS"));
    m_hsts->addItem(tr("No"), NoHsts);
    m_hsts->addItem(tr("For 5 minutes, to try it"), qlonglong(300));
    m_hsts->addItem(tr("For a day"), qlonglong(86'400));
    m_hsts->addItem(tr("For a year"), qlonglong(31'536'000));
    m_hsts->addItem(tr("Tell them to forget it"), qlonglong(0));
    m_hstsWarning = wrappedLabel(u"httpsHstsWarning"_s, rows);
    m_protocols = makeChoice(u"httpsProtocols"_s, tr("Protocols"));
    m_protocols->addItem(tr("TLS 1.2 and 1.3"), QString());
    m_protocols->addItem(tr("TLS 1.3 alone"), u"TLSv1.3"_s);
    m_protocols->addItem(tr("TLS 1.2 alone"), u"TLSv1.2"_s);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    grid->addWidget(together(rows, {m_on, portLabel, m_port}), 0, 0, 1, 2);
    addRow(grid, tr("&Certificate"), m_certificate, m_certificate);
    m_noteRow = together(rows, {m_note, m_toCertificates}, m_note);
    grid->addWidget(m_noteRow, grid->rowCount(), 1);
    grid->addWidget(m_files, grid->rowCount(), 1);
    grid->addWidget(m_redirect, grid->rowCount(), 1);
    addRow(grid, tr("Browsers &remember"), m_hsts, m_hsts);
    grid->addWidget(m_hstsWarning, grid->rowCount(), 1);
    addRow(grid, tr("Pr&otocols"), m_protocols, m_protocols);
    auto *column = new QVBoxLayout(rows);
    column->setContentsMargins(0, 2, 8, 2);
    column->addLayout(grid);
    column->addStretch(1);
    return rows;
}

void HttpsForm::connectSignals()
{
    const auto changed = [this] {
        showState();
        Q_EMIT edited();
    };
    for (QCheckBox *box : {m_on, m_redirect})
        connect(box, &QCheckBox::clicked, this, changed);
    for (QComboBox *box : {m_certificate, m_hsts, m_protocols})
        connect(box, &QComboBox::activated, this, changed);
    for (QLineEdit *field : {m_port, m_certificateFile, m_keyFile}) {
        connect(field, &QLineEdit::textEdited, this, changed);
        connect(field, &QLineEdit::returnPressed, this, &HttpsForm::applyRequested);
    }
    connect(m_toCertificates, &QPushButton::clicked, this, &HttpsForm::certificatesPageRequested);
}

void HttpsForm::chooseFile(QLineEdit *field)
{
    auto *dialog = new QFileDialog(this, field->accessibleName());
    dialog->setObjectName(u"httpsFileDialog"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this, field](const QString &path) {
        field->setText(path);
        Q_EMIT edited();
    });
    dialog->open();
}

// One that is none of the usual ones is offered as it is written.
void HttpsForm::setChoice(QComboBox *box, const QVariant &value, const QString &otherwise)
{
    const char *const extra = "portlightExtra";
    if (const int index = box->property(extra).toInt(); index > 0) {
        box->removeItem(index);
        box->setProperty(extra, 0);
    }
    int index = box->findData(value);
    if (index < 0) {
        box->addItem(otherwise, value);
        index = box->count() - 1;
        box->setProperty(extra, index);
    }
    box->setCurrentIndex(index);
}

void HttpsForm::setDraft(const DomainDraft &saved)
{
    m_saved = saved.tls.value_or(DomainTls());
    m_on->setChecked(saved.https.value_or(false));
    m_port->setText(QString::number(saved.tlsPort));
    m_certificate->setCurrentIndex(m_certificate->findData(int(m_saved.certificate)));
    m_certificateFile->setText(m_saved.certificateFile);
    m_keyFile->setText(m_saved.keyFile);
    m_redirect->setChecked(m_saved.redirects);
    const qlonglong maxAge = m_saved.hsts ? qlonglong(m_saved.hsts->count()) : NoHsts;
    setChoice(m_hsts, maxAge, tr("For %1 seconds").arg(maxAge));
    setChoice(m_protocols, m_saved.protocols, m_saved.protocols);
    showState();
}

void HttpsForm::setAuthority(const AuthorityStatus &authority)
{
    m_authority = authority;
    showState();
}

DomainTls HttpsForm::shown() const
{
    DomainTls tls = m_saved; // what has no field stays
    tls.certificate = static_cast<DomainCertificate>(m_certificate->currentData().toInt());
    const bool files = tls.certificate == DomainCertificate::Files;
    tls.certificateFile = files ? m_certificateFile->text().trimmed() : QString();
    tls.keyFile = files ? m_keyFile->text().trimmed() : QString();
    tls.redirects = m_redirect->isChecked();
    const qlonglong maxAge = m_hsts->currentData().toLongLong();
    tls.hsts = maxAge == NoHsts ? std::nullopt : std::optional(std::chrono::seconds(maxAge));
    tls.protocols = m_protocols->currentData().toString();
    return tls;
}

bool HttpsForm::isEdited(const DomainDraft &saved) const
{
    const bool was = saved.https.value_or(false);
    if (m_on->isChecked() != was)
        return true;
    return was && (m_port->text().toInt() != saved.tlsPort || shown() != saved.tls.value_or(DomainTls()));
}

Result<void> HttpsForm::writeTo(DomainDraft &draft) const
{
    draft.https = m_on->isChecked();
    draft.tls = shown();
    const int port = m_port->text().toInt();
    if (m_on->isChecked() && (port < 1 || port > 65535))
        return Error{ErrorCode::InvalidValue, tr("The port of HTTPS is a number from 1 to 65535")};
    if (m_on->isChecked() && port == draft.listenPort)
        return Error{ErrorCode::InvalidValue, tr("HTTP and HTTPS need a port each")};
    draft.tlsPort = quint16(port);
    const bool files = draft.tls->certificate == DomainCertificate::Files;
    if (m_on->isChecked() && files && (draft.tls->certificateFile.isEmpty() || draft.tls->keyFile.isEmpty()))
        return Error{ErrorCode::InvalidValue, draft.tls->certificateFile.isEmpty()
                                                  ? tr("Which file holds the certificate?")
                                                  : tr("Which file holds the certificate's key?")};
    return {};
}

void HttpsForm::showState()
{
    const bool on = m_on->isChecked();
    const bool files = m_certificate->currentData().toInt() == int(DomainCertificate::Files);
    for (QWidget *widget :
         std::initializer_list<QWidget *>{m_port, m_certificate, m_files, m_redirect, m_hsts, m_protocols})
        widget->setEnabled(on);
    m_files->setVisible(files);
    DomainView asShown;
    asShown.https = true;
    asShown.localCertificate = true;
    const DomainLock lock = describeLock(asShown, m_authority, {});
    const ThemeColors &colors = themeColors(palette());
    m_note->setText(lock.text);
    m_noteRow->setVisible(on && !files);
    setInk(m_note, lock.tone == Tone::Neutral ? colors.dim : colors.tone(lock.tone).ink);
    m_toCertificates->setVisible(lock.tone != Tone::Good);
    const qlonglong maxAge = m_hsts->currentData().toLongLong();
    m_hstsWarning->setVisible(on && maxAge != NoHsts);
    m_hstsWarning->setText(
        maxAge == 0 ? tr("Browsers that come by over HTTPS forget what they were told before.")
                    : tr("Browsers then refuse plain HTTP for this name on every port, whoever serves it, until that "
                         "time is over. It cannot be taken back from here, only by a visit while “forget it” is on."));
    setInk(m_hstsWarning, maxAge == 0 ? colors.dim : colors.warning.ink);
}

void HttpsForm::changeEvent(QEvent *event)
{
    QScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showState();
}

} // namespace portlight
