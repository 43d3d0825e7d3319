// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/compiledconfig.h"
#include "proxy/compilescope.h"

#include <QHash>

namespace portlight {

// Collects the upstream groups of a configuration while it is compiled: those that blocks define, and one for each
// address that a proxy_pass names. Looks names up, once each.
class UpstreamCompiler
{
public:
    explicit UpstreamCompiler(CompileScope &scope);

    // An `upstream name { … }` block.
    void addBlock(const ConfigNode &block);
    // The group that a proxy_pass goes to: a block of that name, or the address itself. Null after a problem.
    const UpstreamConfig *groupFor(const ProxyTarget &target, const TextPosition &where);

private:
    UpstreamConfig *append(const QByteArray &name, const TextPosition &where);
    void addServer(UpstreamConfig &group, const ConfigNode &server);
    void takeKeepalive(UpstreamConfig &group, const ConfigNode &block);
    // Appends the peers of that address, which `peer` tells the rest of: one for each address of a name. False: it was
    // reported that there are none.
    bool addPeers(UpstreamConfig &group, const PeerConfig &peer, QByteArrayView written);
    const std::vector<SocketAddress> &addressesOf(const PeerAddress &name);
    void report(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint = {});

    CompileScope &m_scope;
    CompiledConfig &m_config;
    QHash<QByteArray, const UpstreamConfig *> m_byAddress;
    QHash<QByteArray, std::vector<SocketAddress>> m_resolved;
};

} // namespace portlight
