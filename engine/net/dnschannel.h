// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/dnsanswer.h"
#include "net/engineloop.h"
#include "net/resolverconfig.h"

struct ares_channeldata;

namespace portlight {

// What came of one question. `error` 0: a message came, `answer` says what it holds or why it is broken. Else an errno:
// ETIMEDOUT when no server answered, ECONNREFUSED when none listens, EINVAL for a name that no message can carry.
struct DnsReply {
    int error = 0;
    Result<DnsAnswer> answer{DnsAnswer{}};
};

class DnsObserver
{
public:
    virtual ~DnsObserver() = default;
    // From within ask() or while the channel works: must neither destroy the channel nor run anybody else's code.
    virtual void dnsReplied(const DnsReply &reply) = 0;
};

// Sends questions to name servers and takes their answers: c-ares on the engine's loop, UDP first, TCP when an answer
// was cut short. Its descriptors are watched by the loop; no thread, nothing blocks, and no file of the system is read.
// Engine thread; owned by a Resolver.
class DnsChannel
{
public:
    // How long one server is waited for before the next one is asked (nginx's resend_timeout).
    static constexpr std::chrono::milliseconds ServerTimeout{5000};
    static constexpr int ServeRoundsMax = 64; // of one descriptor in a turn

    DnsChannel(EngineLoop &loop, const std::vector<SocketAddress> &servers,
               std::chrono::milliseconds serverTimeout = ServerTimeout);
    ~DnsChannel(); // the observers that wait hear nothing any more
    DnsChannel(const DnsChannel &) = delete;
    DnsChannel &operator=(const DnsChannel &) = delete;

    // Asks the servers in turn, each once, beginning with another one each time. The observer outlives the channel, or
    // its reply.
    void ask(const QByteArray &name, DnsType type, DnsObserver *observer);

private:
    struct Watch;
    struct Question;
    static void socketStateChanged(void *channel, int descriptor, int readable, int writable);
    static void replied(void *question, int status, int timeouts, unsigned char *message, int length);
    void setServers(const std::vector<SocketAddress> &servers);
    void serve(Watch &watch);
    void process(int readable, int writable);
    void restartTimer();

    EngineLoop &m_loop;
    ares_channeldata *m_channel = nullptr;
    std::vector<std::unique_ptr<Watch>> m_watches;
    std::vector<std::unique_ptr<Watch>> m_closed; // by a call into c-ares that is still on the stack
    Timer m_timer;
    bool m_ending = false;
};

} // namespace portlight
