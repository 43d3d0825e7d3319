// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/peer.h"

#include <QCryptographicHash>

namespace portlight {

namespace {

PeerAdmin configuredAdmin(const PeerConfig &config)
{
    return config.down ? PeerAdmin::Down : config.drain ? PeerAdmin::Draining : PeerAdmin::Up;
}

// ngx_http_upstream_init_round_robin_sid: the route that was given, or the MD5 of the printable address.
QByteArray routeIdOf(const PeerConfig &config)
{
    if (!config.route.isEmpty())
        return config.route;
    const QByteArray address = config.resolved.empty() ? config.display : config.resolved.front().toString();
    return QCryptographicHash::hash(address, QCryptographicHash::Md5).toHex();
}

} // namespace

Peer::Peer(const PeerConfig &config)
    : m_config(config)
    , m_routeId(routeIdOf(config))
    , m_weight(config.weight)
    , m_effectiveWeight(config.weight)
    , m_admin(configuredAdmin(config))
{}

void Peer::reconfigure(const PeerConfig &config)
{
    if (config.weight != m_config.weight)
        setWeight(config.weight);
    if (configuredAdmin(config) != configuredAdmin(m_config))
        m_admin = configuredAdmin(config);
    m_config = config;
    m_routeId = routeIdOf(config);
}

void Peer::setWeight(int weight)
{
    Q_ASSERT(weight > 0);
    m_weight = weight;
    resetTurn();
}

void Peer::setAdmin(PeerAdmin admin, SteadyTime now)
{
    if (m_admin == PeerAdmin::Down && admin != PeerAdmin::Down)
        startSlowly(now);
    m_admin = admin;
}

void Peer::setHealth(PeerHealth health, SteadyTime now)
{
    if (m_health == PeerHealth::Unhealthy && health == PeerHealth::Healthy)
        startSlowly(now);
    m_health = health;
}

PeerObstacle Peer::obstacleOfOnly(bool bound) const
{
    if (m_admin == PeerAdmin::Down)
        return PeerObstacle::Down;
    if (m_admin == PeerAdmin::Draining && !bound)
        return PeerObstacle::Draining;
    if (m_health == PeerHealth::Unhealthy || m_health == PeerHealth::Checking)
        return PeerObstacle::Unhealthy;
    if (m_config.maxConns != 0 && m_connections >= m_config.maxConns)
        return PeerObstacle::Full;
    return PeerObstacle::None;
}

PeerObstacle Peer::obstacle(const BalanceTime &now, bool bound) const
{
    const PeerObstacle any = obstacleOfOnly(bound);
    const bool failuresCount = any == PeerObstacle::None || any == PeerObstacle::Full;
    return failuresCount && isSetAside(now) ? PeerObstacle::Failed : any;
}

qint64 Peer::share(SteadyTime now) const
{
    if (m_slowUntil <= now)
        return ShareFull;
    const auto left = m_slowUntil - now;
    const auto whole = std::chrono::duration_cast<SteadyTime::duration>(m_config.slowStart);
    return left >= whole ? 0 : qint64(double((whole - left).count()) / double(whole.count()) * double(ShareFull));
}

void Peer::startSlowly(SteadyTime now)
{
    if (m_config.slowStart.count() > 0)
        m_slowUntil = now + m_config.slowStart;
}

qint64 Peer::takeTurn(SteadyTime now, qint64 scale)
{
    const qint64 brings = scale == 1 ? m_effectiveWeight : m_effectiveWeight * share(now);
    m_currentWeight += brings;
    if (m_effectiveWeight < m_weight)
        ++m_effectiveWeight;
    return brings;
}

void Peer::resetTurn()
{
    m_currentWeight = 0;
    m_effectiveWeight = m_weight;
}

// ngx_http_upstream_free_round_robin_peer
bool Peer::endUse(bool failed, bool onlyPeer, const BalanceTime &now)
{
    Q_ASSERT(m_connections > 0);
    --m_connections;
    if (onlyPeer) {
        m_fails = 0;
        return false;
    }
    if (!failed) {
        if (m_accessed < m_checked) { // it was tried after a while, and is good again
            if (m_config.maxFails != 0 && m_fails >= m_config.maxFails)
                startSlowly(now.exact);
            m_fails = 0;
        }
        return false;
    }
    ++m_fails;
    m_accessed = m_checked = now.seconds;
    if (m_config.maxFails == 0)
        return false;
    m_effectiveWeight = qMax<qint64>(0, m_effectiveWeight - m_weight / m_config.maxFails);
    return m_fails >= m_config.maxFails;
}

} // namespace portlight
