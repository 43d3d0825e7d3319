// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/fulllistener.h"

#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace portlight::testing {

FullListener::FullListener()
{
    m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    m_queued = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in storage{};
    storage.sin_family = AF_INET;
    storage.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto *const address = reinterpret_cast<sockaddr *>(&storage);
    socklen_t length = sizeof storage;
    const bool filled = ::bind(m_listener, address, length) == 0 && ::getsockname(m_listener, address, &length) == 0
                        && ::listen(m_listener, 0) == 0 // Linux queues one more than it was told
                        && ::connect(m_queued, address, length) == 0;
    if (!filled)
        qFatal("no full listener (%d)", errno);
    m_port = ntohs(storage.sin_port);
}

FullListener::~FullListener()
{
    ::close(m_queued);
    ::close(m_listener);
}

} // namespace portlight::testing
