// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/inetaddress.h"

#include <QtGlobal>

#ifdef Q_OS_WIN
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

Error addressError(const QString &words, const QString &hint = {})
{
    return {ErrorCode::InvalidValue, words, {}, hint};
}

// nginx hands what is no address to the resolver, which refuses such bytes; said here at once.
bool isHostByte(char c)
{
    return static_cast<unsigned char>(c) > ' ' && c != '/' && c != '?' && c != '#' && c != '@' && c != '[' && c != ']'
           && c != '"' && c != '\'' && c != '\\' && c != 0x7f;
}

Result<HostAndPort> parseBracketed(QByteArrayView text)
{
    const qsizetype close = text.indexOf(']');
    if (close < 0)
        return addressError(u"invalid host"_s, u"the \"]\" of an IPv6 address is missing"_s);
    const std::optional<QByteArray> address = canonicalInet6(text.sliced(1, close - 1));
    if (!address)
        return addressError(u"invalid IPv6 address"_s);
    HostAndPort result{*address, 0, false, true};
    const QByteArrayView rest = text.sliced(close + 1);
    if (rest.isEmpty())
        return result;
    if (rest.front() != ':')
        return addressError(u"invalid host"_s);
    const Result<quint16> port = parsePort(rest.sliced(1));
    if (!port)
        return port.error();
    result.port = *port;
    result.hasPort = true;
    return result;
}

} // namespace

bool isInet4(QByteArrayView text)
{
    int octets = 0;
    while (true) {
        const qsizetype dot = text.indexOf('.');
        const QByteArrayView octet = dot < 0 ? text : text.first(dot);
        int value = 0;
        if (octet.isEmpty() || octet.size() > 3)
            return false;
        for (const char c : octet) {
            if (c < '0' || c > '9')
                return false;
            value = value * 10 + (c - '0');
        }
        if (value > 255)
            return false;
        ++octets;
        if (dot < 0)
            return octets == 4;
        text = text.sliced(dot + 1);
    }
}

std::optional<QByteArray> canonicalInet6(QByteArrayView text)
{
    if (text.isEmpty() || text.size() >= INET6_ADDRSTRLEN || text.contains('\0'))
        return std::nullopt;
    in6_addr address = {};
    char buffer[INET6_ADDRSTRLEN] = {};
    if (inet_pton(AF_INET6, text.toByteArray().constData(), &address) != 1
        || !inet_ntop(AF_INET6, &address, buffer, sizeof buffer))
        return std::nullopt;
    return QByteArray(buffer);
}

Result<quint16> parsePort(QByteArrayView text)
{
    const Error invalid = addressError(u"invalid port"_s, u"a port is 1 to 65535"_s);
    if (text.isEmpty() || text.size() > 9)
        return invalid;
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return invalid;
        value = value * 10 + (c - '0');
    }
    if (value < 1 || value > 65535)
        return invalid;
    return static_cast<quint16>(value);
}

Result<HostAndPort> parseHostAndPort(QByteArrayView text)
{
    if (text.startsWith('['))
        return parseBracketed(text);
    HostAndPort result;
    const qsizetype colon = text.indexOf(':');
    if (colon >= 0) {
        const Result<quint16> port = parsePort(text.sliced(colon + 1));
        if (!port)
            return port.error();
        result.port = *port;
        result.hasPort = true;
        text = text.first(colon);
    }
    if (text.isEmpty())
        return addressError(u"no host"_s);
    if (!std::all_of(text.begin(), text.end(), isHostByte))
        return addressError(u"invalid host"_s);
    result.host = text.toByteArray();
    return result;
}

} // namespace portlight
