// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"
#include "widgets/cells.h"

namespace portlight {

// Exchanges in words: what the Traffic table and its detail say about them.

// "html", "json", "js", "ws", "sse"; empty when unknown.
QString shortType(const ExchangeSummary &exchange);
// The one decision worth a badge in the row, with its tone; empty for the usual way.
struct DecidedBadge {
    QString text;
    Tone tone = Tone::Accent;
};
DecidedBadge decidedBadge(const ExchangeSummary &exchange);
QString urlOf(const ExchangeSummary &exchange);
QString stateText(const ExchangeSummary &exchange); // "running", "done", "failed"

// Why tries at backends failed, and what helps: names and values, the last try last. Empty when none failed.
QList<std::pair<QString, QString>> failureFacts(const ExchangeDetail &exchange);
// What the client's handshake came to; empty for plain HTTP.
QList<std::pair<QString, QString>> tlsFacts(const ClientTls &tls);

// A command line for a POSIX shell that sends the same request again. A body kept in part is said so in a comment.
QString curlCommand(const ExchangeDetail &exchange);

// One span of an exchange's time, in microseconds from its first byte.
struct TimingPhase {
    QString name;
    qint64 fromUs = 0;
    qint64 untilUs = 0;
    Tone tone = Tone::Accent;
    friend bool operator==(const TimingPhase &, const TimingPhase &) = default;
};
// The phases that happened, in order; those that did not are left out.
QList<TimingPhase> timingPhases(const ExchangeTiming &timing);

// The value of a field in a head as on the wire, any case; empty when it is not there.
QByteArray headField(const QByteArray &head, const QByteArray &name);
// "0000  47 45 54 …  GET …", 16 bytes a line, at most HexDumpBytesMax bytes.
QString hexDump(const QByteArray &bytes);
inline constexpr qsizetype HexDumpBytesMax = 16 * 1024;
// True for valid UTF-8 without control characters other than white space.
bool isReadableText(const QByteArray &bytes);
// Indented JSON, or a null string when it is none. Order and spelling of the values stay.
QString prettyJson(const QByteArray &bytes);

} // namespace portlight
