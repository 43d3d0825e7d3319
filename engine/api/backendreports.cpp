// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/backendreports.h"

#include <QDateTime>
#include <QStringList>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

QJsonObject failuresReport(const PeerFailureCounts &failures)
{
    return {{u"connect"_s, qint64(failures.connect)},   {u"tls"_s, qint64(failures.tls)},
            {u"timeout"_s, qint64(failures.timeout)},   {u"closed"_s, qint64(failures.closed)},
            {u"transfer"_s, qint64(failures.transfer)}, {u"invalid"_s, qint64(failures.invalid)},
            {u"status"_s, qint64(failures.status)}};
}

QJsonObject responsesReport(const PeerSnapshot &peer)
{
    QJsonObject report;
    for (size_t i = 0; i < peer.responses.size(); ++i)
        report.insert(u"%1xx"_s.arg(i + 1), qint64(peer.responses[i]));
    return report;
}

QJsonArray checksReport(const QList<PeerCheck> &checks)
{
    QJsonArray report;
    for (const PeerCheck &check : checks) {
        QJsonObject entry{{u"at"_s, check.atMs},
                          {u"passed"_s, check.passed},
                          {u"status"_s, check.status},
                          {u"latencyMs"_s, double(check.latencyUs) / 1000}};
        if (!check.reason.isEmpty())
            entry.insert(u"reason"_s, text(check.reason));
        report.append(entry);
    }
    return report;
}

QJsonObject peerReport(const PeerSnapshot &peer)
{
    QJsonObject report{{u"peer"_s, text(peer.name)},
                       {u"state"_s, peerStateName(peer.state)},
                       {u"backup"_s, peer.backup},
                       {u"weight"_s, peer.weight},
                       {u"effectiveWeight"_s, peer.effectiveWeight},
                       {u"active"_s, peer.active},
                       {u"activeMax"_s, peer.activeMax},
                       {u"idle"_s, peer.idle},
                       {u"requests"_s, qint64(peer.requests)},
                       {u"responses"_s, responsesReport(peer)},
                       {u"failures"_s, qint64(peer.failures.total())},
                       {u"failuresByKind"_s, failuresReport(peer.failures)},
                       {u"bytesSent"_s, qint64(peer.bytesSent)},
                       {u"bytesReceived"_s, qint64(peer.bytesReceived)},
                       {u"checks"_s, checksReport(peer.checks)}};
    if (!peer.server.isEmpty())
        report.insert(u"server"_s, text(peer.server));
    if (peer.latencyCount > 0) {
        report.insert(u"latencyMs"_s, QJsonObject{{u"count"_s, qint64(peer.latencyCount)},
                                                  {u"p50"_s, double(peer.p50Us) / 1000},
                                                  {u"p95"_s, double(peer.p95Us) / 1000},
                                                  {u"p99"_s, double(peer.p99Us) / 1000}});
    }
    if (!peer.lastError.isEmpty())
        report.insert(u"lastError"_s, QJsonObject{{u"text"_s, text(peer.lastError)}, {u"at"_s, peer.lastErrorMs}});
    if (peer.lastChosenMs > 0)
        report.insert(u"lastChosen"_s, peer.lastChosenMs);
    return report;
}

// "0.4 ms", "12 ms", "1.2 s"
QString latencyText(const QJsonValue &milliseconds)
{
    if (!milliseconds.isDouble())
        return u"-"_s;
    const double ms = milliseconds.toDouble();
    if (ms >= 999.5)
        return u"%1 s"_s.arg(ms / 1000, 0, 'f', 1);
    return u"%1 ms"_s.arg(ms, 0, 'f', ms < 9.95 ? 1 : 0);
}

QString errorText(const QJsonObject &error)
{
    if (error.isEmpty())
        return {};
    const QDateTime at = QDateTime::fromMSecsSinceEpoch(error.value(u"at"_s).toInteger());
    return at.toString(u"yyyy-MM-dd HH:mm:ss "_s) + error.value(u"text"_s).toString();
}

QString weightText(const QJsonObject &peer)
{
    const int weight = peer.value(u"weight"_s).toInt();
    const int now = peer.value(u"effectiveWeight"_s).toInt();
    return weight == now ? QString::number(weight) : u"%1 (%2)"_s.arg(weight).arg(now);
}

QStringList lineOf(const QString &group, const QJsonObject &peer)
{
    const QJsonObject latency = peer.value(u"latencyMs"_s).toObject();
    const auto number = [&peer](const QString &key) { return QString::number(peer.value(key).toInteger()); };
    const QString backup = peer.value(u"backup"_s).toBool() ? u", backup"_s : QString();
    return {group,
            peer.value(u"peer"_s).toString(),
            peer.value(u"state"_s).toString() + backup,
            weightText(peer),
            number(u"active"_s),
            number(u"requests"_s),
            number(u"failures"_s),
            latencyText(latency.value(u"p50"_s)),
            latencyText(latency.value(u"p95"_s)),
            latencyText(latency.value(u"p99"_s)),
            errorText(peer.value(u"lastError"_s).toObject())};
}

} // namespace

QString peerStateName(PeerState state)
{
    switch (state) {
    case PeerState::Up: return u"up"_s;
    case PeerState::Draining: return u"draining"_s;
    case PeerState::Down: return u"down"_s;
    case PeerState::Unavailable: return u"unavailable"_s;
    case PeerState::Unhealthy: return u"unhealthy"_s;
    case PeerState::Checking: return u"checking"_s;
    }
    Q_UNREACHABLE();
}

QJsonArray backendsReport(const QList<UpstreamSnapshot> &groups)
{
    QJsonArray report;
    for (const UpstreamSnapshot &group : groups) {
        QJsonArray peers;
        for (const PeerSnapshot &peer : group.peers)
            peers.append(peerReport(peer));
        QJsonObject entry{{u"group"_s, text(group.name)},
                          {u"method"_s, group.method.isEmpty() ? u"round robin"_s : text(group.method)},
                          {u"direct"_s, group.direct},
                          {u"peers"_s, peers}};
        if (!group.sticky.isEmpty())
            entry.insert(u"sticky"_s, text(group.sticky));
        if (group.where.isKnown()) {
            entry.insert(u"file"_s, group.where.file);
            entry.insert(u"line"_s, group.where.line);
        }
        report.append(entry);
    }
    return report;
}

QByteArray backendsText(const QJsonArray &backends)
{
    QList<QStringList> lines{{u"GROUP"_s, u"PEER"_s, u"STATE"_s, u"WEIGHT"_s, u"ACTIVE"_s, u"REQUESTS"_s, u"FAILURES"_s,
                              u"P50"_s, u"P95"_s, u"P99"_s, u"LAST ERROR"_s}};
    for (const QJsonValue &group : backends) {
        for (const QJsonValue &peer : group[u"peers"_s].toArray())
            lines.append(lineOf(group[u"group"_s].toString(), peer.toObject()));
    }
    constexpr qsizetype FirstNumber = 3;
    const qsizetype last = lines.first().size() - 1;
    QList<qsizetype> widths(last, 0);
    for (const QStringList &line : std::as_const(lines)) {
        for (qsizetype column = 0; column < last; ++column)
            widths[column] = std::max(widths[column], line[column].size());
    }
    QString table;
    for (const QStringList &line : std::as_const(lines)) {
        QString row;
        for (qsizetype column = 0; column < last; ++column) {
            row += column < FirstNumber ? line[column].leftJustified(widths[column])
                                        : line[column].rightJustified(widths[column]);
            row += u"  "_s;
        }
        row += line[last];
        while (row.endsWith(u' '))
            row.chop(1);
        table += row + u'\n';
    }
    return table.toUtf8();
}

} // namespace portlight
