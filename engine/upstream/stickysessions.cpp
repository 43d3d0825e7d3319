// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/stickysessions.h"

#include <QCryptographicHash>

namespace portlight {

namespace {

QByteArray keyOf(QByteArrayView name)
{
    QCryptographicHash md5(QCryptographicHash::Md5);
    md5.addData(name.toByteArray());
    return md5.result();
}

} // namespace

StickySessions::StickySessions(int max, milliseconds timeout)
    : m_max(max)
    , m_timeout(timeout)
{
    Q_ASSERT(max > 0);
}

void StickySessions::setLimits(int max, milliseconds timeout)
{
    Q_ASSERT(max > 0);
    m_max = max;
    m_timeout = timeout;
    while (m_byName.size() > m_max)
        dropOldest();
}

QByteArray StickySessions::find(QByteArrayView name, SteadyTime now)
{
    dropExpired(now);
    const auto known = m_byName.constFind(keyOf(name));
    return known == m_byName.constEnd() ? QByteArray() : (*known)->routeId;
}

void StickySessions::learn(QByteArrayView name, const QByteArray &routeId, bool create, SteadyTime now)
{
    dropExpired(now);
    const QByteArray key = keyOf(name);
    const auto known = m_byName.constFind(key);
    if (known != m_byName.constEnd()) {
        m_sessions.splice(m_sessions.begin(), m_sessions, *known);
        m_sessions.front().routeId = routeId;
        m_sessions.front().lastUsed = now;
        return;
    }
    if (!create)
        return;
    if (m_byName.size() >= m_max)
        dropOldest();
    m_sessions.push_front({key, routeId, now});
    m_byName.insert(key, m_sessions.begin());
}

void StickySessions::dropExpired(SteadyTime now)
{
    while (!m_sessions.empty() && now - m_sessions.back().lastUsed >= m_timeout)
        dropOldest();
}

void StickySessions::dropOldest()
{
    m_byName.remove(m_sessions.back().name);
    m_sessions.pop_back();
}

} // namespace portlight
