// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of ngx_http_ssl_module, and of our own about certificates.
#include "pki/tlsfiles.h"
#include "proxy/compiledconfig.h"
#include "proxy/filepath.h"
#include "proxy/settersupport.h"

#include <limits>

namespace portlight {

namespace {

constexpr struct {
    const char *word;
    TlsProtocol protocol;
} ProtocolWords[] = {
    {"SSLv2", TlsProtocol::Ssl2},    {"SSLv3", TlsProtocol::Ssl3},    {"TLSv1", TlsProtocol::Tls1},
    {"TLSv1.1", TlsProtocol::Tls11}, {"TLSv1.2", TlsProtocol::Tls12}, {"TLSv1.3", TlsProtocol::Tls13},
};

constexpr struct {
    const char *word;
    ClientVerify verify;
} VerifyWords[] = {
    {"off", ClientVerify::Off},
    {"on", ClientVerify::On},
    {"optional", ClientVerify::Optional},
    {"optional_no_ca", ClientVerify::OptionalNoCa},
};

bool isWord(const QByteArray &text, const char *word)
{
    return text.compare(word, Qt::CaseInsensitive) == 0;
}

TlsServerSettings &contextOf(LevelSettings &level)
{
    return level.tls.edit().context;
}

TlsFileSetting fileOf(const ConfigNode &node, const CompileScope &scope)
{
    const QByteArray path = node.argument(0).toByteArray();
    return {path.isEmpty() ? path : fullPath(scope.config.prefix, path), node.position};
}

// Those of one level add up; the default is that of the version (ServerTlsCompiler).
Result<void> addProtocols(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    quint8 &protocols = contextOf(level).protocols;
    if (scope.firstInLevel)
        protocols = 0;
    for (const ConfigArgument &argument : node.arguments) {
        for (const auto &row : ProtocolWords)
            protocols |= isWord(argument.value, row.word) ? quint8(row.protocol) : 0;
    }
    return {};
}

Result<void> addCertificate(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    std::vector<TlsFileSetting> &certificates = level.tls.edit().certificates;
    if (scope.firstInLevel)
        certificates.clear();
    certificates.push_back({node.argument(0).toByteArray(), node.position});
    return {};
}

Result<void> addKey(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    std::vector<TlsFileSetting> &keys = level.tls.edit().keys;
    if (scope.firstInLevel)
        keys.clear();
    keys.push_back({node.argument(0).toByteArray(), node.position});
    return {};
}

Result<void> setPasswords(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    TlsServerSettings &context = contextOf(level);
    context.passwordFile = fileOf(node, scope);
    return storeSetting(context.passwords, loadPasswords(context.passwordFile.path));
}

Result<void> setCiphers(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    TlsServerSettings &context = contextOf(level);
    context.ciphers = node.argument(0).toByteArray();
    context.ciphersAt = node.position;
    return {};
}

Result<void> setCurves(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    TlsServerSettings &context = contextOf(level);
    context.curves = node.argument(0).toByteArray();
    context.curvesAt = node.position;
    return {};
}

template<TlsFileSetting TlsServerSettings::*Member>
Result<void> setFile(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    contextOf(level).*Member = fileOf(node, scope);
    return {};
}

Result<void> setVerify(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    TlsServerSettings &context = contextOf(level);
    context.verifyAt = node.position;
    for (const auto &row : VerifyWords) {
        if (isWord(node.argument(0).toByteArray(), row.word))
            context.verifyClient = row.verify;
    }
    return {};
}

Result<void> setVerifyDepth(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    const qint64 depth = node.argument(0).toLongLong();
    contextOf(level).verifyDepth = int(qMin<qint64>(depth, std::numeric_limits<int>::max()));
    return {};
}

// ngx_http_ssl_session_cache; its grammar was looked at before. A zone alone switches off what OpenSSL keeps by itself.
Result<void> addSessionCache(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    using Builtin = ServerTlsSettings::BuiltinCache;
    ServerTlsSettings &tls = level.tls.edit();
    if (scope.firstInLevel)
        tls.saysBuiltin = false;
    bool zone = false;
    for (const ConfigArgument &argument : node.arguments) {
        const QByteArrayView word = argument.value;
        if (word.startsWith("shared:")) {
            zone = true;
            if (const auto size = parseSize(word.sliced(word.lastIndexOf(':') + 1), false))
                tls.zoneBytes = *size;
            continue;
        }
        tls.saysBuiltin = true;
        tls.builtinCache = word == "off"       ? Builtin::Off
                           : word == "none"    ? Builtin::None
                           : word == "builtin" ? Builtin::Default
                                               : Builtin::Sized;
        if (tls.builtinCache == Builtin::Sized)
            tls.builtinSessions = word.sliced(word.indexOf(':') + 1).toInt();
    }
    if (zone && !tls.saysBuiltin)
        tls.builtinCache = Builtin::NotBuiltin;
    return {};
}

Result<void> addTicketKey(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    TlsServerSettings &context = contextOf(level);
    if (scope.firstInLevel)
        context.ticketKeys.clear();
    context.ticketKeys.push_back(fileOf(node, scope));
    return {};
}

Result<void> setSessionTimeout(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    return storeSetting(contextOf(level).sessionTimeout, parseSeconds(node.argument(0)));
}

Result<void> addCommand(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    TlsServerSettings &context = contextOf(level);
    if (scope.firstInLevel)
        context.commands.clear();
    context.prefix = scope.config.prefix;
    context.commands.push_back({node.argument(0).toByteArray(), node.argument(1).toByteArray(), node.position});
    return {};
}

Result<void> setLocalCertificate(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    TlsServerSettings &context = contextOf(level);
    context.localCertificateAt = node.position;
    return storeSetting(context.localCertificate, flagOf(node));
}

constexpr SetterRow Rows[] = {
    {"ssl", PORTLIGHT_SET(tls, on, flagOf(node))},
    {"ssl_protocols", addProtocols, "ssl_protocols"},
    {"ssl_certificate", addCertificate, "ssl_certificate"},
    {"ssl_certificate_key", addKey, "ssl_certificate_key"},
    {"ssl_password_file", setPasswords},
    {"ssl_ciphers", setCiphers},
    {"ssl_prefer_server_ciphers", PORTLIGHT_SET(tls, context.preferServerCiphers, flagOf(node))},
    {"ssl_dhparam", setFile<&TlsServerSettings::dhParameters>},
    {"ssl_ecdh_curve", setCurves},
    {"ssl_buffer_size", PORTLIGHT_SET(tls, context.bufferBytes, parseSize(node.argument(0), false))},
    {"ssl_verify_client", setVerify},
    {"ssl_verify_depth", setVerifyDepth},
    {"ssl_client_certificate", setFile<&TlsServerSettings::clientCertificate>},
    {"ssl_trusted_certificate", setFile<&TlsServerSettings::trustedCertificate>},
    {"ssl_crl", setFile<&TlsServerSettings::revocations>},
    {"ssl_session_cache", addSessionCache, "ssl_session_cache"},
    {"ssl_session_timeout", setSessionTimeout},
    {"ssl_session_tickets", PORTLIGHT_SET(tls, context.sessionTickets, flagOf(node))},
    {"ssl_session_ticket_key", addTicketKey, "ssl_session_ticket_key"},
    {"ssl_reject_handshake", PORTLIGHT_SET(tls, context.rejectHandshake, flagOf(node))},
    {"ssl_conf_command", addCommand, "ssl_conf_command"},
    {"portlight_local_certificate", setLocalCertificate},
};

} // namespace

std::span<const SetterRow> tlsSetters()
{
    return Rows;
}

} // namespace portlight
