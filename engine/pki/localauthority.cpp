// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/localauthority.h"

#include "pki/certificatefacts.h"
#include "pki/certificatesigning.h"
#include "pki/localnames.h"
#include "pki/openauthority.h"
#include "pki/pkcs12bundle.h"
#include "pki/safefiles.h"
#include "pki/sealedkey.h"

#include <openssl/pem.h>

#include <QDir>
#include <QStandardPaths>

#include <mutex>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

Result<void> checkPassphrase(const QByteArray &passphrase)
{
    if (passphrase.size() < LocalAuthority::PassphraseBytesMin)
        return Error{ErrorCode::InvalidValue,
                     u"the passphrase is too short: at least %1 bytes"_s.arg(LocalAuthority::PassphraseBytesMin),
                     {},
                     {}};
    if (passphrase.size() > LocalAuthority::PassphraseBytesMax)
        return Error{ErrorCode::InvalidValue,
                     u"the passphrase is too long: at most %1 bytes"_s.arg(LocalAuthority::PassphraseBytesMax),
                     {},
                     {}};
    return {};
}

struct NewKeys {
    KeyHandle root;
    KeyHandle intermediate;
};

// The two keys, sealed into `parts`.
Result<NewKeys> makeKeys(AuthorityParts &parts, const QByteArray &passphrase)
{
    auto root = makeKey();
    if (!root)
        return root.error();
    auto intermediate = makeKey();
    if (!intermediate)
        return intermediate.error();
    const KeyDerivation derivation =
        parts.facts.protection == KeyProtection::Passphrase ? KeyDerivation::Scrypt : KeyDerivation::Pbkdf2;
    auto rootKey = sealKey(root->get(), passphrase, derivation);
    if (!rootKey)
        return rootKey.error();
    auto intermediateKey = sealKey(intermediate->get(), passphrase, derivation);
    if (!intermediateKey)
        return intermediateKey.error();
    parts.rootKey = std::move(*rootKey);
    parts.intermediateKey = std::move(*intermediateKey);
    return NewKeys{std::move(*root), std::move(*intermediate)};
}

Result<AuthorityParts> makeParts(const AuthorityPlan &plan, const QByteArrayList &suffixes,
                                 const QByteArray &passphrase, const QDateTime &now)
{
    AuthorityParts parts;
    parts.facts.protection = plan.protection;
    const auto titles = makeAuthorityTitles(plan.label);
    if (!titles)
        return titles.error();
    const auto keys = makeKeys(parts, passphrase);
    if (!keys)
        return keys.error();
    EVP_PKEY *const rootKey = keys->root.get();
    auto root = signRoot(rootKey, titles->root, suffixes, certificateSpan(now, RootDays, nullptr));
    if (!root)
        return root.error();
    parts.root = std::move(*root);
    auto intermediate = signIntermediate({parts.root.get(), rootKey}, keys->intermediate.get(), titles->intermediate,
                                         suffixes, certificateSpan(now, IntermediateDays, parts.root.get()));
    if (!intermediate)
        return intermediate.error();
    parts.intermediate = std::move(*intermediate);
    return parts;
}

// Puts a finished folder where the authority lies; what lies there is set aside, and put back if that fails.
Result<void> putInPlace(const QString &finished, const QString &folder)
{
    QString aside;
    if (isAuthorityPresent(folder)) {
        const Result<QString> moved = moveAuthorityAside(folder);
        if (!moved)
            return moved.error();
        aside = *moved;
    }
    Result<void> renamed = renameFolder(finished, folder);
    if (!renamed && !aside.isEmpty() && !renameFolder(aside, folder))
        return Error{ErrorCode::FileNotWritable,
                     renamed.error().message,
                     {folder, 0, 0},
                     u"the authority that was there lies in \"%1\" now: rename it back"_s.arg(aside)};
    return renamed;
}

// Under the lock. A folder that is not finished goes again.
Result<void> writeInPlace(const QString &folder, const AuthorityParts &parts)
{
    const QString unfinished = folder + u".new"_s;
    QDir(unfinished).removeRecursively(); // of a process that was killed
    Result<void> done = makePrivateFolder(unfinished);
    if (done)
        done = writeAuthority(unfinished, parts);
    if (done)
        done = putInPlace(unfinished, folder);
    if (!done)
        QDir(unfinished).removeRecursively();
    return done;
}

Result<QByteArray> plainKeyPem(const EVP_PKEY *key)
{
    const BioHandle memory(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return openSslError(u"a key cannot be written"_s);
    char *data = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &data);
    QByteArray pem(data, qsizetype(length));
    OPENSSL_cleanse(data, size_t(length));
    return pem;
}

} // namespace

class LocalAuthority::Private
{
public:
    explicit Private(std::unique_ptr<OpenAuthority> authority)
        : m_facts(authority->facts())
        , m_authority(std::move(authority))
    {}

    const AuthorityFacts &facts() const { return m_facts; }
    template<typename Work>
    auto locked(Work work)
    {
        const std::lock_guard guard(m_mutex);
        return work(*m_authority);
    }
    Result<QByteArrayList> checkedNames(const QByteArrayList &names) const
    {
        auto all = canonicalLocalNames(names);
        if (!all)
            return all;
        for (const QByteArray &name : *all) {
            if (const Result<void> checked = checkWithinSuffixes(name, m_facts.suffixes); !checked)
                return checked.error();
        }
        return all;
    }

    // A leaf that was issued, with its key, for `work`.
    template<typename Work>
    Result<QByteArray> withLeaf(const LeafFacts &leaf, Work work)
    {
        const auto names = checkedNames(leaf.names);
        if (!names)
            return names.error();
        const auto loaded = locked([&](OpenAuthority &authority) { return authority.load(*names); });
        return loaded ? work(*loaded) : loaded.error();
    }

private:
    const AuthorityFacts m_facts;
    std::mutex m_mutex;
    std::unique_ptr<OpenAuthority> m_authority;
};

QString LocalAuthority::defaultFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + u"/portlight/ca"_s;
}

Result<void> LocalAuthority::checkSuffix(const QByteArray &suffix)
{
    const auto checked = canonicalSuffix(suffix);
    return checked ? Result<void>() : checked.error();
}

Result<AuthorityFacts> LocalAuthority::inspect(const QString &folder)
{
    const auto parts = readAuthority(folder);
    return parts ? Result<AuthorityFacts>(parts->facts) : parts.error();
}

Result<AuthorityFacts> LocalAuthority::inspectRoot(const QString &folder)
{
    return readAuthorityRoot(folder);
}

Result<QByteArray> LocalAuthority::newPassphrase()
{
    return makePassphrase();
}

Result<std::shared_ptr<LocalAuthority>> LocalAuthority::create(const QString &folder, const AuthorityPlan &plan,
                                                               const QByteArray &passphrase, Clock clock)
{
    if (const Result<void> checked = checkPassphrase(passphrase); !checked)
        return checked.error();
    const auto suffixes = canonicalSuffixes(plan.suffixes);
    if (!suffixes)
        return suffixes.error();
    {
        const auto lock = lockAuthority(folder);
        if (!lock)
            return lock.error();
        if (!plan.replace && isAuthorityPresent(folder))
            return Error{ErrorCode::AlreadyExists,
                         u"there is an authority in \"%1\" already"_s.arg(folder),
                         {folder, 0, 0},
                         u"portlightctl ca init --replace sets it aside; the new one must then be trusted anew"_s};
        const auto parts = makeParts(plan, *suffixes, passphrase, clock ? clock() : QDateTime::currentDateTimeUtc());
        if (!parts)
            return parts.error();
        if (const Result<void> written = writeInPlace(folder, *parts); !written)
            return written.error();
    }
    return open(folder, passphrase, std::move(clock));
}

Result<std::shared_ptr<LocalAuthority>> LocalAuthority::open(const QString &folder, const QByteArray &passphrase,
                                                             Clock clock)
{
    auto authority = OpenAuthority::open(folder, passphrase, std::move(clock));
    if (!authority)
        return authority.error();
    return std::shared_ptr<LocalAuthority>(new LocalAuthority(std::make_unique<Private>(std::move(*authority))));
}

Result<QString> LocalAuthority::setAside(const QString &folder)
{
    const auto lock = lockAuthority(folder);
    if (!lock)
        return lock.error();
    if (!isAuthorityPresent(folder))
        return Error{ErrorCode::FileNotFound, u"there is no authority in \"%1\""_s.arg(folder), {folder, 0, 0}, {}};
    return moveAuthorityAside(folder);
}

QList<LeafFacts> LocalAuthority::leaves(const QString &folder)
{
    return LeafStore(AuthorityPaths{folder}.leaves()).all();
}

LocalAuthority::LocalAuthority(std::unique_ptr<Private> data)
    : d(std::move(data))
{}

LocalAuthority::~LocalAuthority() = default;

const AuthorityFacts &LocalAuthority::facts() const
{
    return d->facts();
}

Result<std::shared_ptr<const TlsCertificate>> LocalAuthority::certificateFor(const QByteArrayList &names)
{
    const auto checked = d->checkedNames(names);
    if (!checked)
        return checked.error();
    return d->locked([&](OpenAuthority &authority) { return authority.certificateFor(*checked); });
}

Result<LeafFacts> LocalAuthority::issue(const QByteArrayList &names)
{
    const auto checked = d->checkedNames(names);
    if (!checked)
        return checked.error();
    return d->locked([&](OpenAuthority &authority) { return authority.issue(*checked); });
}

Result<void> LocalAuthority::checkName(const QByteArray &name) const
{
    const auto checked = d->checkedNames({name});
    return checked ? Result<void>() : checked.error();
}

std::optional<Error> LocalAuthority::renewalProblem() const
{
    return d->locked([](OpenAuthority &authority) { return authority.renewalProblem(); });
}

Result<QByteArray> LocalAuthority::leafPem(const LeafFacts &leaf) const
{
    return d->withLeaf(leaf, [](const TlsCertificate &loaded) -> Result<QByteArray> {
        QByteArray pem = certificatePem(loaded.leaf.get());
        for (const CertificateHandle &above : loaded.chain)
            pem += certificatePem(above.get());
        return pem;
    });
}

Result<QByteArray> LocalAuthority::leafKeyPem(const LeafFacts &leaf) const
{
    return d->withLeaf(leaf, [](const TlsCertificate &loaded) { return plainKeyPem(loaded.key.get()); });
}

Result<QByteArray> LocalAuthority::leafPkcs12(const LeafFacts &leaf, const QByteArray &password) const
{
    return d->withLeaf(leaf, [&password](const TlsCertificate &loaded) {
        return makePkcs12(loaded, certificateTitle(loaded.leaf.get()), password);
    });
}

Result<QByteArray> LocalAuthority::rootPkcs12(const QByteArray &password) const
{
    const auto root = parseCertificate(d->facts().rootPem);
    return root ? makeTrustPkcs12(root->get(), d->facts().name, password) : root.error();
}

} // namespace portlight
