// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/careports.h"

#include "pki/privilege.h"

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

using State = TrustStoreStatus::State;

QString timeText(const QDateTime &time)
{
    return time.toUTC().toString(Qt::ISODate);
}

QString protectionName(AuthorityProtection protection)
{
    switch (protection) {
    case AuthorityProtection::Keychain: return u"keychain"_s;
    case AuthorityProtection::Passphrase: return u"passphrase"_s;
    case AuthorityProtection::File: return u"file"_s;
    }
    Q_UNREACHABLE();
}

QString stateName(State state)
{
    switch (state) {
    case State::Trusted: return u"trusted"_s;
    case State::NotTrusted: return u"not-trusted"_s;
    case State::Partly: return u"partly"_s;
    case State::Unavailable: return u"unavailable"_s;
    case State::ToolMissing: return u"tool-missing"_s;
    case State::Unknown: return u"unknown"_s;
    }
    Q_UNREACHABLE();
}

QJsonObject certificateReport(const IssuedCertificate &certificate)
{
    return {{u"names"_s, QJsonArray::fromStringList(certificate.names)},
            {u"certificate"_s, certificate.certificatePath},
            {u"key"_s, certificate.keyPath},
            {u"fingerprint"_s, certificate.fingerprint},
            {u"serial"_s, certificate.serial},
            {u"notBefore"_s, timeText(certificate.notBefore)},
            {u"notAfter"_s, timeText(certificate.notAfter)},
            {u"renewAt"_s, timeText(certificate.renewAt)}};
}

QString field(const QString &label, const QString &value)
{
    return u"%1  %2\n"_s.arg(label, -13).arg(value);
}

} // namespace

QJsonObject authorityReport(const AuthorityStatus &status)
{
    if (status.fingerprint.isEmpty())
        return {};
    QJsonArray certificates;
    for (const IssuedCertificate &certificate : status.certificates)
        certificates.append(certificateReport(certificate));
    QJsonObject report{{u"name"_s, status.name},
                       {u"folder"_s, status.folder},
                       {u"root"_s, status.rootPath},
                       {u"fingerprint"_s, status.fingerprint},
                       {u"suffixes"_s, QJsonArray::fromStringList(status.suffixes)},
                       {u"notBefore"_s, timeText(status.notBefore)},
                       {u"notAfter"_s, timeText(status.notAfter)},
                       {u"protection"_s, protectionName(status.protection)},
                       {u"certificates"_s, certificates}};
    if (const QString warning = protectionWarning(status.protection); !warning.isEmpty())
        report.insert(u"warning"_s, warning);
    if (const QString warning = dateWarning(status); !warning.isEmpty())
        report.insert(u"dateWarning"_s, warning);
    return report;
}

QJsonArray storesReport(const QList<TrustStoreStatus> &stores)
{
    QJsonArray report;
    for (const TrustStoreStatus &store : stores) {
        QJsonObject entry{{u"id"_s, store.id},
                          {u"name"_s, store.name},
                          {u"place"_s, store.place},
                          {u"state"_s, stateName(store.state)},
                          {u"detail"_s, store.detail}};
        if (!store.remedy.isEmpty())
            entry.insert(u"remedy"_s, store.remedy);
        if (!store.privilegedCommand.isEmpty())
            entry.insert(u"privilegedCommand"_s, QJsonArray::fromStringList(store.privilegedCommand));
        report.append(entry);
    }
    return report;
}

QJsonArray settingsReport(const QList<TrustSetting> &settings)
{
    QJsonArray report;
    for (const TrustSetting &setting : settings) {
        report.append(
            QJsonObject{{u"program"_s, setting.program}, {u"setting"_s, setting.setting}, {u"note"_s, setting.note}});
    }
    return report;
}

QString protectionText(AuthorityProtection protection)
{
    switch (protection) {
    case AuthorityProtection::Keychain: return u"a random passphrase, in the keychain"_s;
    case AuthorityProtection::Passphrase: return u"a passphrase of yours"_s;
    case AuthorityProtection::File: return u"a random passphrase, in a file beside them"_s;
    }
    Q_UNREACHABLE();
}

QString protectionWarning(AuthorityProtection protection)
{
    return protection == AuthorityProtection::File
               ? u"the passphrase of the keys lies in a file: whoever can read your files can sign with them"_s
               : QString();
}

QString storeStateText(State state)
{
    switch (state) {
    case State::Trusted: return u"trusted"_s;
    case State::NotTrusted: return u"not trusted"_s;
    case State::Partly: return u"partly"_s;
    case State::Unavailable: return u"not here"_s;
    case State::ToolMissing: return u"tool missing"_s;
    case State::Unknown: return u"unknown"_s;
    }
    Q_UNREACHABLE();
}

QString dateWarning(const AuthorityStatus &status)
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    if (now < status.notBefore)
        return u"the root is not valid yet by this computer's clock: nothing can be issued, and browsers refuse what "
               u"was; set the clock"_s;
    if (now > status.notAfter)
        return u"the root has expired: nothing can be issued, and browsers refuse what was; if the clock is right, "
               u"make "
               u"a new one: portlightctl ca init --replace"_s;
    return {};
}

QString authorityText(const AuthorityStatus &status)
{
    QString text =
        field(u"Authority"_s, status.name) + field(u"Fingerprint"_s, u"SHA-256 "_s + status.fingerprint)
        + field(u"Valid"_s, u"%1 to %2"_s.arg(timeText(status.notBefore), timeText(status.notAfter)))
        + field(u"Signs"_s,
                u"%1, all below them, and loopback addresses; nothing else"_s.arg(status.suffixes.join(u", "_s)))
        + field(u"Root"_s, status.rootPath) + field(u"Keys"_s, status.folder)
        + field(u"Protected by"_s, protectionText(status.protection));
    if (const QString warning = protectionWarning(status.protection); !warning.isEmpty())
        text += field(u"Warning"_s, warning);
    if (const QString warning = dateWarning(status); !warning.isEmpty())
        text += field(u"Warning"_s, warning);
    if (!status.certificates.isEmpty())
        text += u"\nCertificates\n"_s;
    for (const IssuedCertificate &certificate : status.certificates)
        text += u"  %1  until %2, renewed from %3\n"_s.arg(certificate.names.join(u", "_s), -32)
                    .arg(certificate.notAfter.date().toString(Qt::ISODate),
                         certificate.renewAt.date().toString(Qt::ISODate));
    return text;
}

QString storesText(const QList<TrustStoreStatus> &stores, TrustAction action)
{
    qsizetype nameColumns = 5;
    for (const TrustStoreStatus &store : stores)
        nameColumns = std::max(nameColumns, store.name.size());
    const int width = int(nameColumns);
    QString text = u"%1  %2  ID\n"_s.arg(u"STATE"_s, -12).arg(u"STORE"_s, -width);
    for (const TrustStoreStatus &store : stores) {
        text += u"%1  %2  %3\n"_s.arg(storeStateText(store.state), -12).arg(store.name, -width).arg(store.id);
        if (store.state == State::Unavailable || (store.state == State::Trusted && action != TrustAction::Remove))
            continue;
        if (!store.detail.isEmpty())
            text += u"              %1\n"_s.arg(store.detail);
        if (!store.remedy.isEmpty())
            text += u"              → %1\n"_s.arg(store.remedy);
        if (!store.privilegedCommand.isEmpty())
            text += u"              → as root: %1\n"_s.arg(shellText(store.privilegedCommand));
    }
    return text;
}

QString settingsText(const QList<TrustSetting> &settings)
{
    QString text;
    for (const TrustSetting &setting : settings) {
        text += u"  %1  %2\n"_s.arg(setting.program, -17).arg(setting.setting);
        if (!setting.note.isEmpty())
            text += u"                     %1\n"_s.arg(setting.note);
    }
    return text.isEmpty() ? text : u"\nPrograms that read no store, or only a part, need a setting:\n"_s + text;
}

} // namespace portlight
