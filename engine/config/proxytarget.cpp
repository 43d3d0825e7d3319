// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/inetaddress.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

Error inUpstream(const Error &cause, QByteArrayView text)
{
    return {ErrorCode::InvalidValue,
            u"%1 in upstream \"%2\""_s.arg(cause.message, QString::fromUtf8(text)),
            {},
            cause.hint};
}

Result<PeerAddress> parseUnixPeer(QByteArrayView path, QByteArrayView text)
{
    if (path.isEmpty())
        return inUpstream({ErrorCode::InvalidValue, u"no path in the unix domain socket"_s, {}, {}}, text);
    if (path.size() > UnixPathBytesMax)
        return inUpstream({ErrorCode::InvalidValue,
                           u"too long path in the unix domain socket"_s,
                           {},
                           u"a socket's path may have %1 bytes"_s.arg(UnixPathBytesMax)},
                          text);
    PeerAddress peer;
    peer.unixPath = path.toByteArray();
    return peer;
}

// $proxy_host, as ngx_http_proxy_set_vars makes it.
QByteArray proxyHost(const PeerAddress &peer, QByteArrayView hostAsWritten, quint16 defaultPort)
{
    if (!peer.unixPath.isEmpty())
        return "localhost"_ba;
    if (!peer.hasPort || peer.port == defaultPort) {
        const bool bracketed = hostAsWritten.startsWith('[');
        return bracketed ? hostAsWritten.first(hostAsWritten.indexOf(']') + 1).toByteArray() : peer.host;
    }
    return hostAsWritten.toByteArray();
}

// Where the address ends and the URI begins: at '/' or '?'.
qsizetype uriStart(QByteArrayView rest)
{
    for (qsizetype i = 0; i < rest.size(); ++i) {
        if (rest[i] == '/' || rest[i] == '?')
            return i;
    }
    return -1;
}

Result<ProxyTarget> parseUnixTarget(QByteArrayView rest, ProxyTarget target)
{
    QByteArrayView path = rest.sliced(5);
    const qsizetype colon = path.indexOf(':');
    if (colon >= 0) {
        target.uri = path.sliced(colon + 1).toByteArray();
        target.hasUri = !target.uri.isEmpty();
        path = path.first(colon);
    }
    const Result<PeerAddress> peer = parseUnixPeer(path, rest);
    if (!peer)
        return peer.error();
    target.peer = *peer;
    target.hostPort = "localhost"_ba;
    return target;
}

// `shown` is what messages name: nginx names the whole of what stands behind the scheme.
Result<PeerAddress> parsePeer(QByteArrayView text, QByteArrayView shown, quint16 defaultPort)
{
    if (text.startsWith("unix:"))
        return parseUnixPeer(text.sliced(5), shown);
    const Result<HostAndPort> target =
        uriStart(text) >= 0 ? Result<HostAndPort>(Error{
            ErrorCode::InvalidValue, u"invalid host"_s, {}, u"only an address belongs here, such as 127.0.0.1:3000"_s})
                            : parseHostAndPort(text);
    if (!target)
        return inUpstream(target.error(), shown);
    PeerAddress peer;
    peer.host = target->host;
    peer.hasPort = target->hasPort;
    peer.port = target->hasPort ? target->port : defaultPort;
    return peer;
}

} // namespace

QByteArray PeerAddress::toString() const
{
    if (!unixPath.isEmpty())
        return "unix:" + unixPath;
    const QByteArray name = host.contains(':') ? '[' + host + ']' : host;
    return port > 0 ? name + ':' + QByteArray::number(port) : name;
}

Result<PeerAddress> parsePeerAddress(QByteArrayView text, quint16 defaultPort)
{
    return parsePeer(text, text, defaultPort);
}

Result<ProxyTarget> parseProxyTarget(QByteArrayView url)
{
    ProxyTarget target;
    quint16 defaultPort = 80;
    QByteArrayView rest;
    if (url.size() >= 7 && url.first(7).compare("http://", Qt::CaseInsensitive) == 0) {
        target.scheme = "http"_ba;
        rest = url.sliced(7);
    } else if (url.size() >= 8 && url.first(8).compare("https://", Qt::CaseInsensitive) == 0) {
        target.scheme = "https"_ba;
        defaultPort = 443;
        rest = url.sliced(8);
    } else {
        return Error{ErrorCode::InvalidValue, u"invalid URL prefix"_s, {}, u"write it as http://127.0.0.1:3000"_s};
    }
    if (url.contains('$'))
        return Error{ErrorCode::NotSupportedYet, u"variables in \"proxy_pass\" are not run yet"_s, {}, {}};
    if (rest.startsWith("unix:"))
        return parseUnixTarget(rest, std::move(target));
    const qsizetype uri = uriStart(rest);
    const QByteArrayView address = uri < 0 ? rest : rest.first(uri);
    const Result<PeerAddress> peer = parsePeer(address, rest, defaultPort);
    if (!peer)
        return peer.error();
    target.peer = *peer;
    target.hostPort = proxyHost(*peer, address, defaultPort);
    if (uri >= 0) {
        target.uri = rest.sliced(uri).toByteArray();
        target.hasUri = true;
    }
    return target;
}

} // namespace portlight
