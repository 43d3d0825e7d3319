// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "base/diagnostic.h"
#include "config/domains.h"
#include "theme/colors.h"

namespace portlight {

// How a domain stands with HTTPS: an icon, its colour, and a sentence.
struct DomainLock {
    QString icon;
    Tone tone = Tone::Neutral;
    QString text;
    friend bool operator==(const DomainLock &, const DomainLock &) = default;
};

// `problems`: those of this domain's certificate.
DomainLock describeLock(const DomainView &view, const AuthorityStatus &authority, const Diagnostics &problems);
// The problems that lie inside that domain's block and are about certificates. `next`: the position of the block behind
// it, unknown for the last.
Diagnostics certificateProblems(const Diagnostics &all, const TextPosition &block, const TextPosition &next);

} // namespace portlight
