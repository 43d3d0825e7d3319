// SPDX-License-Identifier: GPL-3.0-or-later
#include "keychain/keychainerrors.h"

#include <QDBusConnection>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// libsecret's words are translated, those of the bus are not: the bus is asked where it can be.
Error otherError(const QString &words)
{
    if (!QDBusConnection::sessionBus().isConnected()) {
        return {ErrorCode::KeychainMissing,
                u"there is no keychain: this session has no D-Bus (%1)"_s.arg(words),
                {},
                u"sign in to a desktop session, or protect the keys with a passphrase or a file"_s};
    }
    if (words.contains(u"org.freedesktop.secrets"_s) || words.contains(u"ServiceUnknown"_s)) {
        return {ErrorCode::KeychainMissing,
                u"there is no keychain: no keyring runs in this session (%1)"_s.arg(words),
                {},
                u"install gnome-keyring or KeePassXC and sign in again, or protect the keys with a passphrase or a "
                u"file"_s};
    }
    return {ErrorCode::KeychainRefused,
            u"the keychain refused: %1"_s.arg(words),
            {},
            u"look into it with Seahorse or "
            u"KWalletManager, then try "
            u"again"_s};
}

} // namespace

Error keychainError(const QKeychain::Job &job)
{
    const QString words = job.errorString();
    switch (job.error()) {
    case QKeychain::EntryNotFound:
        // A prompt that was dismissed looks the same: libsecret then finds nothing, without an error.
        return {ErrorCode::NotFound,
                u"the keychain holds no passphrase for this authority, or was not unlocked"_s,
                {},
                u"unlock the keychain and try again; if the entry is gone, make another authority: portlightctl ca "
                u"init --replace"_s};
    case QKeychain::AccessDenied: // libsecret's SECRET_ERROR_IS_LOCKED, and a wallet that was not opened
        return {ErrorCode::KeychainLocked,
                u"the keychain is locked: %1"_s.arg(words),
                {},
                u"unlock it and try "
                u"again"_s};
    case QKeychain::AccessDeniedByUser:
        return {ErrorCode::KeychainRefused,
                u"access to the keychain was denied: %1"_s.arg(words),
                {},
                u"try again and "
                u"allow it"_s};
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return {ErrorCode::KeychainMissing,
                u"there is no keychain: %1"_s.arg(words),
                {},
                u"install libsecret-1-0 and a keyring such as gnome-keyring, or protect the keys with a passphrase or "
                u"a file"_s};
    case QKeychain::NoError:
    case QKeychain::CouldNotDeleteEntry:
    case QKeychain::OtherError: break;
    }
    return otherError(words);
}

} // namespace portlight
