// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authorityreading.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LeafFileBytesMax = 1024 * 1024;

QStringList textsOf(const QByteArrayList &names)
{
    QStringList texts;
    for (const QByteArray &name : names)
        texts.append(QString::fromUtf8(name));
    return texts;
}

AuthorityProtection protectionOf(KeyProtection protection)
{
    switch (protection) {
    case KeyProtection::Keychain: return AuthorityProtection::Keychain;
    case KeyProtection::Passphrase: return AuthorityProtection::Passphrase;
    case KeyProtection::File: return AuthorityProtection::File;
    }
    Q_UNREACHABLE();
}

TrustStoreStatus::State stateOf(TrustState state)
{
    switch (state) {
    case TrustState::Trusted: return TrustStoreStatus::State::Trusted;
    case TrustState::NotTrusted: return TrustStoreStatus::State::NotTrusted;
    case TrustState::Partly: return TrustStoreStatus::State::Partly;
    case TrustState::Unavailable: return TrustStoreStatus::State::Unavailable;
    case TrustState::ToolMissing: return TrustStoreStatus::State::ToolMissing;
    case TrustState::Unknown: return TrustStoreStatus::State::Unknown;
    }
    Q_UNREACHABLE();
}

AuthorityStatus statusOf(const AuthorityFacts &facts)
{
    AuthorityStatus status;
    status.state = AuthorityState::Locked;
    status.folder = facts.folder;
    status.name = facts.name;
    status.protection = protectionOf(facts.protection);
    status.suffixes = textsOf(facts.suffixes);
    status.fingerprint = QString::fromLatin1(facts.fingerprint);
    status.notBefore = facts.notBefore;
    status.notAfter = facts.notAfter;
    status.rootPath = facts.rootPath;
    status.certificates = issuedCertificates(facts.folder);
    for (const TrustHint &hint : trustHints(status.rootPath))
        status.settings.append({hint.program, hint.setting, hint.note});
    return status;
}

QByteArray proofOf(const QString &folder, const QDateTime &now)
{
    const QList<LeafFacts> leaves = LocalAuthority::leaves(folder);
    const auto longest = std::max_element(
        leaves.begin(), leaves.end(), [](const LeafFacts &a, const LeafFacts &b) { return a.notAfter < b.notAfter; });
    if (longest == leaves.end() || longest->notAfter <= now || longest->notBefore > now)
        return {};
    QFile file(longest->certificatePath);
    return file.open(QIODevice::ReadOnly) ? file.read(LeafFileBytesMax) : QByteArray();
}

Result<TrustedRoot> asTrusted(const Result<AuthorityFacts> &facts, const QString &folder, const QDateTime &now)
{
    if (!facts)
        return facts.error().code == ErrorCode::FileNotFound ? noAuthority() : facts.error();
    return TrustedRoot{facts->rootPem, facts->fingerprint, facts->name, proofOf(folder, now), facts->rootPath};
}

} // namespace

Error noAuthority()
{
    return {ErrorCode::NoAuthority,
            u"this desk has no local authority"_s,
            {},
            u"make one on the Certificates page, or by: portlightctl ca init"_s};
}

AuthorityReading describeAuthority(const QString &folder)
{
    AuthorityReading reading;
    reading.status.folder = folder;
    const Result<AuthorityFacts> facts = LocalAuthority::inspect(folder);
    if (facts) {
        reading.status = statusOf(*facts);
        reading.facts = *facts;
        return reading;
    }
    if (facts.error().code == ErrorCode::FileNotFound) {
        reading.problem = noAuthority();
        return reading;
    }
    reading.problem = facts.error();
    reading.status.state = AuthorityState::Broken;
    reading.status.problem = facts.error().message;
    reading.status.remedy = facts.error().hint;
    return reading;
}

QList<IssuedCertificate> issuedCertificates(const QString &folder)
{
    QList<IssuedCertificate> certificates;
    for (const LeafFacts &leaf : LocalAuthority::leaves(folder))
        certificates.append(issuedCertificate(leaf));
    return certificates;
}

bool hasLocalAuthority(const QString &folder)
{
    return LocalAuthority::inspect(folder.isEmpty() ? LocalAuthority::defaultFolder() : folder).ok();
}

IssuedCertificate issuedCertificate(const LeafFacts &leaf)
{
    return {textsOf(leaf.names),
            leaf.certificatePath,
            leaf.keyPath,
            QString::fromLatin1(leaf.fingerprint),
            QString::fromLatin1(leaf.serial),
            leaf.notBefore,
            leaf.notAfter,
            leaf.renewAt};
}

TrustStoreStatus storeStatus(const TrustReport &report)
{
    return {report.id,
            report.name,
            report.place,
            stateOf(report.state),
            report.detail,
            report.remedy,
            report.privilegedCommand};
}

QStringList formerAuthorities(const QString &folder)
{
    const QFileInfo info(folder);
    QStringList folders;
    for (const QString &name : info.dir().entryList({info.fileName() + u".old-*"_s}, QDir::Dirs, QDir::Name))
        folders.append(info.dir().filePath(name));
    return folders;
}

Result<TrustedRoot> trustedRoot(const QString &folder, const QDateTime &now)
{
    return asTrusted(LocalAuthority::inspect(folder), folder, now);
}

Result<TrustedRoot> removableRoot(const QString &folder, const QDateTime &now)
{
    return asTrusted(LocalAuthority::inspectRoot(folder), folder, now);
}

} // namespace portlight
