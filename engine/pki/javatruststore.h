// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/javastores.h"

#include <optional>

namespace portlight {

// One file of roots of the Java runtimes, through keytool. The worker's; owned by its caller.
class JavaTrustStore final : public TrustStore
{
public:
    // An empty path: there is no Java here, and the store says so.
    JavaTrustStore(JavaStorePlace place, const TrustPlaces &places);
    QString id() const override;
    TrustReport inspect(const TrustedRoot &root) override;
    TrustReport install(const TrustedRoot &root) override;
    TrustReport remove(const TrustedRoot &root) override;

private:
    TrustReport startReport() const;
    std::optional<TrustReport> refusal() const;
    // What keytool knows of the root: the alias, or none.
    Result<std::optional<QString>> findAlias(const TrustedRoot &root) const;
    TrustReport prove(const Result<std::optional<QString>> &alias, const TrustedRoot &root) const;
    // That the chain of the root's leaf ends in this store, in a copy of it.
    Result<void> verify(const TrustedRoot &root) const;
    Result<void> importQuietly(const QString &store, const QString &alias, const QByteArray &pem) const;
    TrustReport change(TrustReport report, const QStringList &arguments, const TrustedRoot &root);
    ProgramOutcome keytool(const QStringList &arguments, const QString &store) const;
    Error failure(const ProgramOutcome &outcome) const;

    JavaStorePlace m_place;
    QString m_password; // empty: Java's own
    TrustPrograms m_programs;
};

} // namespace portlight
