// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/domainlock.h"

#include <QCoreApplication>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

using State = TrustStoreStatus::State;

constexpr qsizetype StoresNamedMax = 3;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(DomainLock)
};

bool isAboutCertificates(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidCertificate:
    case ErrorCode::KeyMismatch:
    case ErrorCode::CertificateExpired:
    case ErrorCode::WrongPassphrase:
    case ErrorCode::NameNotAllowed:
    case ErrorCode::NoAuthority:
    case ErrorCode::AuthorityLocked:
    case ErrorCode::KeychainMissing:
    case ErrorCode::KeychainLocked:
    case ErrorCode::KeychainRefused:
    case ErrorCode::KeychainTimeout: return true;
    default: return false;
    }
}

// Of an authority that is ready: whether browsers here take its certificates.
DomainLock lockByTrust(const AuthorityStatus &authority)
{
    QStringList missing;
    bool trusted = false;
    for (const TrustStoreStatus &store : authority.stores) {
        trusted = trusted || store.state == State::Trusted;
        if (store.state == State::NotTrusted || store.state == State::Partly)
            missing += store.name.section(u" ("_s, 0, 0); // without what else reads it
    }
    if (!authority.trustKnown)
        return {u"lock"_s, Tone::Neutral, Words::tr("HTTPS with a certificate of the local CA")};
    if (missing.isEmpty() && trusted)
        return {u"lock"_s, Tone::Good, Words::tr("HTTPS, and this desk trusts it")};
    if (!trusted)
        return {u"lock"_s, Tone::Warning,
                Words::tr("HTTPS, but nothing trusts the local CA yet: see the Certificates page")};
    const QString more = missing.size() > StoresNamedMax ? u", …"_s : QString();
    return {u"lock"_s, Tone::Warning,
            Words::tr("HTTPS, not trusted yet by: %1%2").arg(missing.mid(0, StoresNamedMax).join(u", "_s), more)};
}

DomainLock lockOfAuthority(const AuthorityStatus &authority)
{
    switch (authority.state) {
    case AuthorityState::None:
        return {u"lock"_s, Tone::Warning, Words::tr("HTTPS waits for a local CA: create one on the Certificates page")};
    case AuthorityState::Locked:
        return {u"lock"_s, Tone::Warning, Words::tr("The local CA is locked: unlock it on the Certificates page")};
    case AuthorityState::Unlocking: return {u"lock"_s, Tone::Neutral, Words::tr("The local CA is being unlocked")};
    case AuthorityState::Broken:
        return {u"warning"_s, Tone::Error, Words::tr("The local CA cannot be used: see the Certificates page")};
    case AuthorityState::Ready: break;
    }
    return lockByTrust(authority);
}

} // namespace

DomainLock describeLock(const DomainView &view, const AuthorityStatus &authority, const Diagnostics &problems)
{
    if (!view.https)
        return {u"lock-open"_s, Tone::Neutral,
                view.declinedHttps ? Words::tr("HTTPS is switched off here") : Words::tr("Plain HTTP")};
    if (view.localCertificate && authority.state != AuthorityState::Ready)
        return lockOfAuthority(authority);
    if (!problems.isEmpty()) {
        const Diagnostic &problem = problems.first();
        return {u"warning"_s, Tone::Error,
                problem.hint.isEmpty() ? problem.message : problem.message + u" — "_s + problem.hint};
    }
    if (view.localCertificate)
        return lockByTrust(authority);
    return {u"lock"_s, Tone::Good, Words::tr("HTTPS with a certificate of your own")};
}

Diagnostics certificateProblems(const Diagnostics &all, const TextPosition &block, const TextPosition &next)
{
    Diagnostics found;
    if (!block.isKnown())
        return found;
    for (const Diagnostic &each : all) {
        const bool inside = each.where.file == block.file && each.where.line >= block.line
                            && (next.file != block.file || next.line <= block.line || each.where.line < next.line);
        if (inside && isAboutCertificates(each.code))
            found += each;
    }
    return found;
}

} // namespace portlight
