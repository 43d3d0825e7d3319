// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/openauthority.h"

#include "pki/certificatefacts.h"
#include "pki/certificatesigning.h"
#include "pki/safefiles.h"
#include "pki/sealedkey.h"

#include <openssl/err.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr char LeafPurpose[] = "Portlight leaf keys";
// An issuer that ends soon cannot give more time: what would gain less than this is not renewed.
constexpr qint64 WorthwhileSeconds = 24 * 3600;

CertificateHandle shared(const CertificateHandle &certificate)
{
    X509_up_ref(certificate.get());
    return CertificateHandle(certificate.get());
}

bool isKeyOf(const CertificateHandle &certificate, const KeyHandle &key)
{
    const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    return fits;
}

Error notInTime(const QString &path, const CertificateHandle &certificate, const QDateTime &now)
{
    const QDateTime from = certificateNotBefore(certificate.get());
    if (now < from)
        return {
            ErrorCode::CertificateExpired,
            u"the local authority is not valid yet: \"%1\" begins on %2, and by this computer's clock it is %3"_s.arg(
                path, dateText(from), dateText(now)),
            {path, 0, 0},
            u"set the computer's clock"_s};
    return {
        ErrorCode::CertificateExpired,
        u"the local authority has expired: \"%1\" ended on %2, and by this computer's clock it is %3"_s.arg(
            path, dateText(certificateNotAfter(certificate.get())), dateText(now)),
        {path, 0, 0},
        u"if the clock is right, make a new one, which must then be trusted anew: portlightctl ca init --replace"_s};
}

bool isInTime(const CertificateHandle &certificate, const QDateTime &now)
{
    return certificateNotBefore(certificate.get()) <= now && now <= certificateNotAfter(certificate.get());
}

// Two thirds have gone, and a new one would last longer.
bool isRenewable(const X509 *certificate, qint64 days, const X509 *issuer, const QDateTime &now)
{
    const CertificateSpan span{certificateNotBefore(certificate), certificateNotAfter(certificate)};
    if (now < renewalDate(span))
        return false;
    return span.notAfter.secsTo(certificateSpan(now, days, issuer).notAfter) >= WorthwhileSeconds;
}

} // namespace

OpenAuthority::OpenAuthority(AuthorityParts parts, QByteArrayView passphrase, Clock clock)
    : m_parts(std::move(parts))
    , m_paths{m_parts.facts.folder}
    , m_passphrase(passphrase)
    , m_clock(clock ? std::move(clock) : Clock(&QDateTime::currentDateTimeUtc))
    , m_leaves(m_paths.leaves())
{}

Result<std::unique_ptr<OpenAuthority>> OpenAuthority::open(const QString &folder, QByteArrayView passphrase,
                                                           Clock clock)
{
    auto parts = readAuthority(folder);
    if (!parts)
        return parts.error();
    std::unique_ptr<OpenAuthority> authority(new OpenAuthority(std::move(*parts), passphrase, std::move(clock)));
    if (const Result<void> unlocked = authority->unlock(); !unlocked)
        return unlocked.error();
    const Result<void> renewed = authority->renewIntermediate();
    if (const Result<void> inTime = authority->checkDates(); !inTime)
        return renewed ? inTime.error() : renewed.error();
    return authority;
}

Result<void> OpenAuthority::unlock()
{
    auto key = openSealedKey(m_parts.intermediateKey, m_passphrase.view());
    if (!key)
        return cannotUnlock(m_paths.intermediateKey(), key.error());
    if (!isKeyOf(m_parts.intermediate, *key))
        return brokenAuthority(ErrorCode::KeyMismatch, m_paths.intermediateKey(),
                               u"its key is not that of \"%1\""_s.arg(m_paths.intermediateCertificate()));
    auto leafPassphrase = passphraseOf(key->get(), LeafPurpose);
    if (!leafPassphrase)
        return leafPassphrase.error();
    m_key = std::move(*key);
    m_leafPassphrase = std::move(*leafPassphrase);
    return {};
}

// A wrong passphrase and a damaged file look alike; that the other key opens tells them apart.
Error OpenAuthority::cannotUnlock(const QString &path, const Error &cause) const
{
    if (cause.code != ErrorCode::WrongPassphrase)
        return brokenAuthority(cause.code, path, cause.message);
    const bool isRoot = path == m_paths.rootKey();
    if (openSealedKey(isRoot ? m_parts.intermediateKey : m_parts.rootKey, m_passphrase.view()))
        return brokenAuthority(ErrorCode::InvalidCertificate, path,
                               u"it is damaged: the passphrase opens the authority's other key"_s);
    return {ErrorCode::WrongPassphrase,
            u"the passphrase does not open the local authority (\"%1\")"_s.arg(path),
            {path, 0, 0},
            m_parts.facts.protection == KeyProtection::Passphrase
                ? u"type it again"_s
                : u"the one that was kept belongs to another authority; if it is lost, make a new one: portlightctl ca "
                  u"init --replace"_s};
}

Result<void> OpenAuthority::checkDates() const
{
    const QDateTime now = m_clock();
    if (!isInTime(m_parts.root, now))
        return notInTime(m_paths.rootCertificate(), m_parts.root, now);
    if (!isInTime(m_parts.intermediate, now))
        return notInTime(m_paths.intermediateCertificate(), m_parts.intermediate, now);
    return {};
}

Result<KeyHandle> OpenAuthority::openRootKey() const
{
    auto key = openSealedKey(m_parts.rootKey, m_passphrase.view());
    if (!key)
        return cannotUnlock(m_paths.rootKey(), key.error());
    if (!isKeyOf(m_parts.root, *key))
        return brokenAuthority(ErrorCode::KeyMismatch, m_paths.rootKey(),
                               u"its key is not that of \"%1\""_s.arg(m_paths.rootCertificate()));
    return key;
}

// Another process may have set it aside and made a new one.
Result<void> OpenAuthority::checkStillThere() const
{
    const Result<QByteArray> root = readWholeFile(m_paths.rootCertificate(), AuthorityFileBytesMax);
    if (root && *root == m_parts.facts.rootPem)
        return {};
    return Error{ErrorCode::NoAuthority,
                 u"the local authority in \"%1\" was removed or replaced since it was opened"_s.arg(m_paths.folder),
                 {m_paths.folder, 0, 0},
                 u"open it again"_s};
}

// It is, too, when it was made while the clock was ahead.
bool OpenAuthority::isIntermediateDue(const CertificateHandle &intermediate) const
{
    const QDateTime now = m_clock();
    return now < certificateNotBefore(intermediate.get())
           || isRenewable(intermediate.get(), IntermediateDays, m_parts.root.get(), now);
}

// Another process may have renewed it.
bool OpenAuthority::adoptIntermediate()
{
    const Result<QByteArray> pem = readWholeFile(m_paths.intermediateCertificate(), AuthorityFileBytesMax);
    auto found = pem ? parseCertificate(*pem) : pem.error();
    if (!found || !isIssuedBy(found->get(), m_parts.root.get()) || !isKeyOf(*found, m_key) || isIntermediateDue(*found))
        return false;
    m_parts.intermediate = std::move(*found);
    return true;
}

// Its key stays, so that one file changes, at once, and what it signed before still has a way to the root.
Result<void> OpenAuthority::renewIntermediate()
{
    const QDateTime now = m_clock();
    if (!isInTime(m_parts.root, now) || !isIntermediateDue(m_parts.intermediate))
        return {};
    const auto lock = lockAuthority(m_parts.facts.folder);
    if (!lock)
        return lock.error();
    if (const Result<void> there = checkStillThere(); !there)
        return there;
    if (adoptIntermediate())
        return {};
    const auto rootKey = openRootKey();
    if (!rootKey)
        return rootKey.error();
    auto renewed = signIntermediate({m_parts.root.get(), rootKey->get()}, m_key.get(),
                                    certificateTitle(m_parts.intermediate.get()), m_parts.facts.suffixes,
                                    certificateSpan(now, IntermediateDays, m_parts.root.get()));
    if (!renewed)
        return renewed.error();
    const QByteArray pem = certificatePem(renewed->get());
    Result<void> written = writeFilesSafely({{m_paths.intermediateCertificate(), pem, FileAccess::EverybodyReads}});
    if (written)
        m_parts.intermediate = std::move(*renewed);
    return written;
}

// Ours, and in time.
bool OpenAuthority::isGood(const LeafStore::Leaf &leaf) const
{
    return isInTime(leaf.certificate, m_clock()) && isIssuedBy(leaf.certificate.get(), m_parts.intermediate.get());
}

bool OpenAuthority::isDue(const LeafStore::Leaf &leaf) const
{
    return isRenewable(leaf.certificate.get(), LeafDays, m_parts.intermediate.get(), m_clock());
}

Result<TlsCertificate> OpenAuthority::withKey(const QByteArrayList &names, const LeafStore::Leaf &leaf) const
{
    const Result<QByteArray> sealed = m_leaves.readKey(names);
    if (!sealed)
        return sealed.error();
    auto key = openSealedKey(*sealed, m_leafPassphrase.view());
    if (!key || !isKeyOf(leaf.certificate, *key))
        return Error{ErrorCode::KeyMismatch,
                     u"\"%1\" does not hold the key of \"%2\""_s.arg(leaf.facts.keyPath, leaf.facts.certificatePath),
                     {leaf.facts.keyPath, 0, 0},
                     u"issue it anew"_s};
    TlsCertificate loaded;
    loaded.leaf = shared(leaf.certificate);
    loaded.chain.push_back(shared(m_parts.intermediate));
    loaded.key = std::move(*key);
    return loaded;
}

Result<std::shared_ptr<const TlsCertificate>> OpenAuthority::use(const QByteArrayList &names,
                                                                 const LeafStore::Leaf &leaf)
{
    const auto cached = m_cache.find(names);
    if (cached != m_cache.end() && cached->second.content == leaf.content)
        return cached->second.certificate;
    auto loaded = withKey(names, leaf);
    if (!loaded)
        return loaded.error();
    if (m_cache.size() >= size_t(LeafStore::LeavesMax))
        m_cache.clear();
    Cached entry{leaf.content, std::make_shared<const TlsCertificate>(std::move(*loaded))};
    return m_cache.insert_or_assign(names, std::move(entry)).first->second.certificate;
}

// Under the lock, for another process may be between its two files; a folder that cannot be written has no such
// process.
Result<TlsCertificate> OpenAuthority::load(const QByteArrayList &names) const
{
    const auto lock = lockAuthority(m_paths.folder);
    if (!lock && lock.error().code == ErrorCode::FileLocked)
        return lock.error();
    const auto leaf = m_leaves.read(names);
    return leaf ? withKey(names, *leaf) : leaf.error();
}

Result<std::shared_ptr<const TlsCertificate>> OpenAuthority::certificateFor(const QByteArrayList &names)
{
    const Result<void> renewed = renewIntermediate();
    m_renewalProblem = renewed ? std::nullopt : std::optional(renewed.error());
    if (const Result<void> inTime = checkDates(); !inTime)
        return renewed ? inTime.error() : renewed.error();
    if (!isUsable(names, m_leaves.read(names))) {
        if (const Result<void> issued = issueUnlessUsable(names); !issued)
            return lastGood(names, issued.error());
    }
    const auto leaf = m_leaves.read(names);
    return leaf ? use(names, *leaf) : leaf.error();
}

bool OpenAuthority::isUsable(const QByteArrayList &names, const Result<LeafStore::Leaf> &leaf)
{
    return leaf && isGood(*leaf) && !isDue(*leaf) && use(names, *leaf);
}

// Another process may have been faster; or what was read before were one new and one old file.
Result<void> OpenAuthority::issueUnlessUsable(const QByteArrayList &names)
{
    const auto lock = lockAuthority(m_paths.folder);
    if (!lock)
        return lock.error();
    if (isUsable(names, m_leaves.read(names)))
        return {};
    const Result<LeafFacts> issued = issueLocked(names);
    return issued ? Result<void>() : issued.error();
}

// No new one can be had: the one that was to be renewed, or the one in memory, may still do.
Result<std::shared_ptr<const TlsCertificate>> OpenAuthority::lastGood(const QByteArrayList &names, const Error &problem)
{
    if (problem.code == ErrorCode::NoAuthority)
        return problem;
    m_renewalProblem = problem;
    const auto stored = m_leaves.read(names);
    if (stored && isGood(*stored)) {
        if (auto certificate = use(names, *stored))
            return certificate;
    }
    const auto cached = m_cache.find(names);
    if (cached != m_cache.end() && isInTime(cached->second.certificate->leaf, m_clock()))
        return cached->second.certificate;
    return problem;
}

Result<LeafFacts> OpenAuthority::issue(const QByteArrayList &names)
{
    if (const Result<void> renewed = renewIntermediate(); !renewed)
        return renewed.error();
    if (const Result<void> inTime = checkDates(); !inTime)
        return inTime.error();
    const auto lock = lockAuthority(m_parts.facts.folder);
    return lock ? issueLocked(names) : lock.error();
}

Result<LeafFacts> OpenAuthority::issueLocked(const QByteArrayList &names)
{
    if (const Result<void> there = checkStillThere(); !there)
        return there.error();
    const QDateTime now = m_clock();
    const auto key = makeKey();
    if (!key)
        return key.error();
    const auto leaf = signLeaf({m_parts.intermediate.get(), m_key.get()}, key->get(), names,
                               certificateSpan(now, LeafDays, m_parts.intermediate.get()));
    if (!leaf)
        return leaf.error();
    const auto sealed = sealKey(key->get(), m_leafPassphrase.view(), KeyDerivation::Pbkdf2);
    if (!sealed)
        return sealed.error();
    const QByteArray chain = certificatePem(leaf->get()) + certificatePem(m_parts.intermediate.get());
    if (const Result<void> written = m_leaves.write(names, chain, *sealed, now); !written)
        return written.error();
    const auto stored = m_leaves.read(names);
    return stored ? Result<LeafFacts>(stored->facts) : stored.error();
}

} // namespace portlight
