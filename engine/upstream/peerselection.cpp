// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/peerselection.h"

#include <cstring>

namespace portlight {

void PeerSelection::clear()
{
    Q_ASSERT(!m_current);
    m_table.reset();
    m_skipped.clear();
    m_key.resize(0);
    m_sticky.resize(0);
    m_session.resize(0);
    m_tries = 0;
    m_reason = PeerReason::None;
    m_onBackups = false;
}

void PeerSelection::reset(PeerTablePtr table)
{
    Q_ASSERT(!m_current);
    m_tried.assign((table->peers.size() + 63) / 64, 0);
    m_skipped.clear();
    m_tries = table->primaries.tries + table->backups.tries;
    m_table = std::move(table);
    m_key.resize(0);
    m_sticky.resize(0);
    m_session.resize(0);
    m_clientBytes = 0;
    m_fruitless = 0;
    m_hash = m_rehash = 0;
    m_headMs = -1;
    m_reason = PeerReason::None;
    m_onBackups = m_inflight = false;
}

// ngx_http_upstream_init_ip_hash_peer: three octets of an IPv4 address, a whole IPv6 address, zeros for unix sockets.
void PeerSelection::setClient(const SocketAddress *client)
{
    m_client.fill(0);
    m_clientBytes = 3;
    if (!client)
        return;
    if (client->family() == AF_INET) {
        const auto *inet = reinterpret_cast<const sockaddr_in *>(client->raw());
        std::memcpy(m_client.data(), &inet->sin_addr, 3);
    } else if (client->family() == AF_INET6) {
        const auto *inet6 = reinterpret_cast<const sockaddr_in6 *>(client->raw());
        std::memcpy(m_client.data(), &inet6->sin6_addr, 16);
        m_clientBytes = 16;
    }
}

} // namespace portlight
