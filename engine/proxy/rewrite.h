// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/exchange.h"
#include "proxy/rewriteprogram.h"

namespace portlight {

// What running a rewrite program came to.
struct RewriteOutcome {
    PhaseResult result = PhaseResult::Next;
    const ReturnRule *returned = nullptr; // a `return` was reached, and is to be answered
};

// One run of a rewrite program for one exchange: changes its URI, arguments, variables and location, or answers it
// (ngx_http_rewrite_handler and the codes of ngx_http_script.c). Engine thread; made for one run.
class RewriteRun
{
public:
    explicit RewriteRun(Exchange &exchange);
    RewriteOutcome run(const RewriteProgram &program);

private:
    enum class Step : quint8 {
        Next,
        Stop, // the rest of the program is left out
        Done, // the exchange is answered
    };
    enum class Truth : quint8 { No, Yes, Unknown };

    Step perform(const RewriteRule &rule);
    Step perform(const IfRule &rule);
    Step perform(const ReturnRule &rule);
    Step perform(const SetRule &rule);
    Step perform(const BreakRule &rule);
    Step redirect(const RewriteRule &rule, QByteArrayView target);
    Step changeUri(const RewriteRule &rule, QByteArrayView path);
    Truth holds(const RewriteCondition &condition);
    Truth holdsFileTest(const RewriteCondition &condition);
    // A match whose captures stay; none clears those before, as nginx does here and only here.
    int match(const Regex &regex, QByteArrayView subject);
    void evaluate(const Template &value, WireBuffer &out);
    bool escapesCaptures() const;
    void note(const QByteArray &text);
    Step fail();

    Exchange &m_exchange;
    const ReturnRule *m_returned = nullptr;
    size_t m_next = 0;     // index of the step that comes next
    WireBuffer m_value;    // of the variable that a condition looks at, or what `set` stores
    WireBuffer m_other;    // what it is compared with, or a replacement's arguments
    bool m_logs;           // rewrite_log, of the location where the run began
    bool m_isArgs = false; // behind the '?' of a replacement
    bool m_quotes = true;  // nginx: until the first replacement is made, and in redirects
};

} // namespace portlight
