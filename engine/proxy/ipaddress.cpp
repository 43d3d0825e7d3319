// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/ipaddress.h"

#include "config/inetaddress.h"

#include <algorithm>

namespace portlight {

namespace {

bool separates(char c)
{
    return c == ' ' || c == ',';
}

// One field, from its end. False: it led no further, so the fields before it do not count.
bool followField(IpAddress &address, QByteArrayView field, std::span<const Cidr> proxies, bool recursive)
{
    qsizetype begin = 0;
    do {
        if (!address.isIn(proxies))
            return false;
        while (field.size() > 1 && separates(field.back()))
            field.chop(1);
        begin = field.size();
        while (begin > 1 && !separates(field[begin - 1]))
            --begin;
        if (begin == 1) // nginx does not look for a separator at the very begin
            begin = 0;
        const auto next = IpAddress::parseWithPort(field.sliced(begin));
        if (!next)
            return false;
        address = *next;
        field = field.first(qMax(qsizetype(0), begin - 1));
    } while (recursive && begin > 0);
    return true;
}

} // namespace

IpAddress IpAddress::inet(const quint8 *four)
{
    IpAddress address;
    address.family = Family::Inet;
    std::copy(four, four + 4, address.bytes.begin());
    return address;
}

IpAddress IpAddress::inet6(const quint8 *sixteen)
{
    constexpr quint8 Mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}; // RFC 4291 §2.5.5.2
    if (std::equal(std::begin(Mapped), std::end(Mapped), sixteen))
        return inet(sixteen + 12);
    IpAddress address;
    address.family = Family::Inet6;
    std::copy(sixteen, sixteen + 16, address.bytes.begin());
    return address;
}

std::optional<IpAddress> IpAddress::parse(QByteArrayView text)
{
    if (text.contains('/'))
        return std::nullopt;
    const Result<Cidr> cidr = parseCidr(text);
    if (!cidr)
        return std::nullopt;
    return cidr->family == Cidr::Family::Inet ? inet(cidr->address.data()) : inet6(cidr->address.data());
}

std::optional<IpAddress> IpAddress::parseWithPort(QByteArrayView text)
{
    if (const auto address = parse(text))
        return address;
    const Result<HostAndPort> parts = parseHostAndPort(text);
    return parts ? parse(parts->host) : std::nullopt;
}

bool IpAddress::isIn(std::span<const Cidr> networks) const
{
    return std::any_of(networks.begin(), networks.end(), [this](const Cidr &network) {
        const bool sameFamily = network.family == Cidr::Family::Inet ? family == Family::Inet : family == Family::Inet6;
        return sameFamily && network.contains(bytes.data());
    });
}

IpAddress forwardedAddress(IpAddress address, std::span<const QByteArrayView> fields, std::span<const Cidr> proxies,
                           bool recursive)
{
    for (size_t i = fields.size(); i-- > 0;) {
        if (!followField(address, fields[i], proxies, recursive) || !recursive)
            break;
    }
    return address;
}

} // namespace portlight
