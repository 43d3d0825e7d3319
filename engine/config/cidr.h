// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArrayView>

#include <array>

namespace portlight {

// A network: an address and how many of its first bits count. A value.
struct Cidr {
    enum class Family : quint8 { Inet, Inet6 };
    Family family = Family::Inet;
    std::array<quint8, 16> address{}; // network order; 4 bytes of an IPv4 network, the bits behind the prefix 0
    quint8 prefixBits = 0;
    bool hadLowBits = false; // address bits behind the prefix were written, and dropped

    // `bytes`: 4 for Inet, 16 for Inet6, in network order.
    bool contains(const quint8 *bytes) const;
};

// "10.0.0.0/8", "127.0.0.1", "2001:db8::/32": ngx_ptocidr. The error says what was expected and carries no position.
Result<Cidr> parseCidr(QByteArrayView text);

} // namespace portlight
