// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/httpsdefault.h"

#include "config/domainhttps.h"

#include <algorithm>

namespace portlight {

DomainDraft withDefaultHttps(const DomainDraft &draft, const ConfigTree &tree, const QByteArrayList &suffixes)
{
    const QByteArray name = draft.name.toUtf8().toLower();
    const bool signedHere = std::any_of(suffixes.begin(), suffixes.end(), [&name](const QByteArray &suffix) {
        return name == suffix || name.endsWith('.' + suffix);
    });
    if (draft.https.has_value() || !signedHere)
        return draft;
    DomainDraft wanted = draft;
    wanted.https = true;
    wanted.tlsPort = customaryTlsPort(tree);
    ConfigTree probe = tree;
    return addDomain(probe, wanted) ? wanted : draft;
}

} // namespace portlight
