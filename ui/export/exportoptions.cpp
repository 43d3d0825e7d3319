// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/exportoptions.h"

#include "theme/fonts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Versions that servers run, newest first; an empty one is the current nginx.
struct VersionChoice {
    const char *version;
    const char *where;
};
constexpr VersionChoice Versions[] = {
    {"", QT_TRANSLATE_NOOP("portlight::ExportOptionsPanel", "The current one")},
    {"1.28.0", "1.28"},
    {"1.26.3", QT_TRANSLATE_NOOP("portlight::ExportOptionsPanel", "1.26 · Debian 13")},
    {"1.24.0", QT_TRANSLATE_NOOP("portlight::ExportOptionsPanel", "1.24 · Ubuntu 24.04")},
    {"1.22.1", QT_TRANSLATE_NOOP("portlight::ExportOptionsPanel", "1.22 · Debian 12")},
    {"1.18.0", QT_TRANSLATE_NOOP("portlight::ExportOptionsPanel", "1.18 · Debian 11, Ubuntu 22.04")},
};

enum CertificateChoice { CertificatesAsWritten, CertificatesOfCertbot, CertificatesInFolder };

constexpr int FieldWidth = 196;

// "shop.localhost=shop.example.com, api.localhost=…"
QHash<QByteArray, QByteArray> namesFrom(const QString &text)
{
    QHash<QByteArray, QByteArray> names;
    static const QRegularExpression separators(u"[,;\\s]+"_s);
    for (const QString &pair : text.split(separators, Qt::SkipEmptyParts)) {
        const qsizetype equals = pair.indexOf(u'=');
        if (equals > 0 && equals + 1 < pair.size())
            names.insert(pair.first(equals).toLower().toUtf8(), pair.mid(equals + 1).toUtf8());
    }
    return names;
}

} // namespace

ExportOptionsPanel::ExportOptionsPanel(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"exportOptions"_s);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    QStringList versions;
    for (const VersionChoice &choice : Versions)
        versions += tr(choice.where);
    m_version = addChoice(grid, u"exportVersion"_s, tr("For nginx"), versions);
    m_ports = addChoice(grid, u"exportPorts"_s, tr("Ports"), {tr("As written"), tr("80 and 443")});
    m_certificates = addChoice(grid, u"exportCertificates"_s, tr("Certificates"),
                               {tr("As written"), tr("From certbot"), tr("In a folder")});
    m_folder = addField(grid, u"exportCertificateFolder"_s, tr("Folder"), u"/etc/ssl/private"_s);
    m_names = addField(grid, u"exportNames"_s, tr("Public names"), u"shop.localhost=shop.example.com"_s);
    m_names->setToolTip(tr("The public name of a local one: shop.localhost=shop.example.com; more behind a comma."));
    m_redirect = makeSwitch(u"exportRedirect"_s, tr("Redirect HTTP to HTTPS"));
    m_headers = makeSwitch(u"exportHeaders"_s, tr("Security headers"));
    m_headers->setToolTip(tr("Browsers remember Strict-Transport-Security: switch it on when HTTPS will stay."));
    m_perDomain = makeSwitch(u"exportPerDomain"_s, tr("One file per domain"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(24, 4, 16, 8);
    column->setSpacing(8);
    column->addLayout(grid);
    column->addSpacing(4);
    for (QCheckBox *box : {m_redirect, m_headers, m_perDomain})
        column->addWidget(box);
    column->addStretch(1);
    showFields();
}

QComboBox *ExportOptionsPanel::addChoice(QGridLayout *grid, const QString &objectName, const QString &title,
                                         const QStringList &choices)
{
    auto *box = new QComboBox(this);
    box->setObjectName(objectName);
    box->setAccessibleName(title);
    box->addItems(choices);
    box->setFixedWidth(FieldWidth);
    auto *label = new QLabel(title, this);
    label->setBuddy(box);
    const int row = grid->rowCount();
    grid->addWidget(label, row, 0);
    grid->addWidget(box, row, 1, Qt::AlignLeft);
    connect(box, &QComboBox::currentIndexChanged, this, [this] {
        showFields();
        Q_EMIT changed();
    });
    return box;
}

QLineEdit *ExportOptionsPanel::addField(QGridLayout *grid, const QString &objectName, const QString &title,
                                        const QString &placeholder)
{
    auto *edit = new QLineEdit(this);
    edit->setObjectName(objectName);
    edit->setAccessibleName(title);
    edit->setPlaceholderText(placeholder);
    edit->setFont(wireFont());
    edit->setFixedWidth(FieldWidth);
    auto *label = new QLabel(title, this);
    label->setBuddy(edit);
    const int row = grid->rowCount();
    grid->addWidget(label, row, 0);
    grid->addWidget(edit, row, 1, Qt::AlignLeft);
    connect(edit, &QLineEdit::textChanged, this, &ExportOptionsPanel::changed);
    return edit;
}

QCheckBox *ExportOptionsPanel::makeSwitch(const QString &objectName, const QString &text)
{
    auto *box = new QCheckBox(text, this);
    box->setObjectName(objectName);
    box->setAccessibleName(text);
    connect(box, &QCheckBox::toggled, this, &ExportOptionsPanel::changed);
    return box;
}

// Nothing moves: what does not count now is only switched off.
void ExportOptionsPanel::showFields()
{
    if (m_folder)
        m_folder->setEnabled(m_certificates->currentIndex() == CertificatesInFolder);
}

NginxExportOptions ExportOptionsPanel::options() const
{
    NginxExportOptions options;
    const QByteArray version = Versions[std::max(0, m_version->currentIndex())].version;
    options.forVersion = !version.isEmpty();
    if (options.forVersion)
        options.version = NginxVersion::fromString(version);
    if (m_ports->currentIndex() == 1)
        options.ports = NginxExportOptions::Ports::Production;
    if (m_certificates->currentIndex() == CertificatesOfCertbot)
        options.certificates = NginxExportOptions::Certificates::Certbot;
    if (m_certificates->currentIndex() == CertificatesInFolder) {
        const QString folder = m_folder->text().trimmed();
        options.certificates = NginxExportOptions::Certificates::Folder;
        options.certificateFolder = (folder.startsWith(u'/') ? folder : m_folder->placeholderText()).toUtf8();
    }
    options.redirectToHttps = m_redirect->isChecked();
    options.securityHeaders = m_headers->isChecked();
    options.filePerDomain = m_perDomain->isChecked();
    options.names = namesFrom(m_names->text());
    return options;
}

} // namespace portlight
