// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/inetaddress.h"
#include "config/values.h"

#include <QList>

#include <limits>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr quint16 DefaultHttpPort = 80;
constexpr int PortsOfRangeMax = 1000;

// nginx: "<what> in "<address>" of the "listen" directive"
Error inListen(const Error &cause, QByteArrayView text)
{
    return {ErrorCode::InvalidValue,
            u"%1 in \"%2\" of the \"listen\" directive"_s.arg(cause.message, QString::fromUtf8(text)),
            {},
            cause.hint};
}

Error listenError(const QString &words, QByteArrayView text, const QString &hint = {})
{
    return inListen({ErrorCode::InvalidValue, words, {}, hint}, text);
}

Error invalidParameter(QByteArrayView parameter)
{
    return {ErrorCode::InvalidValue,
            u"invalid parameter \"%1\""_s.arg(QString::fromUtf8(parameter)),
            {},
            u"\"listen\" takes an address and words such as default_server, ssl, reuseport, backlog=…"_s};
}

ListenAddress inet(ListenAddress::Kind kind, QByteArray host, quint16 port)
{
    ListenAddress address;
    address.kind = kind;
    address.host = std::move(host);
    address.port = port;
    return address;
}

// The addresses of a host as written in front of the port.
Result<std::vector<ListenAddress>> addressesOf(const HostAndPort &target, QByteArrayView text)
{
    using Kind = ListenAddress::Kind;
    const quint16 port = target.hasPort ? target.port : DefaultHttpPort;
    if (target.bracketed)
        return std::vector{inet(Kind::Inet6, target.host, port)};
    if (target.host == "*")
        return std::vector{inet(Kind::Inet, "0.0.0.0"_ba, port)};
    if (isInet4(target.host))
        return std::vector{inet(Kind::Inet, target.host, port)};
    // The one name that is the same on every machine (RFC 6761 §6.3). Others would need the network to be known here.
    if (target.host.compare("localhost", Qt::CaseInsensitive) == 0)
        return std::vector{inet(Kind::Inet, "127.0.0.1"_ba, port), inet(Kind::Inet6, "::1"_ba, port)};
    return listenError(u"host not found"_s, text, u"write an address; of names only \"localhost\" is known"_s);
}

Result<std::vector<ListenAddress>> parseUnix(QByteArrayView text)
{
    const QByteArrayView path = text.sliced(5);
    if (path.isEmpty())
        return listenError(u"no path in the unix domain socket"_s, text);
    if (path.size() > UnixPathBytesMax)
        return listenError(u"too long path in the unix domain socket"_s, text,
                           u"a socket's path may have %1 bytes"_s.arg(UnixPathBytesMax));
    ListenAddress address;
    address.kind = ListenAddress::Kind::Unix;
    address.port = 0;
    address.path = path.toByteArray();
    return std::vector{address};
}

// "8000-8010" behind a host or alone: the same addresses once for each port.
Result<std::vector<ListenAddress>> parseRange(QByteArrayView text, QByteArrayView host, QByteArrayView first,
                                              QByteArrayView last)
{
    const Result<quint16> from = parsePort(first);
    const Result<quint16> to = parsePort(last);
    if (!from || !to)
        return inListen(from ? to.error() : from.error(), text);
    if (*from > *to)
        return listenError(u"invalid port range"_s, text);
    if (*to - *from >= PortsOfRangeMax)
        return listenError(u"invalid port range"_s, text, u"at most %1 ports"_s.arg(PortsOfRangeMax));
    const Result<HostAndPort> target = parseHostAndPort(host);
    if (!target)
        return inListen(target.error(), text);
    std::vector<ListenAddress> all;
    for (int port = *from; port <= *to; ++port) {
        HostAndPort one = *target;
        one.port = static_cast<quint16>(port);
        one.hasPort = true;
        const auto addresses = addressesOf(one, text);
        if (!addresses)
            return addresses.error();
        all.insert(all.end(), addresses->begin(), addresses->end());
    }
    return all;
}

bool isDigits(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::vector<ListenAddress>> parseAddress(QByteArrayView text)
{
    if (text.startsWith("unix:"))
        return parseUnix(text);
    if (text.contains('/') || text.contains('?'))
        return listenError(u"invalid host"_s, text);
    const qsizetype colon = text.lastIndexOf(':');
    const bool portBehindHost = colon >= 0 && text.lastIndexOf(']') < colon;
    const QByteArrayView port = portBehindHost ? text.sliced(colon + 1) : text;
    const qsizetype dash = port.indexOf('-');
    if (dash > 0 && isDigits(port.first(dash)) && isDigits(port.sliced(dash + 1)))
        return parseRange(text, portBehindHost ? text.first(colon) : QByteArrayView("*"), port.first(dash),
                          port.sliced(dash + 1));
    if (isDigits(text)) {
        const Result<quint16> alone = parsePort(text);
        if (!alone)
            return inListen(alone.error(), text);
        return std::vector{inet(ListenAddress::Kind::Inet, "0.0.0.0"_ba, *alone)};
    }
    const Result<HostAndPort> target = parseHostAndPort(text);
    if (!target)
        return inListen(target.error(), text);
    return addressesOf(*target, text);
}

Result<void> parseBacklog(QByteArrayView parameter, ListenOptions &options)
{
    const Result<qint64> backlog = parseNumber(parameter.sliced(8), 1, 65535);
    if (!backlog)
        return Error{ErrorCode::InvalidValue, u"invalid backlog \"%1\""_s.arg(QString::fromUtf8(parameter)), {}, {}};
    options.backlog = static_cast<int>(*backlog);
    return {};
}

Result<void> parseIpv6Only(QByteArrayView parameter, Listen &listen)
{
    const QByteArrayView value = parameter.sliced(9);
    if (value != "on" && value != "off")
        return Error{ErrorCode::InvalidValue, u"invalid ipv6only flags \"%1\""_s.arg(QString::fromUtf8(value)), {}, {}};
    for (ListenAddress &address : listen.addresses)
        address.ipv6Only = value == "on";
    return {};
}

Error invalidValue(const QString &what, QByteArrayView value, const QString &hint)
{
    return {ErrorCode::InvalidValue, u"invalid %1 \"%2\""_s.arg(what, QString::fromUtf8(value)), {}, hint};
}

// "rcvbuf=64k": the size behind the '='.
Result<int> parseBuffer(QByteArrayView parameter, const QString &what)
{
    const QByteArrayView value = parameter.sliced(7);
    const Result<qint64> size = parseSize(value, false);
    if (!size || *size < 0 || *size > std::numeric_limits<int>::max())
        return invalidValue(what, parameter, u"a size such as 64k"_s);
    return int(*size);
}

Result<int> parseFastOpen(QByteArrayView parameter)
{
    const QByteArrayView value = parameter.sliced(9);
    const Result<qint64> count = parseNumber(value, 0, std::numeric_limits<int>::max());
    if (!count)
        return invalidValue(u"fastopen"_s, parameter, u"a number of connections"_s);
    return int(*count);
}

// "on", "off", or "30m::10": idle time, interval and probes, each of which may be left out, but not all.
Result<TcpKeepalive> parseKeepalive(QByteArrayView value)
{
    const Error invalid{ErrorCode::InvalidValue,
                        u"invalid so_keepalive value: \"%1\""_s.arg(QString::fromUtf8(value)),
                        {},
                        u"on, off, or idle:interval:count such as 30m::10"_s};
    TcpKeepalive keepalive;
    keepalive.on = value != "off";
    if (value == "on" || value == "off")
        return keepalive;
    const QList<QByteArray> parts = value.toByteArray().split(':');
    if (parts.size() > 3 || parts.join().isEmpty())
        return invalid;
    const auto seconds = [](const QByteArray &text) -> std::optional<int> {
        const auto parsed = parseSeconds(text);
        return parsed && parsed->count() > 0 ? std::optional(int(parsed->count())) : std::nullopt;
    };
    for (qsizetype i = 0; i < parts.size(); ++i) {
        if (parts[i].isEmpty())
            continue;
        const auto count = parseNumber(parts[i], 1, std::numeric_limits<int>::max());
        const std::optional<int> taken = i < 2 ? seconds(parts[i]) : count ? std::optional(int(*count)) : std::nullopt;
        if (!taken)
            return invalid;
        (i == 0 ? keepalive.idleSeconds : i == 1 ? keepalive.intervalSeconds : keepalive.probes) = taken;
    }
    return keepalive;
}

template<typename T>
Result<void> takeOption(std::optional<T> &option, const Result<T> &parsed)
{
    if (!parsed)
        return parsed.error();
    option = *parsed;
    return {};
}

bool isOtherParameter(QByteArrayView parameter)
{
    constexpr const char *words[] = {"bind", "multipath", "quic", "proxy_protocol"};
    constexpr const char *prefixes[] = {"accept_filter="};
    return std::any_of(std::begin(words), std::end(words), [&](const char *w) { return parameter == w; })
           || std::any_of(std::begin(prefixes), std::end(prefixes),
                          [&](const char *p) { return parameter.startsWith(p); });
}

Result<void> parseParameter(QByteArrayView parameter, Listen &listen)
{
    ListenOptions &options = listen.options;
    if (parameter == "default_server" || parameter == "default")
        options.defaultServer = true;
    else if (parameter == "ssl")
        options.ssl = true;
    else if (parameter == "http2")
        options.http2 = true;
    else if (parameter == "reuseport")
        options.reusePort = true;
    else if (parameter.startsWith("backlog="))
        return parseBacklog(parameter, options);
    else if (parameter.startsWith("rcvbuf="))
        return takeOption(options.receiveBufferBytes, parseBuffer(parameter, u"rcvbuf"_s));
    else if (parameter.startsWith("sndbuf="))
        return takeOption(options.sendBufferBytes, parseBuffer(parameter, u"sndbuf"_s));
    else if (parameter.startsWith("fastopen="))
        return takeOption(options.fastOpen, parseFastOpen(parameter));
    else if (parameter.startsWith("so_keepalive="))
        return takeOption(options.keepalive, parseKeepalive(parameter.sliced(13)));
    else if (parameter == "deferred")
        options.deferred = true;
    else if (parameter.startsWith("ipv6only=o"))
        return parseIpv6Only(parameter, listen);
    else if (isOtherParameter(parameter))
        options.others.push_back(parameter.toByteArray());
    else
        return invalidParameter(parameter);
    return {};
}

} // namespace

bool ListenAddress::isWildcard() const
{
    return (kind == Kind::Inet && host == "0.0.0.0") || (kind == Kind::Inet6 && host == "::");
}

bool ListenAddress::isLoopback() const
{
    return kind == Kind::Unix || (kind == Kind::Inet && host.startsWith("127."))
           || (kind == Kind::Inet6 && host == "::1");
}

int ListenAddress::order(const ListenAddress &a, const ListenAddress &b)
{
    if (a.kind != b.kind)
        return a.kind < b.kind ? -1 : 1;
    if (const int byHost = a.host.compare(b.host); byHost != 0)
        return byHost;
    if (a.port != b.port)
        return a.port < b.port ? -1 : 1;
    if (const int byPath = a.path.compare(b.path); byPath != 0)
        return byPath;
    return int(a.ipv6Only) - int(b.ipv6Only);
}

QByteArray ListenAddress::toString() const
{
    switch (kind) {
    case Kind::Unix: return "unix:" + path;
    case Kind::Inet6: return '[' + host + "]:" + QByteArray::number(port);
    case Kind::Inet: break;
    }
    return host + ':' + QByteArray::number(port);
}

Result<Listen> parseListen(const std::vector<QByteArray> &arguments)
{
    if (arguments.empty())
        return Error{ErrorCode::WrongArgumentCount, u"invalid number of arguments in \"listen\" directive"_s, {}, {}};
    Result<std::vector<ListenAddress>> addresses = parseAddress(arguments.front());
    if (!addresses)
        return addresses.error();
    Listen listen;
    listen.addresses = std::move(addresses).value();
    for (size_t i = 1; i < arguments.size(); ++i) {
        const Result<void> taken = parseParameter(arguments[i], listen);
        if (!taken)
            return taken.error();
    }
    return listen;
}

} // namespace portlight
