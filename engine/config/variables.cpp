// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/variables.h"

#include <QSet>

namespace portlight {

namespace {

constexpr const char *RunningNames[] = {
    "args",
    "binary_remote_addr",
    "body_bytes_sent",
    "bytes_sent",
    "connection",
    "connection_requests",
    "connection_time",
    "content_length",
    "content_type",
    "document_root",
    "document_uri",
    "host",
    "hostname",
    "https",
    "is_args",
    "is_request_port",
    "limit_rate",
    "msec",
    "nginx_version",
    "pid",
    "pipe",
    "proxy_add_x_forwarded_for",
    "proxy_host",
    "proxy_port",
    "proxy_protocol_addr",
    "proxy_protocol_port",
    "proxy_protocol_server_addr",
    "proxy_protocol_server_port",
    "query_string",
    "realpath_root",
    "remote_addr",
    "remote_port",
    "remote_user",
    "request",
    "request_body",
    "request_body_file",
    "request_completion",
    "request_filename",
    "request_id",
    "request_length",
    "request_method",
    "request_port",
    "request_time",
    "request_uri",
    "scheme",
    "server_addr",
    "server_name",
    "server_port",
    "server_protocol",
    "ssl_alpn_protocol",
    "ssl_cipher",
    "ssl_ciphers",
    "ssl_client_cert",
    "ssl_client_escaped_cert",
    "ssl_client_fingerprint",
    "ssl_client_i_dn",
    "ssl_client_i_dn_legacy",
    "ssl_client_raw_cert",
    "ssl_client_s_dn",
    "ssl_client_s_dn_legacy",
    "ssl_client_serial",
    "ssl_client_sigalg",
    "ssl_client_v_end",
    "ssl_client_v_remain",
    "ssl_client_v_start",
    "ssl_client_verify",
    "ssl_curve",
    "ssl_curves",
    "ssl_early_data",
    "ssl_protocol",
    "ssl_server_name",
    "ssl_session_id",
    "ssl_session_reused",
    "ssl_sigalg",
    "ssl_sigalgs",
    "status",
    "tcpinfo_rcv_space",
    "tcpinfo_rtt",
    "tcpinfo_rttvar",
    "tcpinfo_snd_cwnd",
    "time_iso8601",
    "time_local",
    "upstream_addr",
    "upstream_bytes_received",
    "upstream_bytes_sent",
    "upstream_connect_time",
    "upstream_header_time",
    "upstream_response_length",
    "upstream_response_time",
    "upstream_status",
    "uri",
};

// Those whose second half is a header field's or an argument's name.
constexpr const char *RunningPrefixes[] = {"http_",         "arg_",           "cookie_",          "sent_http_",
                                           "sent_trailer_", "upstream_http_", "upstream_cookie_", "upstream_trailer_"};

constexpr const char *OtherNames[] = {
    "ancient_browser",
    "connections_active",
    "connections_reading",
    "connections_waiting",
    "connections_writing",
    "date_gmt",
    "date_local",
    "fastcgi_path_info",
    "fastcgi_script_name",
    "geoip_area_code",
    "geoip_city",
    "geoip_city_continent_code",
    "geoip_city_country_code",
    "geoip_city_country_code3",
    "geoip_city_country_name",
    "geoip_country_code",
    "geoip_country_code3",
    "geoip_country_name",
    "geoip_dma_code",
    "geoip_latitude",
    "geoip_longitude",
    "geoip_org",
    "geoip_postal_code",
    "geoip_region",
    "geoip_region_name",
    "gzip_ratio",
    "http2",
    "http3",
    "invalid_referer",
    "limit_conn_status",
    "limit_req_status",
    "modern_browser",
    "msie",
    "proxy_add_via",
    "proxy_internal_body_length",
    "proxy_internal_chunked",
    "realip_remote_addr",
    "realip_remote_port",
    "secure_link",
    "secure_link_expires",
    "slice_range",
    "spdy",
    "spdy_request_priority",
    "ssl_ech_outer_server_name",
    "ssl_ech_status",
    "uid_got",
    "uid_reset",
    "uid_set",
    "upstream_cache_age",
    "upstream_cache_etag",
    "upstream_cache_last_modified",
    "upstream_cache_status",
    "upstream_last_addr",
    "upstream_last_server_name",
    "upstream_queue_time",
};

constexpr const char *OtherPrefixes[] = {"proxy_protocol_tlv_", "jwt_header_", "jwt_claim_"};

// Defined by name as well as by their prefix, and so fixed.
constexpr const char *FixedFieldNames[] = {
    "http_cookie",
    "http_host",
    "http_referer",
    "http_user_agent",
    "http_via",
    "http_x_forwarded_for",
    "sent_http_cache_control",
    "sent_http_connection",
    "sent_http_content_length",
    "sent_http_content_type",
    "sent_http_keep_alive",
    "sent_http_last_modified",
    "sent_http_link",
    "sent_http_location",
    "sent_http_transfer_encoding",
};

// NGX_HTTP_VAR_CHANGEABLE; those of TLS besides.
constexpr const char *ChangeableNames[] = {
    "ancient_browser", "args",       "invalid_referer", "limit_rate",         "modern_browser", "msie",
    "proxy_host",      "proxy_port", "secure_link",     "secure_link_expires"};

template<size_t N>
QSet<QByteArrayView> setOf(const char *const (&names)[N])
{
    QSet<QByteArrayView> set;
    set.reserve(N);
    for (const char *name : names)
        set.insert(QByteArrayView(name));
    return set;
}

template<size_t N>
bool hasPrefixOf(QByteArrayView name, const char *const (&prefixes)[N])
{
    return std::any_of(std::begin(prefixes), std::end(prefixes),
                       [&](const char *prefix) { return name.startsWith(prefix); });
}

bool isNameByte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

} // namespace

VariableSupport variableSupport(QByteArrayView name)
{
    static const QSet<QByteArrayView> running = setOf(RunningNames);
    static const QSet<QByteArrayView> other = setOf(OtherNames);
    if (running.contains(name) || hasPrefixOf(name, RunningPrefixes))
        return VariableSupport::Runs;
    if (other.contains(name) || hasPrefixOf(name, OtherPrefixes))
        return VariableSupport::NotYet;
    return VariableSupport::Unknown;
}

bool isKnownVariable(QByteArrayView name)
{
    return variableSupport(name) != VariableSupport::Unknown;
}

bool isFixedVariable(QByteArrayView name)
{
    static const QSet<QByteArrayView> fixed = [] {
        QSet<QByteArrayView> names = setOf(RunningNames);
        names.unite(setOf(OtherNames));
        names.unite(setOf(FixedFieldNames));
        return names.subtract(setOf(ChangeableNames));
    }();
    return fixed.contains(name) && !name.startsWith("ssl_");
}

TemplateVariables variablesOfTemplate(QByteArrayView text)
{
    TemplateVariables found;
    for (qsizetype i = 0; i < text.size();) {
        if (text[i] != '$') {
            ++i;
            continue;
        }
        ++i;
        if (i < text.size() && text[i] >= '1' && text[i] <= '9') {
            ++i;
            continue;
        }
        const bool braced = i < text.size() && text[i] == '{';
        if (braced)
            ++i;
        const qsizetype begin = i;
        while (i < text.size() && isNameByte(text[i]))
            ++i;
        const QByteArray name = text.sliced(begin, i - begin).toByteArray();
        if (braced && (i == text.size() || text[i] != '}')) {
            found.problem = "the closing bracket in \"" + name + "\" variable is missing";
            return found;
        }
        if (braced)
            ++i;
        if (name.isEmpty()) {
            found.problem = "invalid variable name";
            return found;
        }
        found.names.push_back(name.toLower());
    }
    return found;
}

} // namespace portlight
