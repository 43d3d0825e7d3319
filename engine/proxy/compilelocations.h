// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/compilescope.h"
#include "proxy/compiletls.h"
#include "proxy/compileupstreams.h"

namespace portlight {

// Builds the locations of one configuration, from a server's own level down to `if` blocks. Used while compiling.
class LocationCompiler
{
public:
    LocationCompiler(CompileScope &scope, UpstreamCompiler &upstreams)
        : m_scope(scope)
        , m_upstreams(upstreams)
    {}

    // The level of a `server` block, with all locations inside.
    std::unique_ptr<LocationConfig> compileServerLevel(const ConfigNode &server, const LevelSettings &http);

private:
    void compileLocation(const ConfigNode &block, LocationConfig &parent, std::vector<LocationEntry> &entries);
    void takeLevel(const ConfigNode &block, const LevelSettings &inherited, LocationConfig &location);
    void compileContent(const ConfigNode &block, LocationConfig &location);
    void compileProxyPass(const ConfigNode &node, LocationConfig &location);
    void compileTryFiles(const ConfigNode &node, LocationConfig &location);
    void compileLimitExcept(const ConfigNode &block, LocationConfig &location);
    void compileRewrite(const ConfigNode &block, LocationConfig &location);
    const LocationConfig *compileIf(const ConfigNode &block, LocationConfig &parent);
    void compileTls(LocationConfig &location);

    CompileScope &m_scope;
    UpstreamCompiler &m_upstreams;
    TlsContextCompiler m_tlsContexts;
};

} // namespace portlight
