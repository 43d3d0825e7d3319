// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/nssdatabase.h"
#include "pki/nssplaces.h"

namespace portlight {

// The database of one browser profile, changed as its owner. The worker's; owned by its caller.
class NssTrustStore final : public TrustStore
{
public:
    NssTrustStore(NssPlace place, const TrustPlaces &places);
    QString id() const override;
    TrustReport inspect(const TrustedRoot &root) override;
    TrustReport install(const TrustedRoot &root) override;
    TrustReport remove(const TrustedRoot &root) override;

private:
    // The report of a store that nothing can be done with; nothing: go on.
    std::optional<TrustReport> refusal() const;
    TrustReport startReport() const;
    TrustReport failed(const Error &error, const TrustedRoot &root);
    TrustReport ask(const NssDatabase &database, const TrustedRoot &root) const;
    bool exists() const;

    NssPlace m_place;
    bool m_homeIsAnothers;
    TrustPrograms m_programs;
    QString m_certutil; // empty: not installed
};

} // namespace portlight
