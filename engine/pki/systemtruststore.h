// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/anchorlayout.h"

namespace portlight {

// The system's own anchors: what curl, git, OpenSSL and most languages trust. The worker's; owned by its caller.
class SystemTrustStore final : public TrustStore
{
public:
    explicit SystemTrustStore(const TrustPlaces &places);
    QString id() const override { return QStringLiteral("system"); }
    TrustReport inspect(const TrustedRoot &root) override;
    TrustReport install(const TrustedRoot &root) override;
    TrustReport remove(const TrustedRoot &root) override;

private:
    // What has to be done, before it is known who may do it.
    struct Change {
        QString write;      // the root's new file
        QStringList erase;  // files that go
        QStringList update; // the program and its arguments
    };

    bool mayChange() const;
    Change removal(const AnchorFiles &files, const TrustedRoot &root, const QString &program) const;
    TrustReport carryOut(const Change &change, const TrustedRoot &root);
    QString perform(const Change &change, const TrustedRoot &root) const;
    QStringList asCommand(const Change &change, const TrustedRoot &root) const;
    TrustReport startReport() const;
    bool onlyRootInBundle(const TrustedRoot &root) const;

    std::optional<AnchorLayout> m_layout;
    TrustPrograms m_programs;
};

} // namespace portlight
