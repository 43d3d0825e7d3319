// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backends/backendrow.h"
#include "widgets/factsview.h"

namespace portlight {

// Everything counted of a peer, in words; the same facts in the same order for every peer.
QList<FactsView::Fact> backendFacts(const PeerSnapshot &peer, qint64 nowMs);

} // namespace portlight
