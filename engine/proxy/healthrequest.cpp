// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/healthrequest.h"

#include "http/fieldtext.h"
#include "http/serializer.h"
#include "proxy/proxycontext.h"
#include "proxy/upstreamtls.h"
#include "proxy/variablenumbers.h"
#include "proxy/variablevalues.h"

#include <QSysInfo>

#include <unistd.h>

namespace portlight {

bool HealthValues::append(const VariableRef &variable, WireBuffer &out) const
{
    const ProxyTarget &target = m_plan.location->proxyPass->target;
    switch (variable.id) {
    case VariableId::Literal: out.append(variable.text); return true;
    case VariableId::Slot: return appendSlot(variable.slot, out);
    case VariableId::UpstreamHttpNamed: return appendResponseField(variable, out);
    case VariableId::Status:
    case VariableId::UpstreamStatus:
        if (m_answer.head)
            out.appendNumber(quint64(m_answer.head->status));
        return m_answer.head != nullptr;
    case VariableId::Host:
    case VariableId::ServerName: out.append(m_plan.server->firstName()); return true;
    case VariableId::Hostname: out.append(QSysInfo::machineHostName().toLower().toUtf8()); return true;
    case VariableId::NginxVersion: out.append(m_config.version.toString()); return true;
    case VariableId::Pid: out.appendNumber(quint64(::getpid())); return true;
    case VariableId::Msec: appendUnixMilliseconds(out); return true;
    case VariableId::ProxyHost: out.append(target.hostPort); return true;
    case VariableId::ProxyPort: out.appendNumber(target.peer.port); return true;
    case VariableId::RequestMethod: out.appendLiteral("GET"); return true;
    case VariableId::RequestUri: out.append(m_plan.check.parameters.uri); return true;
    case VariableId::Scheme: out.appendLiteral("http"); return true;
    default: return false;
    }
}

void HealthValues::append(const Template &text, WireBuffer &out) const
{
    for (const VariableRef &part : text.parts())
        append(part, out);
}

bool HealthValues::appendSlot(quint16 slot, WireBuffer &out) const
{
    const VariableSlot &variable = m_config.variablesBySlot[slot];
    if (!variable.computed || m_depth >= VariableValues::EvaluationDepthMax)
        return variable.own && append(*variable.own, out);
    ++m_depth;
    const bool found = variable.computed->evaluateForCheck(*this, out);
    --m_depth;
    return found;
}

// $upstream_http_NAME
bool HealthValues::appendResponseField(const VariableRef &variable, WireBuffer &out) const
{
    if (!m_answer.head)
        return false;
    for (const HeaderField &field : m_answer.head->fields) {
        if (!isFieldOfVariable(field.name.in(m_answer.base), variable.text))
            continue;
        out.append(field.value.in(m_answer.base));
        return true;
    }
    return false;
}

HealthRequest::HealthRequest(ActiveConfig &active, const HealthCheckPlan &plan)
    : m_active(active)
    , m_config(*active.config)
    , m_plan(plan)
{}

std::optional<TlsPeer> HealthRequest::tlsPeer()
{
    const LocationConfig &location = *m_plan.location;
    if (location.proxyPass->target.scheme != "https")
        return std::nullopt;
    const UpstreamTlsSettings &settings = *location.settings.proxyTls;
    WireBuffer name;
    HealthValues(m_config, m_plan).append(settings.name, name);
    return tlsPeerOf(settings, m_active.tlsContext(location.tls), name.view().toByteArray());
}

void HealthRequest::writeRequest(WireBuffer &out)
{
    const ProxySettings &proxy = m_plan.location->proxy();
    const HealthValues values(m_config, m_plan);
    out.appendLiteral("GET ");
    out.append(m_plan.check.parameters.uri);
    out.append(proxy.version >= HttpVersion{1, 1} ? QByteArrayView(" HTTP/1.1\r\n") : QByteArrayView(" HTTP/1.0\r\n"));
    bool hasHost = false;
    WireBuffer value;
    for (const SetHeader &field : proxy.setHeaders) {
        // How long the connection lasts is the check's own matter, and there is no body.
        if (field.id == HeaderId::Connection || field.id == HeaderId::Upgrade || field.id == HeaderId::ContentLength
            || field.id == HeaderId::TransferEncoding)
            continue;
        value.clear();
        values.append(field.value, value);
        if (value.isEmpty())
            continue;
        appendField(out, field.name, value.view());
        hasHost = hasHost || field.id == HeaderId::Host;
    }
    if (!hasHost) { // also where it is set to what the client says: HTTP/1.1 wants one
        const ProxyTarget &target = m_plan.location->proxyPass->target;
        appendField(out, "Host",
                    target.peer.unixPath.isEmpty() ? QByteArrayView(target.hostPort) : QByteArrayView("localhost"));
    }
    if (!m_plan.check.parameters.keepaliveTime)
        out.appendLiteral("Connection: close\r\n");
    else if (proxy.version < HttpVersion{1, 1})
        out.appendLiteral("Connection: keep-alive\r\n");
    out.appendLiteral("\r\n");
}

QByteArray HealthRequest::variable(QByteArrayView name, const ResponseHead &head, const char *base)
{
    WireBuffer value;
    HealthValues(m_config, m_plan, {&head, base}).append(m_plan.variables.value(name.toByteArray()), value);
    return value.view().toByteArray();
}

} // namespace portlight
