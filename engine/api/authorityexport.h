// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"
#include "pki/localauthority.h"

namespace portlight {

// Files for other programs; blocking. Each gives what it wrote, with the keys readable by their owner alone. On an
// error (FileNotWritable, InvalidValue for an empty PKCS#12 password) the files are as they were before.
Result<QStringList> exportRootTo(const QString &file, const AuthorityFacts &facts, const LocalAuthority *authority,
                                 CertificateFormat format, const QByteArray &password);
Result<QStringList> exportLeafTo(const QString &file, const LeafFacts &leaf, const LocalAuthority &authority,
                                 CertificateFormat format, const QByteArray &password);

} // namespace portlight
