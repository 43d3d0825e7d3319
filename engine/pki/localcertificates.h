// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/tlsfiles.h"

#include <QByteArrayList>

namespace portlight {

// Certificates of this desk's own authority, for the domains that ask for one (portlight_local_certificate). Any
// thread.
class LocalCertificates
{
public:
    virtual ~LocalCertificates() = default;
    // A certificate for exactly these names, with its chain up to, without, the root, and its key; issued, or renewed,
    // when there is none that will do. Blocking. Errors: there is no authority, it is locked, a name lies outside what
    // it may sign.
    virtual Result<std::shared_ptr<const TlsCertificate>> certificateFor(const QByteArrayList &names) = 0;
    // The names that it may sign, and all below them, locked or not; empty: there is no authority.
    virtual QByteArrayList suffixes() const { return {}; }
};

} // namespace portlight
