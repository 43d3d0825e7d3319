// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "theme/colors.h"

namespace portlight {

// How states of the local authority and of trust stores are put: an icon, a word, and a colour that says the same.
struct StateWords {
    QString icon;
    QString word;
    Tone tone = Tone::Neutral;
};
StateWords wordsOf(TrustStoreStatus::State state);
StateWords wordsOf(AuthorityState state);
// Of a certificate at that time: valid, to be renewed, expired, not valid yet.
StateWords wordsOf(const IssuedCertificate &certificate, const QDateTime &now);

// "system keychain", "a passphrase", "a file beside it"
QString protectionText(AuthorityProtection protection);
// "21 Nov 2026"; empty for none.
QString dayText(const QDateTime &date);
// "in 83 days", "in 10 years", "today", "3 days ago"
QString daysText(const QDateTime &date, const QDateTime &now);
// "3f2a…" as "3F:2A:…"
QString fingerprintText(const QString &fingerprint);
// A command as it is typed into a shell.
QString commandText(const QStringList &command);
// "3 of 5 stores trust it"; of those that are there.
QString trustSummary(const QList<TrustStoreStatus> &stores);
// Every store that is there trusts the root, and there is one.
bool isTrustedEverywhere(const QList<TrustStoreStatus> &stores);
// The message, and what to do.
QString problemText(const QString &message, const QString &remedy);

} // namespace portlight
