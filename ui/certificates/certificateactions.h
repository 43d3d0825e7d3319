// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"

#include <functional>

namespace portlight {

// What the Certificates page can have done. Each gives a request, whose outcome comes back through
// CertificatesPage::showOutcome.
struct CertificateActions {
    std::function<quint64(const AuthorityRequest &)> create;
    std::function<quint64(const QString &passphrase)> unlock;
    std::function<quint64(const QStringList &names)> issue;
    std::function<quint64(const QString &file, CertificateFormat format, const QString &password)> exportRoot;
    std::function<quint64(const QString &fingerprint, const QString &file, CertificateFormat format,
                          const QString &password)>
        exportCertificate;
    std::function<quint64()> refreshTrust;
    std::function<quint64(const QStringList &storeIds)> trust;
    std::function<quint64(const QStringList &storeIds)> untrust;
    std::function<quint64(const QString &storeId)> runPrivileged;
    // Gives the domains HTTPS that may have it now; their names.
    std::function<Result<QStringList>(const QStringList &suffixes)> addHttps;
    std::function<void()> retry; // asks the keychain again
    std::function<void()> cancel;
};

} // namespace portlight
