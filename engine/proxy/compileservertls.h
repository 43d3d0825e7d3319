// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/tlsservercontext.h"
#include "pki/localcertificates.h"
#include "proxy/compilescope.h"

#include <QHash>

namespace portlight {

struct ListenerConfig;
struct ServerTlsSettings;

// Loads what the servers of a configuration say of TLS to their clients: once for all that inherit the same
// (ngx_http_ssl_merge_srv_conf, ngx_http_ssl_init). Lives for one compilation.
class ServerTlsCompiler
{
public:
    ServerTlsCompiler(CompileScope &scope, std::shared_ptr<LocalCertificates> local)
        : m_scope(scope)
        , m_local(std::move(local))
    {}

    // `overTls`: a listener of it speaks TLS.
    void compileServer(ServerConfig &server, bool overTls);
    // `servers`: all of that listener. Problems are reported where its default server stands.
    void checkListener(const ListenerConfig &listener, const std::vector<const ServerConfig *> &servers);

private:
    std::shared_ptr<const TlsServerContext> contextOf(const ServerTlsSettings &settings, const TextPosition &where);
    Result<std::shared_ptr<const TlsServerContext>> load(const ServerTlsSettings &settings);
    Result<TlsServerSettings> settingsOf(const ServerTlsSettings &settings) const;
    Result<void> addCertificates(const ServerTlsSettings &settings, TlsServerSettings &complete);
    Result<void> checkVerify(const TlsServerSettings &settings) const;
    void compileLocal(ServerConfig &server);
    void noteFiles(const TlsServerSettings &settings);
    void compareNames(const ServerConfig &server);

    CompileScope &m_scope;
    std::shared_ptr<LocalCertificates> m_local; // null: this desk has no authority
    // By the settings' place, which is the same for all servers that share them.
    QHash<const ServerTlsSettings *, std::shared_ptr<const TlsServerContext>> m_contexts;
};

} // namespace portlight
