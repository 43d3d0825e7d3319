// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/filelock.h"
#include "pki/localauthority.h"

#include <memory>

namespace portlight {

// An authority that was made beside its place and has not taken it yet: its files are gone again unless it does.
// Blocking; one thread at a time; owned by the command that makes it.
class StagedAuthority
{
public:
    // With a first certificate, to prove trust stores with. `replace`: whatever has the place will be set aside.
    // Errors: AlreadyExists, FileLocked (another program is at it), those of LocalAuthority::create.
    static Result<std::shared_ptr<StagedAuthority>> make(const QString &folder, const AuthorityPlan &plan,
                                                         const QByteArray &passphrase, bool replace,
                                                         LocalAuthority::Clock clock);
    ~StagedAuthority();
    Q_DISABLE_COPY_MOVE(StagedAuthority)

    const AuthorityFacts &facts() const { return m_facts; }
    // Takes the place and opens it there. On an error everything is as it was before make().
    Result<std::shared_ptr<LocalAuthority>> takePlace();
    // Removes what was made; so does the destructor.
    void discard();
    // The folder of the authority that had the place; empty: there was none.
    const QString &formerFolder() const { return m_former; }

private:
    StagedAuthority(const QString &folder, const QByteArray &passphrase, bool replace, LocalAuthority::Clock clock);
    Result<void> build(const AuthorityPlan &plan);
    Result<void> setFormerAside();
    Result<void> putBack(const Error &why);

    const QString m_folder;
    const QString m_staging;
    const QByteArray m_passphrase;
    const bool m_replace;
    const LocalAuthority::Clock m_clock;
    std::unique_ptr<FileLock> m_lock; // beside the place, while it is made
    AuthorityFacts m_facts;
    QString m_former;
    bool m_placed = false;
};

} // namespace portlight
