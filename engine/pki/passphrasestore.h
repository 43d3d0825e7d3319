// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>

#include <functional>

namespace portlight {

// Keeps the passphrase of an authority's keys: the system's keychain. Main thread; each call answers exactly once,
// later, by its callback: with KeychainTimeout when the keychain hangs, with Cancelled after cancel().
class PassphraseStore
{
public:
    using Read = std::function<void(Result<QByteArray>)>;
    using Done = std::function<void(Result<void>)>;

    virtual ~PassphraseStore() = default;
    // `key`: the authority's fingerprint. Errors: KeychainMissing (none runs, or it refuses to), KeychainLocked,
    // KeychainRefused, NotFound.
    virtual void read(const QString &key, Read answer) = 0;
    virtual void write(const QString &key, const QByteArray &passphrase, Done answer) = 0;
    virtual void remove(const QString &key, Done answer) = 0;
    virtual void cancel() = 0;
};

} // namespace portlight
