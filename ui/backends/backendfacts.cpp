// SPDX-License-Identifier: GPL-3.0-or-later
#include "backends/backendfacts.h"

#include "widgets/quantities.h"

#include <QCoreApplication>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(BackendFacts)
};

constexpr QLatin1StringView Gap("  ");

QString requestsText(const PeerSnapshot &peer)
{
    QStringList parts{countText(peer.requests)};
    for (size_t i = 0; i < peer.responses.size(); ++i) {
        if (peer.responses[i] > 0)
            parts.append(u"%1xx %2"_s.arg(i + 1).arg(countText(peer.responses[i])));
    }
    return parts.join(Gap);
}

QString failuresText(const PeerFailureCounts &failures)
{
    const std::pair<QString, quint64> kinds[] = {
        {Words::tr("not connected %1"), failures.connect}, {Words::tr("TLS %1"), failures.tls},
        {Words::tr("timed out %1"), failures.timeout},     {Words::tr("closed early %1"), failures.closed},
        {Words::tr("broken off %1"), failures.transfer},   {Words::tr("invalid %1"), failures.invalid},
        {Words::tr("bad status %1"), failures.status},
    };
    QStringList parts{countText(failures.total())};
    for (const auto &[words, count] : kinds) {
        if (count > 0)
            parts.append(words.arg(countText(count)));
    }
    return parts.join(Gap);
}

QString latencyText(const PeerSnapshot &peer)
{
    if (peer.latencyCount == 0)
        return Words::tr("no response yet");
    return QStringList{Words::tr("p50 %1").arg(durationText(peer.p50Us)),
                       Words::tr("p95 %1").arg(durationText(peer.p95Us)),
                       Words::tr("p99 %1").arg(durationText(peer.p99Us))}
        .join(Gap);
}

QString weightText(const PeerSnapshot &peer)
{
    if (peer.effectiveWeight == peer.weight)
        return QString::number(peer.weight);
    return Words::tr("%1, counts as %2 now").arg(peer.weight).arg(peer.effectiveWeight);
}

QString checksText(const PeerSnapshot &peer, qint64 nowMs)
{
    if (peer.checks.isEmpty())
        return Words::tr("none");
    const auto passed =
        std::count_if(peer.checks.cbegin(), peer.checks.cend(), [](const PeerCheck &c) { return c.passed; });
    const QString text = Words::tr("%1 of %2 passed, last %3").arg(passed).arg(peer.checks.size());
    const PeerCheck &last = peer.checks.last();
    return last.passed ? text.arg(clockText(last.atMs, nowMs)) + Words::tr(" in %1").arg(durationText(last.latencyUs))
                       : text.arg(checkText(last, nowMs));
}

} // namespace

QList<FactsView::Fact> backendFacts(const PeerSnapshot &peer, qint64 nowMs)
{
    const QString chosen = peer.lastChosenMs > 0 ? clockText(peer.lastChosenMs, nowMs) : Words::tr("never");
    const QString active = peer.activeMax > 0 ? Words::tr("%1 of at most %2").arg(peer.active).arg(peer.activeMax)
                                              : QString::number(peer.active);
    return {{Words::tr("Requests"), requestsText(peer)},
            {Words::tr("Failed"), failuresText(peer.failures)},
            {Words::tr("Response time"), latencyText(peer)},
            {Words::tr("Health checks"), checksText(peer, nowMs)},
            {Words::tr("Last error"),
             peer.lastError.isEmpty() ? Words::tr("none")
                                      : clockText(peer.lastErrorMs, nowMs) + Gap + QString::fromUtf8(peer.lastError)},
            {Words::tr("Active"), active},
            {Words::tr("Weight"), weightText(peer)},
            {Words::tr("Sent, received"),
             Words::tr("%1, %2").arg(bytesText(qint64(peer.bytesSent)), bytesText(qint64(peer.bytesReceived)))},
            {Words::tr("Idle connections"), QString::number(peer.idle)},
            {Words::tr("Last chosen"), chosen}};
}

} // namespace portlight
