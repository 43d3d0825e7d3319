// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"

namespace portlight::test {

inline TrustStoreStatus storeNamed(const QString &name, TrustStoreStatus::State state)
{
    TrustStoreStatus store;
    store.id = name.toLower();
    store.name = name;
    store.place = QStringLiteral("/home/anna/.") + store.id;
    store.state = state;
    return store;
}

// An authority that is ready, has issued one certificate and is trusted by one of three stores.
inline AuthorityStatus readyAuthority()
{
    using State = TrustStoreStatus::State;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    AuthorityStatus status;
    status.state = AuthorityState::Ready;
    status.folder = QStringLiteral("/home/anna/.local/share/portlight/ca");
    status.name = QStringLiteral("Portlight local CA anna@laptop 3f2a91c0");
    status.suffixes = {QStringLiteral("localhost"), QStringLiteral("test")};
    status.fingerprint = QStringLiteral("3f2a91c0").repeated(8);
    status.notBefore = now.addDays(-1);
    status.notAfter = now.addYears(10);
    status.rootPath = status.folder + QStringLiteral("/root.crt");
    IssuedCertificate leaf;
    leaf.names = {QStringLiteral("shop.localhost"), QStringLiteral("www.shop.localhost")};
    leaf.certificatePath = status.folder + QStringLiteral("/leaves/shop.localhost.crt");
    leaf.fingerprint = QStringLiteral("ab").repeated(32);
    leaf.serial = QStringLiteral("5e1f0c");
    leaf.notBefore = now.addDays(-7);
    leaf.notAfter = now.addDays(83);
    leaf.renewAt = now.addDays(53);
    status.certificates = {leaf};
    TrustStoreStatus system = storeNamed(QStringLiteral("System"), State::NotTrusted);
    system.detail = QStringLiteral("the root is not there");
    system.privilegedCommand = QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("cp a b")};
    status.stores = {system, storeNamed(QStringLiteral("Chromium"), State::Trusted),
                     storeNamed(QStringLiteral("Firefox"), State::NotTrusted),
                     storeNamed(QStringLiteral("Java"), State::Unavailable)};
    status.settings = {{QStringLiteral("Node.js"), QStringLiteral("export NODE_EXTRA_CA_CERTS=/root.crt")}};
    status.trustKnown = true;
    return status;
}

} // namespace portlight::test
