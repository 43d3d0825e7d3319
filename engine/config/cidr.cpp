// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/cidr.h"

#include "config/inetaddress.h"
#include "config/values.h"

#include <QList>

#include <cstring>

#ifdef Q_OS_WIN
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

Error cidrError(QByteArrayView text)
{
    return {ErrorCode::InvalidValue,
            u"\"%1\" is no address and no network"_s.arg(QString::fromUtf8(text)),
            {},
            u"expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32"_s};
}

bool readAddress(QByteArrayView text, Cidr &cidr)
{
    QByteArray host = text.toByteArray();
    if (isInet4(host)) {
        cidr.family = Cidr::Family::Inet;
        // Leading zeros are decimal, as in nginx; inet_pton would refuse them.
        const QList<QByteArray> octets = host.split('.');
        for (int i = 0; i < 4; ++i)
            cidr.address[size_t(i)] = quint8(octets[i].toUInt());
        return host != "255.255.255.255"; // INADDR_NONE: nginx takes it for no address
    }
    const std::optional<QByteArray> canonical = canonicalInet6(host);
    cidr.family = Cidr::Family::Inet6;
    return canonical && ::inet_pton(AF_INET6, canonical->constData(), cidr.address.data()) == 1;
}

// The mask of byte `index`.
quint8 maskByte(int prefixBits, int index)
{
    const int bits = qBound(0, prefixBits - index * 8, 8);
    return quint8(0xff00 >> bits);
}

} // namespace

bool Cidr::contains(const quint8 *bytes) const
{
    const int size = family == Family::Inet ? 4 : 16;
    for (int i = 0; i < size; ++i) {
        if ((bytes[i] & maskByte(prefixBits, i)) != address[size_t(i)])
            return false;
    }
    return true;
}

Result<Cidr> parseCidr(QByteArrayView text)
{
    const qsizetype slash = text.indexOf('/');
    Cidr cidr;
    if (!readAddress(slash < 0 ? text : text.first(slash), cidr))
        return cidrError(text);
    const int bitsMax = cidr.family == Cidr::Family::Inet ? 32 : 128;
    cidr.prefixBits = quint8(bitsMax);
    if (slash < 0)
        return cidr;
    const Result<qint64> bits = parseNumber(text.sliced(slash + 1), 0, bitsMax);
    if (!bits)
        return cidrError(text);
    cidr.prefixBits = quint8(*bits);
    for (int i = 0; i < bitsMax / 8; ++i) {
        quint8 &byte = cidr.address[size_t(i)];
        const quint8 kept = byte & maskByte(cidr.prefixBits, i);
        cidr.hadLowBits = cidr.hadLowBits || kept != byte;
        byte = kept;
    }
    return cidr;
}

} // namespace portlight
