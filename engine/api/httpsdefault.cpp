// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/httpsdefault.h"

#include "config/domainhttps.h"
#include "pki/localnames.h"

namespace portlight {

DomainDraft withDefaultHttps(const DomainDraft &draft, const ConfigTree &tree, const QByteArrayList &suffixes)
{
    const Result<QByteArray> name = canonicalLocalName(draft.name.toUtf8());
    if (draft.https.has_value() || suffixes.isEmpty() || !name || !isWithinSuffixes(*name, suffixes))
        return draft;
    DomainDraft wanted = draft;
    wanted.https = true;
    wanted.tlsPort = customaryTlsPort(tree);
    ConfigTree probe = tree;
    return addDomain(probe, wanted) ? wanted : draft;
}

} // namespace portlight
