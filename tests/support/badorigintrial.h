// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

namespace portlight::testing {

// What came of one request whose backend misbehaved.
struct BadOriginOutcome {
    RawMessage answer;
    ExchangeSummary row;
    QByteArray log; // the error log's lines about it
    int upstreamStatus = 0;
};

// A proxy before one backend that follows a script on every connection. Each request travels on a client connection of
// its own; what it left behind in this process can be asked afterwards. The domain is one of Portlight's own, so that
// failures come as its pages.
class BadOriginTrial
{
public:
    explicit BadOriginTrial(ScriptedOrigin::Script script, const QByteArray &locationDirectives = {});
    // The same before a port that is there already.
    explicit BadOriginTrial(const QByteArray &url, const QByteArray &locationDirectives = {});

    bool isReady() const { return m_ready; }
    // Sends the request, reads the answer as far as it comes, and waits for the end of the exchange.
    BadOriginOutcome ask(const QByteArray &request = testing::request("GET /page", "Accept: text/html\r\n"));
    // Asks that a few times more: true when the process ends up with as many descriptors as after the first of them.
    bool leavesNothing(const QByteArray &request = testing::request("GET /page"));

    EngineFixture &engine() { return m_engine; }
    ScriptedOrigin &origin() { return m_origin; }

private:
    void proxyTo(const QByteArray &url, const QByteArray &locationDirectives);
    void askBriefly(const QByteArray &request); // and does not wait for what is recorded

    EngineFixture m_engine;
    ScriptedOrigin m_origin; // goes first: its connections end, and the engine is told
    int m_asked = 0;
    bool m_ready = false;
};

// What stands in /proc/self/fd.
int openDescriptors();

} // namespace portlight::testing
