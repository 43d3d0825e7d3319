// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/peer.h"

#include <QHash>

#include <list>

namespace portlight {

// The sessions that `sticky learn` keeps: a name that a backend gave, and the peer that gave it. Sans-I/O. Engine
// thread; shared by a group and its successors after reloads.
class StickySessions
{
public:
    // nginx: "32k ~ 200 sessions, 1m ~ 8000 sessions"
    static constexpr qint64 SessionBytes = 131;

    // When `max` (> 0) is reached, the session that was not used for longest goes; `timeout` after its last use each.
    StickySessions(int max, milliseconds timeout);
    void setLimits(int max, milliseconds timeout);

    // The route id of the peer that the session is bound to; empty: none is known.
    QByteArray find(QByteArrayView name, SteadyTime now);
    // A response of that peer belongs to the session. `create`: one that is not known begins; else nothing happens.
    void learn(QByteArrayView name, const QByteArray &routeId, bool create, SteadyTime now);
    qsizetype count() const { return m_byName.size(); }

private:
    struct Session {
        QByteArray name; // its MD5: names are chosen by backends, and long
        QByteArray routeId;
        SteadyTime lastUsed;
    };
    void dropExpired(SteadyTime now);
    void dropOldest();

    qsizetype m_max;
    milliseconds m_timeout;
    std::list<Session> m_sessions; // used last first
    QHash<QByteArray, std::list<Session>::iterator> m_byName;
};

} // namespace portlight
