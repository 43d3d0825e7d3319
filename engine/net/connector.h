// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/dialoptions.h"
#include "net/stream.h"

#include <vector>

namespace portlight {

// One address that was tried and what came of it.
struct ConnectAttempt {
    SocketAddress address;
    int error = 0;   // errno; EINPROGRESS while it runs, ETIMEDOUT for our own timeout, ECANCELED when another one won
    QByteArray call; // that failed before the dial: DialStep::call
};

class ConnectorObserver
{
public:
    virtual ~ConnectorObserver() = default;
    // May destroy the connector.
    virtual void connected(std::unique_ptr<Stream> stream, const SocketAddress &address) = 0;
    // All addresses failed; attempts() tells how. May destroy the connector.
    virtual void connectFailed() = 0;
};

// Opens one connection to a backend that has one or more addresses: the first at once, the next one when it fails or a
// moment later, the first that answers wins (RFC 8305, for `localhost`). Engine thread; owned by whoever waits for it.
class Connector final
{
public:
    static constexpr std::chrono::milliseconds NextFamilyDelay{50};
    static constexpr size_t AddressesMax = 8;

    Connector(EngineLoop &loop, ConnectorObserver *observer);
    ~Connector(); // gives up, closes what is under way

    // The outcome may come within the call. `timeout` is proxy_connect_timeout, for all addresses together. Addresses
    // beyond AddressesMax are not tried; with none it fails.
    void connectTo(const std::vector<SocketAddress> &addresses, std::chrono::milliseconds timeout,
                   const DialOptions &options = {});
    // In the order in which they were begun.
    const std::vector<ConnectAttempt> &attempts() const { return m_attempts; }

private:
    struct Dial;
    void dialNext();
    int startDial(const SocketAddress &address);
    void dialReady(Dial *dial);
    void succeed(std::unique_ptr<Dial> dial);
    void endDials(int error);
    void timedOut();

    EngineLoop &m_loop;
    ConnectorObserver *m_observer;
    std::vector<SocketAddress> m_addresses;
    DialOptions m_options;
    size_t m_next = 0;
    std::vector<std::unique_ptr<Dial>> m_dials;
    std::vector<ConnectAttempt> m_attempts;
    Timer m_timeout;
    Timer m_nextFamily;
};

} // namespace portlight
