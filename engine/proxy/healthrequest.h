// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/compiledconfig.h"
#include "upstream/healthprober.h"

namespace portlight {

class ActiveConfig;

// The response to a health check, while its variables are looked at.
struct HealthAnswer {
    const ResponseHead *head = nullptr; // null: while the request is written
    const char *base = nullptr;
};

// The values that variables have in a health check: it is no request of a client's, so that most are empty, as the
// commercial nginx's documentation says. What there is: the server, the group, this process, the clock, the response,
// and maps of these.
class HealthValues
{
public:
    HealthValues(const CompiledConfig &config, const HealthCheckPlan &plan, HealthAnswer answer = {})
        : m_config(config)
        , m_plan(plan)
        , m_answer(answer)
    {}
    // False: it has none.
    bool append(const VariableRef &variable, WireBuffer &out) const;
    void append(const Template &text, WireBuffer &out) const;

private:
    bool appendSlot(quint16 slot, WireBuffer &out) const;
    bool appendResponseField(const VariableRef &variable, WireBuffer &out) const;

    const CompiledConfig &m_config;
    const HealthCheckPlan &m_plan;
    HealthAnswer m_answer;
    mutable int m_depth = 0; // of variables that need each other
};

// What the checks of one plan send: "GET uri" as the location would send it, with its proxy_set_header.
class HealthRequest final : public HealthProbeSource
{
public:
    // Both outlive it.
    HealthRequest(ActiveConfig &active, const HealthCheckPlan &plan);
    void writeRequest(WireBuffer &out) override;
    std::optional<TlsPeer> tlsPeer() override;
    QByteArray variable(QByteArrayView name, const ResponseHead &head, const char *base) override;

private:
    ActiveConfig &m_active;
    const CompiledConfig &m_config;
    const HealthCheckPlan &m_plan;
};

} // namespace portlight
