// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/hostlookup.h"

#include <netdb.h>

namespace portlight {

std::vector<SocketAddress> lookUpHost(const QByteArray &host, quint16 port)
{
    std::vector<SocketAddress> addresses;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (::getaddrinfo(host.constData(), QByteArray::number(port).constData(), &hints, &found) != 0)
        return addresses;
    for (const addrinfo *entry = found; entry; entry = entry->ai_next)
        addresses.push_back(SocketAddress::fromRaw(entry->ai_addr, entry->ai_addrlen));
    ::freeaddrinfo(found);
    return addresses;
}

} // namespace portlight
