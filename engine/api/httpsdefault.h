// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/domains.h"

#include <QByteArrayList>

namespace portlight {

// The draft of a new domain, with HTTPS when nothing was said of it and a local authority signs its name: one of
// `suffixes` or below one. Where HTTPS cannot be, as its port is used without TLS, the draft stays as it is.
DomainDraft withDefaultHttps(const DomainDraft &draft, const ConfigTree &tree, const QByteArrayList &suffixes);

} // namespace portlight
