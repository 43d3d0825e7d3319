// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/upstreamtls.h"

#include "config/inetaddress.h"
#include "proxy/exchange.h"
#include "proxy/filepath.h"

namespace portlight {

namespace {

constexpr QByteArrayView InlinePrefix = "data:";

// The name may hold a port, notably when it is $proxy_host or $http_host.
QByteArray withoutPort(QByteArray name)
{
    const qsizetype bracket = name.startsWith('[') ? qMax<qsizetype>(name.indexOf(']'), 0) : 0;
    const qsizetype colon = name.indexOf(':', bracket);
    if (colon >= 0)
        name.truncate(colon);
    return name;
}

// RFC 6066 §3: addresses are no names.
bool mayBeServerName(const QByteArray &name)
{
    return !name.isEmpty() && !name.startsWith('[') && !isInet4(name);
}

QByteArray sourceOf(const Template &value, Exchange &exchange)
{
    const QByteArray text = value.evaluated(exchange);
    return text.isEmpty() || text.startsWith(InlinePrefix) ? text : fullPath(exchange.config().prefix, text);
}

} // namespace

TlsPeer tlsPeerOf(const UpstreamTlsSettings &settings, std::shared_ptr<SharedSslContext> context,
                  const QByteArray &name)
{
    TlsPeer peer;
    peer.context = std::move(context);
    if (settings.serverName || settings.context->verify) {
        peer.name = withoutPort(name);
        if (settings.serverName && mayBeServerName(peer.name))
            peer.serverName = peer.name;
    }
    return peer;
}

TlsPeer tlsPeerOf(Exchange &exchange)
{
    const UpstreamTlsSettings &settings = *exchange.location().settings.proxyTls;
    const bool named = settings.serverName || settings.context->verify;
    TlsPeer peer = tlsPeerOf(settings, exchange.activeConfig().tlsContext(exchange.location().tls),
                             named ? settings.name.evaluated(exchange) : QByteArray());
    if (settings.certificateVaries())
        peer.certificateName = sourceOf(settings.certificate, exchange);
    return peer;
}

Result<void> loadTlsFiles(TlsPeer &peer, Exchange &exchange)
{
    if (peer.certificateName.isEmpty())
        return {};
    const UpstreamTlsSettings &settings = *exchange.location().settings.proxyTls;
    auto certificate = loadTlsCertificate(peer.certificateName);
    if (!certificate)
        return certificate.error();
    auto key = loadTlsKey(sourceOf(settings.certificateKey, exchange), settings.context->passwords);
    if (!key)
        return key.error();
    certificate->key = std::move(*key);
    peer.certificate = std::make_shared<TlsCertificate>(std::move(*certificate));
    return {};
}

} // namespace portlight
