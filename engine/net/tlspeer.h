// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/sharedsslcontext.h"

namespace portlight {

// Whom a TLS stream speaks to, what of it must be proven, and what it is shown.
struct TlsPeer {
    std::shared_ptr<SharedSslContext> context;
    QByteArray name;       // that the certificate must have where it is verified; without port
    QByteArray serverName; // sent as SNI; empty: none
    QByteArray sessionKey; // sessions are resumed among those of one key
    // Of this connection alone, where variables name the files; null: the context's.
    std::shared_ptr<const TlsCertificate> certificate;
    QByteArray certificateName; // of its file

    // A connection that was made for the one will do for the other.
    bool isSameAs(const TlsPeer &other) const
    {
        return context == other.context && name == other.name && serverName == other.serverName
               && certificateName == other.certificateName;
    }
};

} // namespace portlight
