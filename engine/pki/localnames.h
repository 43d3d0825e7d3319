// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArrayList>

#include <optional>

namespace portlight {

// Names as the local authority's certificates have them: lower case, A-labels for what is not ASCII, no dot at the
// end; addresses as inet_ntop(3) writes them.

inline constexpr qsizetype NameBytesMax = 253; // RFC 1035 §2.3.4, without the root's empty label
inline constexpr qsizetype LabelBytesMax = 63; // RFC 1035 §2.3.4
inline constexpr qsizetype SuffixesMax = 50;   // in the constraints of one root
inline constexpr qsizetype NamesInCertificateMax = 100;

// "*.shop.test" is a name too. Error InvalidName.
Result<QByteArray> canonicalLocalName(const QByteArray &name);
// One per name, each once, in an order of their own: the same set always gives the same list. Errors: InvalidName, also
// for none at all, or for too many.
Result<QByteArrayList> canonicalLocalNames(const QByteArrayList &names);

// What an authority may be limited to: names that nobody else owns (localhost, test …) or a domain of one's own, never
// what is everybody's, such as "com" or "co.uk". Error InvalidName.
Result<QByteArray> canonicalSuffix(const QByteArray &suffix);
// Each once, sorted; one at least.
Result<QByteArrayList> canonicalSuffixes(const QByteArrayList &suffixes);

bool isAddress(const QByteArray &canonicalName);
// Whether the constraints let a name through (RFC 5280 §4.2.1.10): a suffix itself and all below it, loopback
// addresses.
bool isWithinSuffixes(const QByteArray &canonicalName, const QByteArrayList &suffixes);
// Error NameNotAllowed: why not, and what can be done.
Result<void> checkWithinSuffixes(const QByteArray &canonicalName, const QByteArrayList &suffixes);

// Browsers take no wildcard right below a name such as "localhost" or "test": what to say to somebody who wants one.
std::optional<QString> wildcardRemark(const QByteArray &name);

} // namespace portlight
