// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/template.h"

#include "config/variables.h"

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
    {"content_length", VariableId::ContentLength},
    {"content_type", VariableId::ContentType},
    {"document_uri", VariableId::Uri},
    {"host", VariableId::Host},
    {"hostname", VariableId::Hostname},
    {"https", VariableId::Https},
    {"is_args", VariableId::IsArgs},
    {"msec", VariableId::Msec},
    {"nginx_version", VariableId::NginxVersion},
    {"pid", VariableId::Pid},
    {"proxy_add_x_forwarded_for", VariableId::ProxyAddXForwardedFor},
    {"proxy_host", VariableId::ProxyHost},
    {"proxy_port", VariableId::ProxyPort},
    {"query_string", VariableId::QueryString},
    {"remote_addr", VariableId::RemoteAddr},
    {"remote_port", VariableId::RemotePort},
    {"remote_user", VariableId::RemoteUser},
    {"request", VariableId::Request},
    {"request_id", VariableId::RequestId},
    {"request_length", VariableId::RequestLength},
    {"request_method", VariableId::RequestMethod},
    {"request_time", VariableId::RequestTime},
    {"request_uri", VariableId::RequestUri},
    {"scheme", VariableId::Scheme},
    {"server_addr", VariableId::ServerAddr},
    {"server_name", VariableId::ServerName},
    {"server_port", VariableId::ServerPort},
    {"server_protocol", VariableId::ServerProtocol},
    {"status", VariableId::Status},
    {"time_iso8601", VariableId::TimeIso8601},
    {"time_local", VariableId::TimeLocal},
    {"upstream_addr", VariableId::UpstreamAddr},
    {"upstream_response_time", VariableId::UpstreamResponseTime},
    {"upstream_status", VariableId::UpstreamStatus},
    {"uri", VariableId::Uri},
};

struct VariablePrefix {
    QByteArrayView prefix;
    VariableId id;
};

const VariablePrefix Prefixes[] = {
    {"arg_", VariableId::ArgumentNamed},
    {"cookie_", VariableId::CookieNamed},
    {"http_", VariableId::HeaderNamed},
};

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool findVariable(QByteArrayView name, const Template::Maps &maps, VariableRef *out)
{
    const QByteArray lower = name.toByteArray().toLower();
    if (const auto map = maps.constFind(lower); map != maps.constEnd()) {
        out->id = VariableId::Map;
        out->map = *map;
        return true;
    }
    for (const NamedVariable &known : Variables) {
        if (lower == known.name) {
            out->id = known.id;
            return true;
        }
    }
    for (const VariablePrefix &known : Prefixes) {
        if (!lower.startsWith(known.prefix) || lower.size() == known.prefix.size())
            continue;
        out->id = known.id;
        out->text = lower.mid(known.prefix.size());
        if (known.id != VariableId::ArgumentNamed && known.id != VariableId::CookieNamed) {
            out->text.replace('_', '-');
            out->header = headerId(out->text);
        }
        return true;
    }
    // $sent_http_… is empty wherever templates stand now, before the response is made, as in nginx. Others that nginx
    // knows and we do not run yet are empty too: validation has warned of each by name.
    return isKnownVariable(lower);
}

} // namespace

Result<Template> Template::compile(QByteArrayView text, const Maps &maps)
{
    Template result;
    QByteArray literal;
    const auto flush = [&] {
        if (!literal.isEmpty())
            result.m_parts.push_back({VariableId::Literal, std::exchange(literal, {})});
    };
    for (qsizetype i = 0; i < text.size();) {
        if (text[i] != '$') {
            literal.append(text[i++]);
            continue;
        }
        const bool braced = i + 1 < text.size() && text[i + 1] == '{';
        const qsizetype start = i + (braced ? 2 : 1);
        qsizetype end = start;
        while (end < text.size() && isNameCharacter(text[end]))
            ++end;
        if (braced && (end >= text.size() || text[end] != '}')) {
            return Error{ErrorCode::InvalidValue, QStringLiteral("the closing bracket in \"%1\" variable is missing")
                                                      .arg(QString::fromUtf8(text.sliced(start, end - start)))};
        }
        if (end == start)
            return Error{ErrorCode::InvalidValue, QStringLiteral("invalid variable name")};
        VariableRef variable;
        const QByteArrayView name = text.sliced(start, end - start);
        if (!findVariable(name, maps, &variable))
            return Error{ErrorCode::UnknownVariable,
                         QStringLiteral("unknown \"%1\" variable").arg(QString::fromUtf8(name))};
        flush();
        result.m_parts.push_back(std::move(variable));
        i = end + (braced ? 1 : 0);
    }
    flush();
    return result;
}

Template Template::literal(const QByteArray &text)
{
    Template result;
    if (!text.isEmpty())
        result.m_parts.push_back({VariableId::Literal, text});
    return result;
}

QByteArrayView Template::literalText() const
{
    return m_parts.empty() ? QByteArrayView() : QByteArrayView(m_parts[0].text);
}

void Template::evaluate(const Exchange &exchange, WireBuffer &out) const
{
    for (const VariableRef &part : m_parts) {
        if (part.id == VariableId::Literal)
            out.append(part.text);
        else
            appendVariable(part, exchange, out);
    }
}

QByteArray Template::evaluated(const Exchange &exchange) const
{
    WireBuffer out;
    evaluate(exchange, out);
    return out.view().toByteArray();
}

} // namespace portlight
