// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/accessrules.h"

#include "net/socketaddress.h"

namespace portlight {

namespace {

constexpr int MappedPrefixBytes = 12; // ::ffff:0:0/96 in front of an IPv4 address

} // namespace

Result<void> AccessRules::append(bool allow, QByteArrayView who)
{
    Rule rule;
    rule.allow = allow;
    if (who == "unix:") {
        rule.who = Rule::Who::Unix;
    } else if (who != "all") {
        const Result<Cidr> network = parseCidr(who);
        if (!network)
            return network.error();
        rule.who = Rule::Who::Network;
        rule.network = *network;
    }
    m_hasInetRules = m_hasInetRules || rule.who == Rule::Who::All
                     || (rule.who == Rule::Who::Network && rule.network.family == Cidr::Family::Inet);
    m_rules.push_back(rule);
    return {};
}

AccessRules::Verdict AccessRules::check(const SocketAddress &client) const
{
    for (const Rule &rule : m_rules) {
        if (matches(rule, client))
            return rule.allow ? Verdict::Allowed : Verdict::Denied;
    }
    return Verdict::NoRule;
}

bool AccessRules::matches(const Rule &rule, const SocketAddress &client) const
{
    if (rule.who == Rule::Who::All)
        return true;
    if (rule.who == Rule::Who::Unix)
        return client.isUnix();
    const bool wantsInet = rule.network.family == Cidr::Family::Inet;
    if (client.family() == AF_INET) {
        const auto *inet = reinterpret_cast<const sockaddr_in *>(client.raw());
        return wantsInet && rule.network.contains(reinterpret_cast<const quint8 *>(&inet->sin_addr));
    }
    if (client.family() != AF_INET6)
        return false;
    const in6_addr &address = reinterpret_cast<const sockaddr_in6 *>(client.raw())->sin6_addr;
    if (m_hasInetRules && IN6_IS_ADDR_V4MAPPED(&address))
        return wantsInet && rule.network.contains(address.s6_addr + MappedPrefixBytes);
    return !wantsInet && rule.network.contains(address.s6_addr);
}

} // namespace portlight
