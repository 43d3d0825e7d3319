// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of ngx_http_proxy_module for backends behind TLS.
#include "pki/tlsfiles.h"
#include "proxy/compiledconfig.h"
#include "proxy/filepath.h"
#include "proxy/settersupport.h"

namespace portlight {

namespace {

constexpr struct {
    QByteArrayView word;
    TlsProtocol protocol;
} ProtocolWords[] = {
    {"SSLv2", TlsProtocol::Ssl2},    {"SSLv3", TlsProtocol::Ssl3},    {"TLSv1", TlsProtocol::Tls1},
    {"TLSv1.1", TlsProtocol::Tls11}, {"TLSv1.2", TlsProtocol::Tls12}, {"TLSv1.3", TlsProtocol::Tls13},
};

TlsClientSettings &contextOf(LevelSettings &level)
{
    return level.proxyTls.edit().context.edit();
}

Result<void> setProtocols(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    quint8 protocols = 0;
    for (const ConfigArgument &argument : node.arguments) {
        for (const auto &row : ProtocolWords)
            protocols |= argument.value == row.word ? quint8(row.protocol) : 0;
    }
    contextOf(level).protocols = protocols;
    return {};
}

Result<void> setCiphers(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    TlsClientSettings &context = contextOf(level);
    context.ciphers = node.argument(0).toByteArray();
    context.ciphersAt = node.position;
    return {};
}

Result<void> setVerify(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    TlsClientSettings &context = contextOf(level);
    context.verifyAt = node.position;
    context.loadsAsOld = scope.version < NginxVersion{1, 27, 2};
    return storeSetting(context.verify, flagOf(node));
}

Result<void> setVerifyDepth(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    contextOf(level).verifyDepth = node.argument(0).toInt();
    return {};
}

TlsFileSetting fileOf(const ConfigNode &node, const CompileScope &scope)
{
    const QByteArray path = node.argument(0).toByteArray();
    return {path.isEmpty() ? path : fullPath(scope.config.prefix, path), node.position};
}

Result<void> setTrusted(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    contextOf(level).trustedCertificate = fileOf(node, scope);
    return {};
}

Result<void> setRevocations(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    contextOf(level).revocations = fileOf(node, scope);
    return {};
}

// Where it is missing, the whole directive is refused, wherever it is used or not.
Result<void> setPasswords(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    return storeSetting(contextOf(level).passwords, loadPasswords(fileOf(node, scope).path));
}

// The context's own part is decided when the level is complete (TlsContextCompiler); a change here makes it one of its
// own, as in nginx.
Result<void> setCertificate(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    static_cast<void>(contextOf(level));
    UpstreamTlsSettings &tls = level.proxyTls.edit();
    tls.certificateAt = node.position;
    tls.certificateText = node.argument(0).toByteArray();
    return storeSetting(tls.certificate, Template::compile(node.argument(0), scope.variables));
}

Result<void> setCertificateKey(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    static_cast<void>(contextOf(level));
    UpstreamTlsSettings &tls = level.proxyTls.edit();
    tls.certificateKeyAt = node.position;
    tls.hasCertificateKey = true;
    return storeSetting(tls.certificateKey, Template::compile(node.argument(0), scope.variables));
}

Result<void> setName(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    return storeSetting(level.proxyTls.edit().name, Template::compile(node.argument(0), scope.variables));
}

Result<void> addCommand(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    TlsClientSettings &context = contextOf(level);
    if (scope.firstInLevel)
        context.commands.clear();
    context.prefix = scope.config.prefix;
    context.commands.push_back({node.argument(0).toByteArray(), node.argument(1).toByteArray(), node.position});
    return {};
}

constexpr SetterRow Rows[] = {
    {"proxy_ssl_protocols", setProtocols},
    {"proxy_ssl_ciphers", setCiphers},
    {"proxy_ssl_verify", setVerify},
    {"proxy_ssl_verify_depth", setVerifyDepth},
    {"proxy_ssl_trusted_certificate", setTrusted},
    {"proxy_ssl_crl", setRevocations},
    {"proxy_ssl_password_file", setPasswords},
    {"proxy_ssl_certificate", setCertificate},
    {"proxy_ssl_certificate_key", setCertificateKey},
    {"proxy_ssl_session_reuse", PORTLIGHT_SET(proxyTls, context.edit().sessionReuse, flagOf(node))},
    {"proxy_ssl_name", setName},
    {"proxy_ssl_server_name", PORTLIGHT_SET(proxyTls, serverName, flagOf(node))},
    {"proxy_ssl_conf_command", addCommand, "proxy_ssl_conf_command"},
};

} // namespace

std::span<const SetterRow> proxyTlsSetters()
{
    return Rows;
}

} // namespace portlight
