// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/tlsclientcontext.h"
#include "proxy/compilescope.h"

#include <QHash>

namespace portlight {

struct UpstreamTlsSettings;

// Loads what the levels of a configuration say of TLS to backends: once for each level that changes it, and for all
// that inherit from it (ngx_http_proxy_set_ssl, ngx_http_proxy_merge_ssl). Lives for one compilation.
class TlsContextCompiler
{
public:
    // Null after a problem, which is reported at its setting, or at `where`.
    std::shared_ptr<const TlsClientContext> contextOf(const UpstreamTlsSettings &settings, const TextPosition &where,
                                                      CompileScope &scope);

private:
    Result<std::shared_ptr<const TlsClientContext>> load(const UpstreamTlsSettings &settings,
                                                         const CompileScope &scope) const;

    // By the settings' place, which is the same for all levels that share them; alive as long as the configuration is.
    QHash<const TlsClientSettings *, std::shared_ptr<const TlsClientContext>> m_contexts;
};

} // namespace portlight
