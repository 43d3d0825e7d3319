// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compileservertls.h"

#include "pki/certificatefacts.h"
#include "pki/localnames.h"
#include "proxy/compiledconfig.h"
#include "proxy/filepath.h"
#include "proxy/varyingcertificates.h"

#include <openssl/x509v3.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr QByteArrayView InlinePrefix = "data:";
constexpr qint64 BytesPerSession = 256; // nginx: about 4000 sessions a megabyte
constexpr qint64 SessionsMax = 1'000'000;
constexpr int OpenSslSessions = SSL_SESSION_CACHE_MAX_SIZE_DEFAULT;

TlsFileSetting resolved(const TlsFileSetting &setting, const QByteArray &prefix)
{
    const bool complete = setting.path.isEmpty() || setting.path.startsWith(InlinePrefix);
    return {complete ? setting.path : fullPath(prefix, setting.path), setting.where};
}

// What nginx keeps in OpenSSL's cache and in a shared zone is kept in one place here.
TlsSessionCache cacheOf(const ServerTlsSettings &settings)
{
    using Builtin = ServerTlsSettings::BuiltinCache;
    using Kind = TlsSessionCache::Kind;
    const qint64 inZone = settings.zoneBytes / BytesPerSession;
    qint64 sessions = 0;
    switch (settings.builtinCache) {
    case Builtin::Off: return {Kind::Off, 0};
    case Builtin::None: return {Kind::None, 0};
    case Builtin::NotBuiltin: sessions = inZone; break;
    case Builtin::Default: sessions = qMax<qint64>(inZone, OpenSslSessions); break;
    case Builtin::Sized:
        sessions = settings.builtinSessions == 0 ? SessionsMax : qMax<qint64>(inZone, settings.builtinSessions);
        break;
    }
    return {Kind::Kept, int(qMin(sessions, SessionsMax))};
}

quint8 defaultProtocols(const NginxVersion &version)
{
    quint8 protocols = 0;
    for (const QByteArray &word : directiveDefault("ssl_protocols", version).split(' ')) {
        protocols |= word == "TLSv1"     ? quint8(TlsProtocol::Tls1)
                     : word == "TLSv1.1" ? quint8(TlsProtocol::Tls11)
                     : word == "TLSv1.2" ? quint8(TlsProtocol::Tls12)
                                         : quint8(TlsProtocol::Tls13);
    }
    return protocols;
}

// Names that a certificate can be for: wildcards as written, ".example.com" as both that it stands for.
QByteArrayList literalNames(const ServerConfig &server)
{
    QByteArrayList names;
    for (const ServerName &name : server.names) {
        if (name.isRegex() || name.text.isEmpty() || name.text == "_" || name.text.endsWith(".*"))
            continue;
        if (name.text.startsWith('.'))
            names << name.text.mid(1) << '*' + name.text;
        else
            names << name.text;
    }
    return names;
}

// A name of production stands beside the one that it has on this desk, and no local authority may sign it: the
// certificate is for the others. Where none may be signed, all of them, and the error says why.
QByteArrayList signableNames(const ServerConfig &server, const LocalCertificates &local)
{
    const QByteArrayList names = literalNames(server);
    const QByteArrayList suffixes = local.suffixes();
    QByteArrayList inside;
    std::copy_if(names.begin(), names.end(), std::back_inserter(inside), [&suffixes](const QByteArray &name) {
        const Result<QByteArray> canonical = canonicalLocalName(name);
        return canonical && isWithinSuffixes(*canonical, suffixes);
    });
    return inside.isEmpty() ? names : inside;
}

} // namespace

void ServerTlsCompiler::compileServer(ServerConfig &server, bool overTls)
{
    const ServerTlsSettings &settings = *server.root->settings.tls;
    if (settings.context.localCertificate) {
        if (overTls)
            compileLocal(server);
    } else if (settings.needsContext()) {
        server.tls = contextOf(settings, server.position);
        if (overTls && server.tls)
            compareNames(server);
    }
}

// nginx does not look; a browser will.
void ServerTlsCompiler::compareNames(const ServerConfig &server)
{
    const std::vector<const TlsCertificate *> certificates = server.tls->certificates();
    if (certificates.empty())
        return;
    QStringList missing;
    for (const QByteArray &name : literalNames(server)) {
        const bool covered = std::any_of(certificates.begin(), certificates.end(), [&name](const TlsCertificate *one) {
            return certificateNames(one->leaf.get()).contains(name)
                   || X509_check_host(one->leaf.get(), name.constData(), size_t(name.size()), 0, nullptr) == 1;
        });
        if (!covered)
            missing += u'"' + QString::fromUtf8(name) + u'"';
    }
    if (missing.isEmpty())
        return;
    const TlsCertificateSetting &first = server.tls->settings().certificates.front();
    m_scope.diagnostics.append(
        {Severity::Warning, ErrorCode::InvalidCertificate,
         u"the certificate \"%1\" is not for %2: browsers will refuse it there"_s.arg(
             QString::fromUtf8(first.certificate.path), missing.join(u", ")),
         server.position,
         u"it stands for: %1"_s.arg(QString::fromUtf8(certificateNames(certificates.front()->leaf.get()).join(", ")))});
}

std::shared_ptr<const TlsServerContext> ServerTlsCompiler::contextOf(const ServerTlsSettings &settings,
                                                                     const TextPosition &where)
{
    const auto known = m_contexts.constFind(&settings);
    if (known != m_contexts.constEnd())
        return *known;
    const auto loaded = load(settings);
    if (!loaded)
        m_scope.report(loaded.error(), loaded.error().where.isKnown() ? loaded.error().where : where);
    else {
        noteFiles(loaded->get()->settings());
        for (const Diagnostic &remark : loaded->get()->remarks()) {
            if (!m_scope.diagnostics.contains(remark)) // another server reads the same file
                m_scope.diagnostics.append(remark);
        }
    }
    return *m_contexts.insert(&settings, loaded ? *loaded : nullptr);
}

Result<std::shared_ptr<const TlsServerContext>> ServerTlsCompiler::load(const ServerTlsSettings &settings)
{
    auto complete = settingsOf(settings);
    if (!complete)
        return complete.error();
    if (const Result<void> added = addCertificates(settings, *complete); !added)
        return added.error();
    return TlsServerContext::create(*complete, nullptr);
}

Result<void> ServerTlsCompiler::addCertificates(const ServerTlsSettings &settings, TlsServerSettings &complete)
{
    if (!certificateVaries(settings)) {
        for (size_t i = 0; i < settings.certificates.size(); ++i)
            complete.certificates.push_back({resolved(settings.certificates[i], m_scope.config.prefix),
                                             resolved(settings.keys[i], m_scope.config.prefix)});
        return {};
    }
    const auto varying = compileVaryingCertificates(settings, m_scope);
    if (varying) {
        complete.varying = *varying;
        return {};
    }
    if (varying.error().code != ErrorCode::NotSupportedYet)
        return varying.error();
    complete.rejectHandshake = true;
    m_scope.diagnostics.append({Severity::Warning,
                                ErrorCode::NotSupportedYet,
                                varying.error().message + u", handshakes are refused"_s,
                                varying.error().where,
                                {}});
    return {};
}

Result<TlsServerSettings> ServerTlsCompiler::settingsOf(const ServerTlsSettings &settings) const
{
    TlsServerSettings complete = settings.context;
    const std::vector<TlsFileSetting> &certificates = settings.certificates;
    if (!complete.localCertificate && settings.keys.size() < certificates.size())
        return Error{ErrorCode::MissingDirective,
                     u"no \"ssl_certificate_key\" is defined for certificate \"%1\""_s.arg(
                         QString::fromUtf8(certificates.back().path)),
                     certificates.back().where, u"each ssl_certificate has an ssl_certificate_key"_s};
    complete.sessionCache = cacheOf(settings);
    if (complete.protocols == 0)
        complete.protocols = defaultProtocols(m_scope.version);
    complete.loadsAsOld = m_scope.version < NginxVersion{1, 27, 2};
    if (const Result<void> checked = checkVerify(complete); !checked)
        return checked.error();
    return complete;
}

Result<void> ServerTlsCompiler::checkVerify(const TlsServerSettings &settings) const
{
    const bool needs = settings.verifyClient == ClientVerify::On || settings.verifyClient == ClientVerify::Optional;
    if (!needs || !settings.clientCertificate.path.isEmpty())
        return {};
    if (m_scope.version < NginxVersion{1, 27, 2})
        return Error{ErrorCode::MissingDirective, u"no ssl_client_certificate for ssl_verify_client"_s,
                     settings.verifyAt, u"name the file of the authority that signs the clients' certificates"_s};
    if (!settings.trustedCertificate.path.isEmpty())
        return {};
    return Error{ErrorCode::MissingDirective,
                 u"no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client"_s, settings.verifyAt,
                 u"name the file of the authority that signs the clients' certificates"_s};
}

// Whatever keeps the authority from giving a certificate is no error: HTTP goes on, and handshakes are refused.
void ServerTlsCompiler::compileLocal(ServerConfig &server)
{
    const ServerTlsSettings &settings = *server.root->settings.tls;
    Result<std::shared_ptr<const TlsCertificate>> certificate =
        Error{ErrorCode::NoAuthority, u"there is no local authority"_s, {}, u"\"portlightctl ca init\" makes one"_s};
    const QByteArrayList names = m_local ? signableNames(server, *m_local) : literalNames(server);
    if (names.isEmpty())
        certificate = Error{
            ErrorCode::InvalidName, u"this server has no name that a certificate can be for"_s, {}, u"give it one"_s};
    else if (m_local)
        certificate = m_local->certificateFor(names);
    auto complete = settingsOf(settings);
    if (complete && !certificate) {
        complete->rejectHandshake = true;
        m_scope.diagnostics.append({Severity::Warning, certificate.error().code,
                                    u"no local certificate for \"%1\", its TLS handshakes are refused: %2"_s.arg(
                                        QString::fromUtf8(server.firstName()), certificate.error().message),
                                    settings.context.localCertificateAt, certificate.error().hint});
    }
    for (const QByteArray &name : names) {
        if (const auto remark = wildcardRemark(name); remark && certificate)
            m_scope.diagnostics.append(
                {Severity::Warning, ErrorCode::InvalidName, *remark, settings.context.localCertificateAt, {}});
    }
    if (!complete)
        return m_scope.report(complete.error(), complete.error().where);
    const auto loaded = TlsServerContext::create(*complete, certificate ? *certificate : nullptr);
    if (!loaded)
        return m_scope.report(loaded.error(), loaded.error().where.isKnown() ? loaded.error().where : server.position);
    server.tls = *loaded;
    noteFiles(loaded->get()->settings());
}

// Those that OpenSSL is told to read by itself are not known.
void ServerTlsCompiler::noteFiles(const TlsServerSettings &settings)
{
    for (const TlsCertificateSetting &pair : settings.certificates) {
        m_scope.noteTlsFile(pair.certificate.path);
        m_scope.noteTlsFile(pair.key.path);
    }
    for (const TlsFileSetting &file : {settings.passwordFile, settings.dhParameters, settings.clientCertificate,
                                       settings.trustedCertificate, settings.revocations})
        m_scope.noteTlsFile(file.path);
    for (const TlsFileSetting &file : settings.ticketKeys)
        m_scope.noteTlsFile(file.path);
}

void ServerTlsCompiler::checkListener(const ListenerConfig &listener, const std::vector<const ServerConfig *> &servers)
{
    const auto lacks = [](const ServerConfig *server) {
        const ServerTlsSettings &settings = *server->root->settings.tls;
        return !settings.needsContext() && !settings.context.localCertificate;
    };
    const ServerTlsSettings &first = *listener.defaultServer->root->settings.tls;
    const bool ownsCertificate = !first.certificates.empty() || first.context.localCertificate;
    if (ownsCertificate || !listener.tls)
        return;
    // Where the default server has none because it refuses, the others cannot fall back on its certificate.
    const auto missing = std::find_if(servers.begin(), servers.end(), lacks);
    const ServerConfig *const server = lacks(listener.defaultServer) ? listener.defaultServer
                                       : missing == servers.end()    ? nullptr
                                                                     : *missing;
    if (server)
        m_scope.report({ErrorCode::MissingDirective,
                        u"no \"ssl_certificate\" is defined for the \"%1\" directive"_s.arg(
                            first.on ? u"ssl"_s : u"listen ... ssl"_s),
                        {},
                        u"name its files, or write \"portlight_local_certificate on;\""_s},
                       server->position);
}

} // namespace portlight
