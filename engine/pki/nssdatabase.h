// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "pki/trustprograms.h"
#include "pki/truststores.h"

#include <optional>

namespace portlight {

// A line of `certutil -L`.
struct NssEntry {
    QString nickname;
    QString flags; // "C,,"
    friend bool operator==(const NssEntry &, const NssEntry &) = default;
};
QList<NssEntry> parseNssList(const QByteArray &listing);

// What certutil calls a root: NSS takes what stands before a colon for a token's name.
QString nssNickname(const TrustedRoot &root);

// One database of certificates (cert9.db) through NSS's certutil. Errors: ToolFailed with certutil's words and, in the
// hint, what a person can do. Blocking; borrowed by its store.
class NssDatabase
{
public:
    // `certutil`: the program's path.
    NssDatabase(QString folder, QString certutil, const TrustPrograms &programs)
        : m_folder(std::move(folder))
        , m_certutil(std::move(certutil))
        , m_programs(programs)
    {}

    // Makes the folder and an empty database without a password.
    Result<void> create() const;
    // The entry whose certificate is this root, under whatever nickname. More entries than EntriesMax are not read.
    static constexpr int EntriesMax = 512;
    Result<std::optional<NssEntry>> find(const TrustedRoot &root) const;
    // As an authority for TLS servers, and nothing else.
    Result<void> add(const TrustedRoot &root) const;
    Result<void> trust(const NssEntry &entry) const;
    Result<void> remove(const NssEntry &entry, const TrustedRoot &root) const;
    // Verifies the root's leaf for a TLS server, in a copy: nothing is added to the database itself.
    Result<void> verify(const TrustedRoot &root, const NssEntry &entry) const;

private:
    ProgramOutcome run(const QStringList &arguments) const;
    Result<void> runWithFile(const QStringList &arguments, const QByteArray &pem) const;
    std::optional<Error> missingPermission(const QString &words) const;
    Error failure(const ProgramOutcome &outcome) const;
    Result<QByteArrayList> fingerprintsOf(const NssEntry &entry) const;
    Result<void> addChain(const TrustedRoot &root) const;

    QString m_folder;
    QString m_certutil;
    const TrustPrograms &m_programs;
};

} // namespace portlight
