// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/engineloop.h"
#include "upstream/upstreamgroup.h"

#include <memory>
#include <vector>

namespace portlight::test {

// A peer for a test: "a" is 127.0.0.1:8001, "b" the next one, and so on.
PeerConfig labPeer(char letter, int weight = 1);

// An upstream group without sockets, under a clock that the test moves. Requests are told by the letters of the peers
// they got: '-' stands for none.
class GroupLab
{
public:
    explicit GroupLab(UpstreamConfig made, quint32 seed = 1);

    EngineLoop loop{nullptr};
    SteadyTime now{std::chrono::seconds(1000)};
    std::unique_ptr<UpstreamConfig> config;
    std::unique_ptr<UpstreamGroup> group;

    void pass(milliseconds time) { now += time; }
    // The same group after a reload with another configuration.
    void reload(UpstreamConfig changed);
    // A request that goes well: its peer.
    char ask(const PeerQuery &query = {});
    QByteArray ask(int requests, const PeerQuery &query = {});
    // A request whose every try fails: the peers that were tried, in order, until there is no try left.
    QByteArray fail(const PeerQuery &query = {});
    // A request that keeps its peer in use, until end().
    char hold(const PeerQuery &query = {});
    void end(size_t held, PeerRelease how = PeerRelease::Ok);
    Peer &peer(char letter) const;
    static char letterOf(const PeerPtr &peer);

private:
    PeerSelection m_selection;
    std::vector<std::unique_ptr<PeerSelection>> m_held;
};

} // namespace portlight::test
