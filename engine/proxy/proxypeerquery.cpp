// SPDX-License-Identifier: GPL-3.0-or-later
// What a request brings to the choice of its peer, and how a client is bound to the one that was chosen.
#include "proxy/exchange.h"
#include "proxy/stickyvalues.h"

namespace portlight {

// Null: the group was made for an address that a URL with variables named.
const UpstreamTemplates *ProxyHandler::templates() const
{
    return m_job.address ? nullptr : &m_exchange.config().upstreamTemplates[m_job.group->config().index];
}

void ProxyHandler::addHashKey(PeerQuery &query)
{
    const UpstreamTemplates *const made = templates();
    if (!made || made->hashKey.isEmptyLiteral())
        return;
    m_hashKey = made->hashKey.evaluated(m_exchange);
    query.hashKey = m_hashKey;
}

void ProxyHandler::addSticky(PeerQuery &query)
{
    const UpstreamTemplates *const made = templates();
    if (!made || made->stickyLookup.empty())
        return;
    m_sticky = firstValue(made->stickyLookup, m_exchange);
    query.sticky = m_sticky;
}

// nginx adds the field when it chooses a peer, so that answers of its own have it too.
void ProxyHandler::addStickyCookie()
{
    if (m_stickyRoute.isEmpty())
        return;
    const QByteArray text = stickyCookieText(*templates()->cookie, std::exchange(m_stickyRoute, {}),
                                             std::chrono::system_clock::now(), m_exchange);
    m_exchange.carry({"Set-Cookie", m_exchange.keep(text)});
}

void ProxyHandler::responseEnds(const PeerSelection &selection)
{
    if (!m_job.group->config().learnsFromHead)
        learnSession(selection);
}

void ProxyHandler::learnSession(const PeerSelection &selection)
{
    const UpstreamTemplates *const made = templates();
    if (!made || made->stickyCreate.empty() || !selection.current())
        return;
    m_job.group->learnSession(selection, firstValue(made->stickyCreate, m_exchange), m_context.loop.now());
}

} // namespace portlight
