// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/exchange.h"

namespace portlight {

// nginx's phases, under nginx's names, in nginx's order. A handler answers next, done or suspended; an exchange that
// was suspended goes on behind the handler that suspended it. Engine thread; made for one run through the phases.
//
// server-rewrite → find-config → rewrite → post-rewrite → access → precontent → content
class PhaseRunner
{
public:
    explicit PhaseRunner(Exchange &exchange)
        : m_exchange(exchange)
    {}
    void run();

    // Where internal redirects enter, as indices of the handlers.
    static constexpr quint8 ServerRewritePhase = 1;
    static constexpr quint8 FindConfigPhase = 2;
    static constexpr quint8 LocationRewritePhase = 3;

private:
    PhaseResult checkDomain();
    PhaseResult serverRewrite();
    PhaseResult findConfig();
    PhaseResult rewrite();
    PhaseResult postRewrite();
    PhaseResult access();
    PhaseResult precontent();
    PhaseResult content();
    PhaseResult runProgram(const RewriteProgram &program);
    PhaseResult applyReturn(const ReturnRule &rule);
    PhaseResult serveStubStatus();

    using Handler = PhaseResult (PhaseRunner::*)();
    static const Handler Handlers[];
    static const int HandlerCount;

    Exchange &m_exchange;
};

} // namespace portlight
