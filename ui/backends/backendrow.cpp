// SPDX-License-Identifier: GPL-3.0-or-later
#include "backends/backendrow.h"

#include "widgets/quantities.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(BackendRow)
};

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

QStringList usersOf(const UpstreamSnapshot &group, const QList<Backend> &configured)
{
    for (const Backend &backend : configured) {
        const QString &name = group.direct ? backend.address : backend.group;
        if (backend.group.isEmpty() == group.direct && name.compare(text(group.name), Qt::CaseInsensitive) == 0)
            return backend.usedBy;
    }
    return {};
}

bool getsRequests(const PeerSnapshot &peer)
{
    return peer.state == PeerState::Up;
}

BackendRow headingOf(const UpstreamSnapshot &group, const QStringList &usedBy)
{
    BackendRow row;
    row.isHeading = true;
    row.group = group.name;
    row.title = text(group.name);
    row.where = group.where;
    row.usedBy = usedBy;
    QStringList notes{group.method.isEmpty() ? Words::tr("round robin") : text(group.method)};
    if (!group.sticky.isEmpty())
        notes.append(Words::tr("sticky %1").arg(text(group.sticky)));
    if (!usedBy.isEmpty())
        notes.append(Words::tr("used by %1").arg(usedBy.join(u", "_s)));
    row.note = notes.join(u"  ·  "_s);
    const auto up = std::count_if(group.peers.cbegin(), group.peers.cend(), getsRequests);
    const qsizetype all = group.peers.size();
    row.end = up == all ? Words::tr("all %1 up").arg(all) : Words::tr("%1 of %2 up").arg(up).arg(all);
    row.tone = up == all ? Tone::Good : up > 0 ? Tone::Warning : Tone::Error;
    return row;
}

BackendRow rowOf(const UpstreamSnapshot &group, const PeerSnapshot &peer, const QStringList &usedBy)
{
    BackendRow row;
    row.group = group.name;
    row.peer = peer;
    row.usedBy = usedBy;
    row.where = group.where;
    row.tone = toneOfState(peer.state);
    QStringList notes;
    if (!peer.server.isEmpty())
        notes.append(text(peer.server));
    if (peer.backup)
        notes.append(Words::tr("backup"));
    if (group.direct)
        notes += usedBy;
    row.note = notes.join(u", "_s);
    return row;
}

bool matches(const BackendRow &row, const QString &search)
{
    return text(row.group).contains(search, Qt::CaseInsensitive)
           || text(row.peer.name).contains(search, Qt::CaseInsensitive)
           || text(row.peer.server).contains(search, Qt::CaseInsensitive)
           || stateWord(row.peer.state).contains(search, Qt::CaseInsensitive)
           || row.usedBy.join(u' ').contains(search, Qt::CaseInsensitive);
}

QList<BackendRow> peersOf(const UpstreamSnapshot &group, const QStringList &usedBy, const QString &search)
{
    QList<BackendRow> rows;
    for (const PeerSnapshot &peer : group.peers) {
        if (const BackendRow row = rowOf(group, peer, usedBy); matches(row, search))
            rows.append(row);
    }
    return rows;
}

BackendRow plainHeading(const QString &title, const QString &note)
{
    BackendRow row;
    row.isHeading = true;
    row.title = title;
    row.note = note;
    return row;
}

} // namespace

QString stateWord(PeerState state)
{
    switch (state) {
    case PeerState::Up: return Words::tr("Up");
    case PeerState::Draining: return Words::tr("Draining");
    case PeerState::Down: return Words::tr("Down");
    case PeerState::Unavailable: return Words::tr("Unavailable");
    case PeerState::Unhealthy: return Words::tr("Unhealthy");
    case PeerState::Checking: return Words::tr("Checking");
    }
    Q_UNREACHABLE();
}

QString stateSentence(PeerState state)
{
    switch (state) {
    case PeerState::Up: return Words::tr("It gets requests.");
    case PeerState::Draining: return Words::tr("It gets no new requests but those of sessions bound to it.");
    case PeerState::Down: return Words::tr("It gets no requests until it is enabled.");
    case PeerState::Unavailable: return Words::tr("It failed too often (max_fails) and rests for its fail_timeout.");
    case PeerState::Unhealthy: return Words::tr("Its health checks fail: it gets no requests until they pass.");
    case PeerState::Checking: return Words::tr("It gets requests once its first health check has passed.");
    }
    Q_UNREACHABLE();
}

Tone toneOfState(PeerState state)
{
    switch (state) {
    case PeerState::Up: return Tone::Good;
    case PeerState::Draining: return Tone::Warning;
    case PeerState::Down: return Tone::Neutral;
    case PeerState::Unavailable:
    case PeerState::Unhealthy: return Tone::Error;
    case PeerState::Checking: return Tone::Accent;
    }
    Q_UNREACHABLE();
}

QString clockText(qint64 atMs, qint64 nowMs)
{
    const QDateTime at = QDateTime::fromMSecsSinceEpoch(atMs);
    const QString clock = at.toString(u"HH:mm:ss"_s);
    if (at.date() == QDateTime::fromMSecsSinceEpoch(nowMs).date())
        return clock;
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(at.date(), u"d MMM "_s) + clock;
}

QString checkText(const PeerCheck &check, qint64 nowMs)
{
    const QString clock = clockText(check.atMs, nowMs) + u"  "_s;
    if (!check.passed)
        return clock + (check.reason.isEmpty() ? Words::tr("failed") : text(check.reason));
    const QString passed = clock + Words::tr("passed in %1").arg(durationText(check.latencyUs));
    return check.status > 0 ? Words::tr("%1, status %2").arg(passed).arg(check.status) : passed;
}

QList<BackendRow> backendRows(const EngineStatus &status, const QList<Backend> &configured, const QString &search)
{
    const QString wanted = search.trimmed();
    QList<BackendRow> rows;
    QList<BackendRow> direct;
    for (const UpstreamSnapshot &group : status.upstreams) {
        const QStringList usedBy = usersOf(group, configured);
        const QList<BackendRow> peers = peersOf(group, usedBy, wanted);
        if (peers.isEmpty())
            continue;
        if (group.direct) {
            direct += peers;
            continue;
        }
        rows.append(headingOf(group, usedBy));
        rows += peers;
    }
    if (!direct.isEmpty()) {
        rows.append(plainHeading(Words::tr("Single addresses"), Words::tr("named by proxy_pass itself")));
        rows += direct;
    }
    if (status.peersLeftOut > 0) {
        rows.append(plainHeading(Words::tr("%1 more").arg(countText(quint64(status.peersLeftOut))),
                                 Words::tr("too many to show; they are served all the same")));
    }
    return rows;
}

} // namespace portlight
