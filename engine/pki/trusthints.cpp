// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/privilege.h"
#include "pki/truststores.h"

namespace portlight {

using namespace Qt::StringLiterals;

QList<TrustHint> trustHints(const QString &rootPath)
{
    const QString file = shellText({rootPath});
    const auto exported = [&file](const QString &variable) { return u"export %1=%2"_s.arg(variable, file); };
    return {
        {u"Node.js"_s, exported(u"NODE_EXTRA_CA_CERTS"_s),
         u"Node brings its own roots and does not read the system's; this adds one to them. From 22.15 and 23.8 on, "
         u"node "
         "--use-system-ca reads the system's as well, and so does NODE_USE_SYSTEM_CA=1 from 22.19 and 24.6 on."_s},
        {u"Python"_s, exported(u"SSL_CERT_FILE"_s),
         u"Python's ssl and urllib read the system's store and need nothing once that has the root. This replaces the "
         "system's roots: only for programs that talk to local names alone."_s},
        {u"Python's requests"_s, exported(u"REQUESTS_CA_BUNDLE"_s),
         u"requests brings its own roots (certifi); Debian's and Fedora's builds read the system's. This replaces "
         u"them: "
         "once the system's store has the root, give the system's bundle instead, which holds all."_s},
        {u"pip"_s, exported(u"PIP_CERT"_s),
         u"Only for a package index on a local name, as it replaces pip's own roots. From 24.2 on, pip reads the "
         "system's store."_s},
        {u"curl"_s, exported(u"CURL_CA_BUNDLE"_s),
         u"curl reads the system's store and needs nothing once that has the root. This replaces the system's roots; "
         "curl --cacert does it for a single call."_s},
        {u"git"_s, u"git config http.sslCAInfo "_s + file,
         u"git reads the system's store and needs nothing once that has the root. This replaces the system's roots for "
         "the repository in which it is set."_s},
    };
}

} // namespace portlight
