// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/authorityfolder.h"
#include "pki/leafstore.h"
#include "pki/secretbytes.h"
#include "pki/tlsfiles.h"

#include <functional>
#include <map>
#include <optional>

namespace portlight {

// An authority whose intermediate's key is at hand: it issues, keeps and renews. One thread at a time.
class OpenAuthority
{
public:
    using Clock = std::function<QDateTime()>;

    // Renews the intermediate when it is due. Errors as LocalAuthority::open().
    static Result<std::unique_ptr<OpenAuthority>> open(const QString &folder, QByteArrayView passphrase, Clock clock);

    const AuthorityFacts &facts() const { return m_parts.facts; }
    // Names are canonical and within the suffixes.
    Result<std::shared_ptr<const TlsCertificate>> certificateFor(const QByteArrayList &names);
    Result<LeafFacts> issue(const QByteArrayList &names);
    // Why the last renewal failed, while what was to be renewed is still good.
    const std::optional<Error> &renewalProblem() const { return m_renewalProblem; }

    // A leaf that was issued, with its key.
    Result<TlsCertificate> load(const QByteArrayList &names) const;

private:
    struct Cached {
        QByteArray content;
        std::shared_ptr<const TlsCertificate> certificate;
    };

    OpenAuthority(AuthorityParts parts, QByteArrayView passphrase, Clock clock);
    Result<void> unlock();
    Error cannotUnlock(const QString &path, const Error &cause) const;
    Result<void> checkDates() const;
    // What lies in the folder is still this one.
    Result<void> checkStillThere() const;
    // Does nothing unless it is due.
    Result<void> renewIntermediate();
    bool isIntermediateDue(const CertificateHandle &intermediate) const;
    bool adoptIntermediate();
    Result<KeyHandle> openRootKey() const;
    bool isGood(const LeafStore::Leaf &leaf) const;
    bool isDue(const LeafStore::Leaf &leaf) const;
    Result<std::shared_ptr<const TlsCertificate>> use(const QByteArrayList &names, const LeafStore::Leaf &leaf);
    Result<TlsCertificate> withKey(const QByteArrayList &names, const LeafStore::Leaf &leaf) const;
    bool isUsable(const QByteArrayList &names, const Result<LeafStore::Leaf> &leaf);
    Result<void> issueUnlessUsable(const QByteArrayList &names);
    Result<std::shared_ptr<const TlsCertificate>> lastGood(const QByteArrayList &names, const Error &problem);
    Result<LeafFacts> issueLocked(const QByteArrayList &names);

    AuthorityParts m_parts;
    AuthorityPaths m_paths;
    SecretBytes m_passphrase; // for the root's key, when the intermediate is renewed
    Clock m_clock;
    KeyHandle m_key;              // the intermediate's
    SecretBytes m_leafPassphrase; // follows from it
    LeafStore m_leaves;
    std::map<QByteArrayList, Cached> m_cache; // at most as many as the store keeps
    std::optional<Error> m_renewalProblem;
};

} // namespace portlight
