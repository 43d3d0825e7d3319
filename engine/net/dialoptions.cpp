// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/dialoptions.h"

#include <cerrno>
#include <netinet/in.h>

namespace portlight {

namespace {

bool setOption(int descriptor, int level, int option, int value)
{
    return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

DialStep bindLocal(int descriptor, const DialOptions &options)
{
    const SocketAddress &local = *options.local;
    const bool inet6 = local.family() == AF_INET6;
    if (options.transparent) {
        const bool set = inet6 ? setOption(descriptor, IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
                               : setOption(descriptor, IPPROTO_IP, IP_TRANSPARENT, 1);
        if (!set)
            return {errno, inet6 ? "setsockopt(IPV6_TRANSPARENT)" : "setsockopt(IP_TRANSPARENT)"};
    }
    // The port is chosen when the socket is dialed, so that one may serve several backends.
    if (local.port() == 0)
        setOption(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    if (bind(descriptor, local.raw(), local.length()) != 0)
        return {errno, "bind(" + options.localText + ')'};
    return {};
}

} // namespace

DialStep applyDialOptions(int descriptor, const DialOptions &options)
{
    if (options.keepalive)
        setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    if (options.receiveBufferBytes > 0)
        setOption(descriptor, SOL_SOCKET, SO_RCVBUF, options.receiveBufferBytes);
    if (options.sendBufferBytes > 0)
        setOption(descriptor, SOL_SOCKET, SO_SNDBUF, options.sendBufferBytes);
    return options.local ? bindLocal(descriptor, options) : DialStep{};
}

} // namespace portlight
