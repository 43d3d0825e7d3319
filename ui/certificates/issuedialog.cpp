// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/issuedialog.h"

#include "theme/fonts.h"

#include <QHostAddress>
#include <QLineEdit>
#include <QRegularExpression>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

bool mayBeSigned(const QString &name, const QStringList &suffixes)
{
    const QHostAddress address(name);
    if (!address.isNull())
        return address.isLoopback();
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [&](const QString &suffix) { return name == suffix || name.endsWith(u'.' + suffix); });
}

} // namespace

IssueDialog::IssueDialog(const QStringList &suffixes, QWidget *parent)
    : FormDialog(u"issueCertificate"_s, tr("Issue a certificate"),
                 tr("For another program on this desk. Your domains get theirs by themselves."), tr("Issue"), parent)
    , m_suffixes(suffixes)
    , m_names(new QLineEdit(this))
{
    m_names->setObjectName(u"issueNames"_s);
    m_names->setAccessibleName(tr("Names of the certificate"));
    m_names->setFont(wireFont());
    m_names->setPlaceholderText(u"mail.%1  127.0.0.1"_s.arg(suffixes.value(0, u"localhost"_s)));
    addField(tr("&Names and addresses"), m_names);
    addNote(tr("It may sign names below %1, and this machine's own addresses. It is valid for 90 days.")
                .arg(suffixes.join(u", "_s)));
    setCheck([this] { return problem(); });
    m_names->setFocus();
}

QStringList IssueDialog::names() const
{
    static const QRegularExpression separators(u"[,;\\s]+"_s);
    QStringList names = m_names->text().toLower().split(separators, Qt::SkipEmptyParts);
    names.removeDuplicates();
    return names;
}

QString IssueDialog::problem() const
{
    if (names().isEmpty())
        return tr("Which name is it for?");
    for (const QString &name : names()) {
        if (!mayBeSigned(name, m_suffixes))
            return tr("“%1” lies outside what this CA may sign. That is fixed in its root certificate, so that it can "
                      "never stand in for other sites: other endings need a new CA.")
                .arg(name);
    }
    return {};
}

} // namespace portlight
