// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/variabletable.h"

#include "config/variables.h"
#include "proxy/tlsvariables.h"

#include <algorithm>

namespace portlight {

namespace {

struct NamedVariable {
    const char *name;
    VariableId id;
};

constexpr NamedVariable Variables[] = {
    {"args", VariableId::Args},
    {"binary_remote_addr", VariableId::BinaryRemoteAddr},
    {"body_bytes_sent", VariableId::BodyBytesSent},
    {"bytes_sent", VariableId::BytesSent},
    {"connection", VariableId::Connection},
    {"connection_requests", VariableId::ConnectionRequests},
    {"connection_time", VariableId::ConnectionTime},
    {"content_length", VariableId::ContentLength},
    {"content_type", VariableId::ContentType},
    {"document_root", VariableId::DocumentRoot},
    {"document_uri", VariableId::Uri},
    {"host", VariableId::Host},
    {"hostname", VariableId::Hostname},
    {"https", VariableId::Https},
    {"is_args", VariableId::IsArgs},
    {"is_request_port", VariableId::IsRequestPort},
    {"limit_rate", VariableId::LimitRate},
    {"msec", VariableId::Msec},
    {"nginx_version", VariableId::NginxVersion},
    {"pid", VariableId::Pid},
    {"pipe", VariableId::Pipe},
    {"proxy_add_x_forwarded_for", VariableId::ProxyAddXForwardedFor},
    {"proxy_host", VariableId::ProxyHost},
    {"proxy_port", VariableId::ProxyPort},
    {"query_string", VariableId::QueryString},
    {"realpath_root", VariableId::RealpathRoot},
    {"remote_addr", VariableId::RemoteAddr},
    {"remote_port", VariableId::RemotePort},
    {"remote_user", VariableId::RemoteUser},
    {"request", VariableId::Request},
    {"request_body", VariableId::RequestBody},
    {"request_body_file", VariableId::RequestBodyFile},
    {"request_filename", VariableId::RequestFilename},
    {"request_completion", VariableId::RequestCompletion},
    {"request_id", VariableId::RequestId},
    {"request_length", VariableId::RequestLength},
    {"request_method", VariableId::RequestMethod},
    {"request_port", VariableId::RequestPort},
    {"request_time", VariableId::RequestTime},
    {"request_uri", VariableId::RequestUri},
    {"scheme", VariableId::Scheme},
    {"server_addr", VariableId::ServerAddr},
    {"server_name", VariableId::ServerName},
    {"server_port", VariableId::ServerPort},
    {"server_protocol", VariableId::ServerProtocol},
    {"status", VariableId::Status},
    {"tcpinfo_rcv_space", VariableId::TcpInfoRcvSpace},
    {"tcpinfo_rtt", VariableId::TcpInfoRtt},
    {"tcpinfo_rttvar", VariableId::TcpInfoRttVar},
    {"tcpinfo_snd_cwnd", VariableId::TcpInfoSndCwnd},
    {"time_iso8601", VariableId::TimeIso8601},
    {"time_local", VariableId::TimeLocal},
    {"upstream_addr", VariableId::UpstreamAddr},
    {"upstream_bytes_received", VariableId::UpstreamBytesReceived},
    {"upstream_bytes_sent", VariableId::UpstreamBytesSent},
    {"upstream_connect_time", VariableId::UpstreamConnectTime},
    {"upstream_header_time", VariableId::UpstreamHeaderTime},
    {"upstream_response_length", VariableId::UpstreamResponseLength},
    {"upstream_response_time", VariableId::UpstreamResponseTime},
    {"upstream_status", VariableId::UpstreamStatus},
    {"uri", VariableId::Uri},
};

struct VariablePrefix {
    QByteArrayView prefix;
    VariableId id;
    bool isField = false; // what follows names a field: '_' stands for '-'
};

const VariablePrefix Prefixes[] = {
    {"arg_", VariableId::ArgumentNamed},
    {"cookie_", VariableId::CookieNamed},
    {"http_", VariableId::HeaderNamed, true},
    {"sent_http_", VariableId::SentNamed, true},
    {"sent_trailer_", VariableId::SentTrailerNamed, true},
    {"upstream_http_", VariableId::UpstreamHttpNamed, true},
    {"upstream_cookie_", VariableId::UpstreamCookieNamed},
    {"upstream_trailer_", VariableId::UpstreamTrailerNamed, true},
};

// One of nginx's own. Those that it knows and we do not work out are never found: validation has named each.
std::optional<VariableRef> builtIn(const QByteArray &lower)
{
    VariableRef variable;
    static const QHash<QByteArrayView, VariableId> known = [] {
        QHash<QByteArrayView, VariableId> table;
        for (const NamedVariable &row : Variables)
            table.insert(row.name, row.id);
        return table;
    }();
    if (const auto found = known.constFind(lower); found != known.constEnd()) {
        variable.id = *found;
        return variable;
    }
    if (const auto index = tlsVariableIndex(lower)) {
        variable.id = VariableId::Tls;
        variable.slot = *index;
        return variable;
    }
    for (const VariablePrefix &row : Prefixes) {
        if (!lower.startsWith(row.prefix))
            continue;
        variable.id = row.id;
        variable.text = lower.mid(row.prefix.size());
        if (row.isField) {
            variable.text.replace('_', '-');
            variable.header = headerId(variable.text);
        }
        return variable;
    }
    if (!isKnownVariable(lower))
        return std::nullopt;
    variable.id = VariableId::Nothing;
    return variable;
}

Error duplicate(QByteArrayView name)
{
    return {ErrorCode::DuplicateDirective,
            QStringLiteral("the duplicate \"%1\" variable").arg(QString::fromUtf8(name)),
            {},
            QStringLiteral("nginx has a variable of that name: choose another")};
}

} // namespace

quint16 VariableTable::slotOf(const QByteArray &lower)
{
    if (const auto known = m_slots.constFind(lower); known != m_slots.constEnd())
        return *known;
    const auto slot = quint16(m_entries.size());
    m_slots.insert(lower, slot);
    m_entries.push_back({{.name = lower}, false, m_where ? *m_where : TextPosition()});
    return slot;
}

void VariableTable::noteHeads(const VariableRef &own)
{
    m_readsSentFields |= own.id == VariableId::SentNamed;
    m_readsUpstreamFields |= own.id == VariableId::UpstreamHttpNamed || own.id == VariableId::UpstreamCookieNamed
                             || own.id == VariableId::UpstreamTrailerNamed;
}

Result<VariableRef> VariableTable::defineStored(QByteArrayView name)
{
    const QByteArray lower = name.toByteArray().toLower();
    if (isFixedVariable(lower))
        return duplicate(name);
    const auto own = builtIn(lower);
    if (own && (own->id == VariableId::Args || own->id == VariableId::LimitRate))
        return *own; // these change the request itself
    VariableRef variable;
    variable.id = VariableId::Slot;
    variable.slot = slotOf(lower);
    Entry &entry = m_entries[variable.slot];
    entry.defined = true;
    if (own && !entry.slot.captured) {
        noteHeads(*own);
        entry.slot.own = own;
    }
    return variable;
}

Result<VariableRef> VariableTable::defineCaptured(QByteArrayView name)
{
    auto variable = defineStored(name);
    if (variable && variable->id == VariableId::Slot) {
        m_entries[variable->slot].slot.captured = true;
        m_entries[variable->slot].slot.own.reset();
    }
    return variable;
}

Result<void> VariableTable::defineComputed(QByteArrayView name, const ComputedVariable *variable)
{
    const QByteArray lower = name.toByteArray().toLower();
    if (isFixedVariable(lower))
        return duplicate(name);
    Entry &entry = m_entries[slotOf(lower)];
    entry.slot.computed = variable;
    entry.defined = true;
    return {};
}

VariableRef VariableTable::find(QByteArrayView name)
{
    const QByteArray lower = name.toByteArray().toLower();
    if (!m_slots.contains(lower)) {
        if (const auto own = builtIn(lower)) {
            noteHeads(*own);
            return *own;
        }
    }
    VariableRef variable;
    variable.id = VariableId::Slot;
    variable.slot = slotOf(lower);
    return variable;
}

QList<VariableTable::Use> VariableTable::undefined() const
{
    QList<Use> names;
    for (const Entry &entry : m_entries) {
        if (!entry.defined)
            names.append({entry.slot.name, entry.where});
    }
    return names;
}

std::vector<VariableSlot> VariableTable::slots() const
{
    std::vector<VariableSlot> all;
    all.reserve(m_entries.size());
    for (const Entry &entry : m_entries)
        all.push_back(entry.slot);
    return all;
}

} // namespace portlight
