// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/certificatetext.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

using State = TrustStoreStatus::State;

constexpr qint64 DaysPerYear = 365;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Certificates)
};

bool isThere(const TrustStoreStatus &store)
{
    return store.state != State::Unavailable;
}

qsizetype countOf(const QList<TrustStoreStatus> &stores, bool (*counts)(const TrustStoreStatus &))
{
    return std::count_if(stores.cbegin(), stores.cend(), counts);
}

bool trusts(const TrustStoreStatus &store)
{
    return store.state == State::Trusted;
}

bool isPlainWord(const QString &word)
{
    return !word.isEmpty() && std::all_of(word.begin(), word.end(), [](QChar c) {
        return c.isLetterOrNumber() || u"-_./:=,+@%"_s.contains(c);
    });
}

} // namespace

StateWords wordsOf(State state)
{
    switch (state) {
    case State::Trusted: return {u"check"_s, Words::tr("trusted"), Tone::Good};
    case State::NotTrusted: return {u"cross"_s, Words::tr("not trusted"), Tone::Warning};
    case State::Partly: return {u"warning"_s, Words::tr("incomplete"), Tone::Warning};
    case State::Unavailable: return {u"minus"_s, Words::tr("not here"), Tone::Neutral};
    case State::ToolMissing: return {u"warning"_s, Words::tr("tool missing"), Tone::Warning};
    case State::Unknown: break;
    }
    return {u"question"_s, Words::tr("unknown"), Tone::Neutral};
}

StateWords wordsOf(AuthorityState state)
{
    switch (state) {
    case AuthorityState::Ready: return {u"check"_s, Words::tr("ready"), Tone::Good};
    case AuthorityState::Locked: return {u"lock"_s, Words::tr("locked"), Tone::Warning};
    case AuthorityState::Unlocking: return {u"lock-open"_s, Words::tr("unlocking"), Tone::Accent};
    case AuthorityState::Broken: return {u"cross"_s, Words::tr("broken"), Tone::Error};
    case AuthorityState::None: break;
    }
    return {u"minus"_s, Words::tr("none"), Tone::Neutral};
}

StateWords wordsOf(const IssuedCertificate &certificate, const QDateTime &now)
{
    if (certificate.notAfter < now)
        return {u"cross"_s, Words::tr("expired"), Tone::Error};
    if (certificate.notBefore > now)
        return {u"warning"_s, Words::tr("not valid yet"), Tone::Warning};
    if (certificate.renewAt.isValid() && certificate.renewAt < now)
        return {u"warning"_s, Words::tr("to be renewed"), Tone::Warning};
    return {u"check"_s, Words::tr("valid"), Tone::Good};
}

QString protectionText(AuthorityProtection protection)
{
    switch (protection) {
    case AuthorityProtection::Keychain: return Words::tr("the system keychain");
    case AuthorityProtection::Passphrase: return Words::tr("your passphrase");
    case AuthorityProtection::File: break;
    }
    return Words::tr("a file beside it");
}

QString dayText(const QDateTime &date)
{
    return date.isValid() ? QLocale().toString(date.toLocalTime().date(), u"d MMM yyyy"_s) : QString();
}

QString daysText(const QDateTime &date, const QDateTime &now)
{
    const qint64 days = now.toLocalTime().date().daysTo(date.toLocalTime().date());
    if (days == 0)
        return Words::tr("today");
    if (days == 1)
        return Words::tr("tomorrow");
    if (days == -1)
        return Words::tr("yesterday");
    if (days >= 2 * DaysPerYear)
        return Words::tr("in %1 years").arg((days + DaysPerYear / 2) / DaysPerYear);
    return days > 0 ? Words::tr("in %1 days").arg(days) : Words::tr("%1 days ago").arg(-days);
}

QString fingerprintText(const QString &fingerprint)
{
    QStringList pairs;
    for (qsizetype i = 0; i < fingerprint.size(); i += 2)
        pairs += fingerprint.mid(i, 2).toUpper();
    return pairs.join(u':');
}

QString commandText(const QStringList &command)
{
    QStringList words;
    for (const QString &word : command)
        words += isPlainWord(word) ? word : u'\'' + QString(word).replace(u"'"_s, u"'\\''"_s) + u'\'';
    return words.join(u' ');
}

QString trustSummary(const QList<TrustStoreStatus> &stores)
{
    const qsizetype there = countOf(stores, isThere);
    if (there == 0)
        return Words::tr("No trust store was found");
    const qsizetype trusting = countOf(stores, trusts);
    if (trusting == there)
        return there == 1 ? Words::tr("The one store here trusts it")
                          : Words::tr("All %1 stores here trust it").arg(there);
    return trusting == 0 ? Words::tr("No store trusts it yet")
                         : Words::tr("%1 of %2 stores trust it").arg(trusting).arg(there);
}

bool isTrustedEverywhere(const QList<TrustStoreStatus> &stores)
{
    const qsizetype there = countOf(stores, isThere);
    return there > 0 && countOf(stores, trusts) == there;
}

QString problemText(const QString &message, const QString &remedy)
{
    return remedy.isEmpty() ? message : message + u" — "_s + remedy;
}

} // namespace portlight
