// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "proxy/compiledconfig.h"

#include <QHash>

namespace portlight {

// Collects the upstream groups of a configuration while it is compiled: those that blocks define, and one for each
// address that a proxy_pass names. Looks names up, once each.
class UpstreamCompiler
{
public:
    UpstreamCompiler(CompiledConfig &config, Diagnostics &diagnostics);

    // An `upstream name { … }` block.
    void addBlock(const ConfigNode &block);
    // The group that a proxy_pass goes to: a block of that name, or the address itself. Null after a problem.
    const UpstreamConfig *groupFor(const ProxyTarget &target, const TextPosition &where);

private:
    UpstreamConfig *append(const QByteArray &name, const TextPosition &where);
    void addServer(UpstreamConfig &group, const ConfigNode &server);
    void takeKeepalive(UpstreamConfig &group, const ConfigNode &block);
    bool resolve(PeerConfig &peer, QByteArrayView written, const TextPosition &where);
    void report(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint = {});

    CompiledConfig &m_config;
    Diagnostics &m_diagnostics;
    QHash<QByteArray, const UpstreamConfig *> m_byAddress;
    QHash<QByteArray, std::vector<SocketAddress>> m_resolved;
};

} // namespace portlight
