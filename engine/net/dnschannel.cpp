// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/dnschannel.h"

#include <ares.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace portlight {

namespace {

int errorOf(int status)
{
    switch (status) {
    case ARES_ETIMEOUT: return ETIMEDOUT;
    case ARES_ECONNREFUSED: return ECONNREFUSED;
    case ARES_ENOMEM: return ENOMEM;
    default: return EINVAL; // ARES_EBADNAME, ARES_EBADQUERY
    }
}

ares_addr_port_node toNode(const SocketAddress &server)
{
    ares_addr_port_node node{};
    node.family = server.family();
    node.udp_port = node.tcp_port = server.port();
    if (server.family() == AF_INET6)
        std::memcpy(&node.addr.addr6, &reinterpret_cast<const sockaddr_in6 *>(server.raw())->sin6_addr, 16);
    else
        std::memcpy(&node.addr.addr4, &reinterpret_cast<const sockaddr_in *>(server.raw())->sin_addr, 4);
    return node;
}

} // namespace

// One descriptor of c-ares. c-ares reads a TCP connection piece by piece and expects to be called again while there is
// more, and it may want to write to a descriptor that has been writable for long: so the kernel is asked after each
// call instead of waiting for an edge that will not come.
struct DnsChannel::Watch final : IoHandler {
    Watch(DnsChannel &owner, int watched)
        : channel(owner)
        , descriptor(watched)
        , watch(owner.m_loop.io().watch(watched, this))
    {}
    void ioReady(IoReadiness) override { channel.serve(*this); }

    DnsChannel &channel;
    int descriptor;
    bool wantsWrite = false;
    std::unique_ptr<IoWatch> watch; // null: the kernel refused; the question will time out
};

struct DnsChannel::Question {
    DnsChannel &channel;
    DnsObserver *observer;
    DnsType type;
};

DnsChannel::DnsChannel(EngineLoop &loop, const std::vector<SocketAddress> &servers,
                       std::chrono::milliseconds serverTimeout)
    : m_loop(loop)
    , m_timer(
          loop.timers(),
          [](void *channel) { static_cast<DnsChannel *>(channel)->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }, this)
{
    // Everything that c-ares would otherwise look for in files and in the environment is given, so that it reads none.
    // NOCHECKRESP: a server's refusal is an answer, as nginx takes it, and not a reason to ask the next one.
    char lookups[] = "b";
    ares_options options{};
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP;
    options.timeout = int(serverTimeout.count());
    options.tries = 1;
    options.ndots = 1;
    options.lookups = lookups;
    options.sock_state_cb = socketStateChanged;
    options.sock_state_cb_data = this;
    const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_LOOKUPS
                     | ARES_OPT_SOCK_STATE_CB | ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_SORTLIST
                     | ARES_OPT_ROTATE;
    if (ares_init_options(&m_channel, &options, mask) != ARES_SUCCESS)
        qFatal("c-ares cannot be set up: out of memory");
    setServers(servers);
}

DnsChannel::~DnsChannel()
{
    m_ending = true;
    ares_destroy(m_channel);
}

void DnsChannel::setServers(const std::vector<SocketAddress> &servers)
{
    Q_ASSERT(!servers.empty());
    std::vector<ares_addr_port_node> nodes;
    nodes.reserve(servers.size());
    for (const SocketAddress &server : servers)
        nodes.push_back(toNode(server));
    for (size_t i = 1; i < nodes.size(); ++i)
        nodes[i - 1].next = &nodes[i];
    if (ares_set_servers_ports(m_channel, nodes.data()) != ARES_SUCCESS)
        qFatal("c-ares cannot take its servers: out of memory");
}

void DnsChannel::ask(const QByteArray &name, DnsType type, DnsObserver *observer)
{
    constexpr int InternetClass = 1;
    auto *question = new Question{*this, observer, type}; // replied() deletes it, which c-ares calls in every case
    ares_query(m_channel, name.constData(), InternetClass, int(type), replied, question);
    restartTimer();
}

void DnsChannel::replied(void *context, int status, int, unsigned char *message, int length)
{
    const std::unique_ptr<Question> question(static_cast<Question *>(context));
    if (question->channel.m_ending)
        return;
    DnsReply reply;
    if (message)
        reply.answer = parseDnsAnswer({message, length}, question->type);
    else
        reply.error = errorOf(status);
    question->observer->dnsReplied(reply);
}

void DnsChannel::socketStateChanged(void *context, int descriptor, int readable, int writable)
{
    auto &channel = *static_cast<DnsChannel *>(context);
    auto &watches = channel.m_watches;
    auto place = std::find_if(watches.begin(), watches.end(),
                              [=](const auto &watch) { return watch->descriptor == descriptor; });
    if (!readable && !writable) {
        if (place == watches.end())
            return;
        (*place)->watch.reset(); // before c-ares closes the descriptor
        channel.m_closed.push_back(std::move(*place));
        watches.erase(place);
        return;
    }
    if (place == watches.end())
        place = watches.insert(place, std::make_unique<Watch>(channel, descriptor));
    Watch &watch = **place;
    watch.wantsWrite = writable;
    if (watch.watch)
        watch.watch->rearm({.readable = true, .writable = watch.wantsWrite});
}

void DnsChannel::serve(Watch &watch)
{
    const int descriptor = watch.descriptor;
    for (int round = 0; round < ServeRoundsMax; ++round) {
        if (!watch.watch)
            break; // closed meanwhile
        pollfd asked{descriptor, short(POLLIN | (watch.wantsWrite ? POLLOUT : 0)), 0};
        if (poll(&asked, 1, 0) <= 0) {
            watch.watch->drained({.readable = true, .writable = watch.wantsWrite});
            break;
        }
        const bool readable = asked.revents & ~POLLOUT; // what failed is read, to learn why
        const bool writable = asked.revents & POLLOUT;
        ares_process_fd(m_channel, readable ? descriptor : ARES_SOCKET_BAD, writable ? descriptor : ARES_SOCKET_BAD);
        if (round + 1 == ServeRoundsMax && watch.watch)
            watch.watch->rearm({.readable = true, .writable = watch.wantsWrite});
    }
    m_closed.clear();
    restartTimer();
}

void DnsChannel::process(int readable, int writable)
{
    ares_process_fd(m_channel, readable, writable);
    m_closed.clear();
    restartTimer();
}

void DnsChannel::restartTimer()
{
    timeval wait{};
    if (!ares_timeout(m_channel, nullptr, &wait)) {
        m_timer.stop();
        return;
    }
    // Rounded up: c-ares counts in its own clock, and a timer that comes too early would come again and again.
    const auto after = std::chrono::seconds(wait.tv_sec) + std::chrono::microseconds(wait.tv_usec);
    m_timer.start(std::chrono::ceil<std::chrono::milliseconds>(after) + std::chrono::milliseconds(1));
}

} // namespace portlight
