// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/grouplab.h"

namespace portlight::test {

namespace {

constexpr quint16 FirstPort = 8001;

} // namespace

PeerConfig labPeer(char letter, int weight)
{
    PeerConfig peer;
    const quint16 port = quint16(FirstPort + letter - 'a');
    peer.resolved = {*SocketAddress::fromNumeric("127.0.0.1", port)};
    peer.display = peer.server = "127.0.0.1:" + QByteArray::number(port);
    peer.weight = weight;
    return peer;
}

GroupLab::GroupLab(UpstreamConfig made, quint32 seed)
    : config(std::make_unique<UpstreamConfig>(std::move(made)))
    , group(std::make_unique<UpstreamGroup>(loop, *config, nullptr, seed))
{}

void GroupLab::reload(UpstreamConfig changed)
{
    auto next = std::make_unique<UpstreamConfig>(std::move(changed));
    group = std::make_unique<UpstreamGroup>(loop, *next, group.get(), 1);
    config = std::move(next);
}

char GroupLab::letterOf(const PeerPtr &peer)
{
    return peer ? char('a' + peer->config().resolved.front().port() - FirstPort) : '-';
}

char GroupLab::ask(const PeerQuery &query)
{
    group->begin(m_selection, query, now);
    const char letter = letterOf(group->pick(m_selection, now));
    if (letter != '-')
        group->release(m_selection, PeerRelease::Ok, now);
    return letter;
}

QByteArray GroupLab::ask(int requests, const PeerQuery &query)
{
    QByteArray letters;
    for (int i = 0; i < requests; ++i)
        letters += ask(query);
    return letters;
}

QByteArray GroupLab::fail(const PeerQuery &query)
{
    QByteArray letters;
    group->begin(m_selection, query, now);
    do {
        letters += letterOf(group->pick(m_selection, now));
        if (letters.endsWith('-'))
            break;
        group->release(m_selection, PeerRelease::Failed, now);
    } while (m_selection.triesLeft() > 0);
    return letters;
}

char GroupLab::hold(const PeerQuery &query)
{
    m_held.push_back(std::make_unique<PeerSelection>());
    group->begin(*m_held.back(), query, now);
    return letterOf(group->pick(*m_held.back(), now));
}

void GroupLab::end(size_t held, PeerRelease how)
{
    group->release(*m_held[held], how, now);
}

Peer &GroupLab::peer(char letter) const
{
    for (const PeerPtr &peer : group->peers()) {
        if (letterOf(peer) == letter)
            return *peer;
    }
    qFatal("there is no peer %c", letter);
}

} // namespace portlight::test
