// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/peerlookup.h"

#include <QStringList>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype ListedMax = 8;

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

QString listed(QStringList names)
{
    names.removeDuplicates();
    const qsizetype more = names.size() - ListedMax;
    if (more <= 0)
        return names.join(u", "_s);
    return names.first(ListedMax).join(u", "_s) + u" and %1 more"_s.arg(more);
}

bool sameText(const QByteArray &name, const QByteArray &wanted)
{
    return name.compare(wanted, Qt::CaseInsensitive) == 0;
}

// By port ("3001", ":3001") or by host.
bool isPartOf(const QByteArray &name, const QByteArray &wanted)
{
    const qsizetype colon = name.lastIndexOf(':');
    if (colon < 0 || name.startsWith("unix:"))
        return false;
    const QByteArray port = name.mid(colon + 1);
    return port == wanted || ':' + port == wanted || sameText(name.first(colon), wanted);
}

using Matches = bool (*)(const QByteArray &, const QByteArray &);

QList<PeerName> peersThat(Matches matches, const QList<UpstreamSnapshot> &groups, const QByteArray &wanted)
{
    QList<PeerName> found;
    for (const UpstreamSnapshot &group : groups) {
        for (const PeerSnapshot &peer : group.peers) {
            const PeerName name{group.name, peer.name};
            if ((matches(peer.name, wanted) || matches(peer.server, wanted)) && !found.contains(name))
                found.append(name);
        }
    }
    return found;
}

// The only peers of groups with that name.
QList<PeerName> onlyPeersOf(const QList<UpstreamSnapshot> &groups, const QByteArray &wanted)
{
    QList<PeerName> found;
    for (const UpstreamSnapshot &group : groups) {
        if (sameText(group.name, wanted) && group.peers.size() == 1)
            found.append({group.name, group.peers.first().name});
    }
    return found;
}

Error ambiguous(const QString &wanted, const QList<PeerName> &found)
{
    QStringList names;
    QStringList groups;
    for (const PeerName &name : found) {
        names.append(text(name.peer));
        groups.append(text(name.group));
    }
    names.removeDuplicates();
    if (names.size() == 1) {
        return Error{ErrorCode::InvalidName,
                     u"%1 is a peer of several groups: %2"_s.arg(names.first(), listed(groups)),
                     {},
                     u"name the group before the peer"_s};
    }
    return Error{ErrorCode::InvalidName, u"\"%1\" could be %2"_s.arg(wanted, listed(names)), {}, u"name it whole"_s};
}

Error noSuchPeer(const QList<UpstreamSnapshot> &groups, const QString &group, const QString &peer)
{
    QStringList names;
    for (const UpstreamSnapshot &each : groups) {
        for (const PeerSnapshot &there : each.peers)
            names.append(text(there.name));
    }
    const QString message = group.isEmpty() ? u"there is no peer \"%1\""_s.arg(peer)
                                            : u"the group \"%1\" has no peer \"%2\""_s.arg(group, peer);
    return Error{ErrorCode::NotFound,
                 message,
                 {},
                 names.isEmpty() ? u"nothing is proxied now"_s : u"there is: %1"_s.arg(listed(names))};
}

Error noSuchGroup(const QList<UpstreamSnapshot> &groups, const QString &group)
{
    QStringList names;
    for (const UpstreamSnapshot &each : groups)
        names.append(text(each.name));
    return Error{ErrorCode::NotFound,
                 u"there is no group \"%1\""_s.arg(group),
                 {},
                 names.isEmpty() ? u"nothing is proxied now"_s : u"there is: %1"_s.arg(listed(names))};
}

} // namespace

Result<PeerName> findPeer(const QList<UpstreamSnapshot> &groups, const QString &group, const QString &peer)
{
    QList<UpstreamSnapshot> among;
    for (const UpstreamSnapshot &each : groups) {
        if (group.isEmpty() || sameText(each.name, group.toUtf8()))
            among.append(each);
    }
    if (among.isEmpty() && !group.isEmpty())
        return noSuchGroup(groups, group);
    if (peer.isEmpty())
        return noSuchPeer(among, group, peer);
    const QByteArray wanted = peer.toUtf8();
    QList<PeerName> found = peersThat(sameText, among, wanted);
    if (found.isEmpty())
        found = onlyPeersOf(among, wanted);
    if (found.isEmpty())
        found = peersThat(isPartOf, among, wanted);
    if (found.size() > 1)
        return ambiguous(peer, found);
    if (found.isEmpty())
        return noSuchPeer(among, group, peer);
    return found.first();
}

} // namespace portlight
