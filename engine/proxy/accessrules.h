// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/cidr.h"

#include <vector>

namespace portlight {

class SocketAddress;

// The allow and deny directives of one level, in the order written: ngx_http_access_module. A value; immutable once
// compiled.
class AccessRules
{
public:
    enum class Verdict : quint8 { NoRule, Allowed, Denied };

    // "all", "unix:", an address or a network; the error says what was expected.
    Result<void> append(bool allow, QByteArrayView who);
    bool isEmpty() const { return m_rules.empty(); }
    // The first rule that holds decides. An IPv6 client that is a mapped IPv4 one meets the IPv4 rules, if any.
    Verdict check(const SocketAddress &client) const;

private:
    struct Rule {
        enum class Who : quint8 { All, Unix, Network };
        Who who = Who::All;
        bool allow = false;
        Cidr network;
    };
    bool matches(const Rule &rule, const SocketAddress &client) const;

    std::vector<Rule> m_rules;
    bool m_hasInetRules = false;
};

} // namespace portlight
