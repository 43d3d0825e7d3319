// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// ngx_http_proxy_module.

namespace portlight::directivetable {

namespace {

constexpr VersionedDefault versions_proxy_http_version[] = {{{0, 0, 0}, "1.0"}, {{1, 29, 7}, "1.1"}};
constexpr VersionedDefault versions_ssl_protocols[] = {{{0, 0, 0}, "TLSv1 TLSv1.1 TLSv1.2"},
                                                       {{1, 23, 4}, "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
                                                       {{1, 27, 3}, "TLSv1.2 TLSv1.3"}};

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"proxy_bind", H | S | L, 1, 2, Text, Value, Runs, {}, "", false, nullptr, {0, 8, 22}},
    {"proxy_buffer_size", H | S | L, 1, 1, Size, Value, Runs, only<"4k">, "", false},
    {"proxy_buffering", H | S | L, 1, 1, Flag, Value, Runs, only<"on">, "", false},
    {"proxy_buffers", H | S | L, 2, 2, Text, Value, Runs, only<"8 4k">, "", false},
    {"proxy_busy_buffers_size", H | S | L, 1, 1, Size, Value, Runs, only<"8k">, "", false},
    {"proxy_cache", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "responses are not cached yet", false},
    {"proxy_cache_background_update", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">,
     "responses are not cached yet", false, nullptr, {1, 11, 10}},
    {"proxy_cache_bypass", H | S | L, 1, -1, Text, Value, NotYet, {}, "responses are not cached yet", true},
    {"proxy_cache_convert_head", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "responses are not cached yet",
     false, nullptr, {1, 9, 7}},
    {"proxy_cache_key", H | S | L, 1, 1, Text, Value, NotYet, only<"$scheme$proxy_host$request_uri">,
     "responses are not cached yet", false},
    {"proxy_cache_lock", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "responses are not cached yet", false,
     nullptr, {1, 1, 12}},
    {"proxy_cache_lock_age", H | S | L, 1, 1, Duration, Value, NotYet, only<"5s">, "responses are not cached yet",
     false, nullptr, {1, 7, 8}},
    {"proxy_cache_lock_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"5s">, "responses are not cached yet",
     false, nullptr, {1, 1, 12}},
    {"proxy_cache_max_range_offset", H | S | L, 1, 1, Size, Value, NotYet, {}, "responses are not cached yet", false,
     nullptr, {1, 11, 6}},
    {"proxy_cache_methods", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"GET HEAD">,
     "responses are not cached yet", true, "GET HEAD POST", {0, 7, 59}},
    {"proxy_cache_min_uses", H | S | L, 1, 1, Number, Value, NotYet, only<"1">, "responses are not cached yet", false},
    {"proxy_cache_path", H, 2, -1, Text, None, NotYet, {}, "responses are not cached yet", true},
    {"proxy_cache_revalidate", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "responses are not cached yet",
     false, nullptr, {1, 5, 7}},
    {"proxy_cache_use_stale", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"off">,
     "responses are not cached yet", true,
     "error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 http_404 http_429 updating off"},
    {"proxy_cache_valid", H | S | L, 1, -1, Text, Value, NotYet, {}, "responses are not cached yet", true},
    {"proxy_connect_timeout", H | S | L, 1, 1, Duration, Value, Runs, only<"60s">, "", false},
    {"proxy_cookie_domain", H | S | L, 1, 2, Text, Array, Runs, only<"off">, "", true, nullptr, {1, 1, 15}},
    {"proxy_cookie_flags", H | S | L, 1, 4, Text, Array, Runs, only<"off">, "", true, nullptr, {1, 19, 3}},
    {"proxy_cookie_path", H | S | L, 1, 2, Text, Array, Runs, only<"off">, "", true, nullptr, {1, 1, 15}},
    {"proxy_force_ranges", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "byte ranges are left to the backend",
     false, nullptr, {1, 7, 7}},
    {"proxy_headers_hash_bucket_size", H | S | L, 1, 1, Number, Value, Accepted, only<"64">,
     "sizes a table of nginx; tables here grow as needed", false},
    {"proxy_headers_hash_max_size", H | S | L, 1, 1, Number, Value, Accepted, only<"512">,
     "sizes a table of nginx; tables here grow as needed", false},
    {"proxy_hide_header", H | S | L, 1, 1, Text, Array, Runs, {}, "", true},
    {"proxy_http_version", H | S | L, 1, 1, Enumeration, Value, Runs, versions_proxy_http_version, "", false,
     "1.0 1.1 2", {1, 1, 4}},
    {"proxy_ignore_client_abort", H | S | L, 1, 1, Flag, Value, Runs, only<"off">, "", false},
    {"proxy_ignore_headers", H | S | L, 1, -1, Enumeration, Value, Runs, {}, "", true,
     "X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary"},
    {"proxy_intercept_errors", H | S | L, 1, 1, Flag, Value, Runs, only<"off">, "", false},
    {"proxy_limit_rate", H | S | L, 1, 1, Template, Value, Runs, only<"0">, "", false, nullptr, {1, 7, 7}},
    {"proxy_max_temp_file_size", H | S | L, 1, 1, Size, Value, Runs, only<"1024m">, "", false},
    {"proxy_method", H | S | L, 1, 1, Template, Value, Runs, {}, "", false},
    {"proxy_next_upstream", H | S | L, 1, -1, Enumeration, Value, Runs, only<"error timeout">, "", true,
     "error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 http_404 http_429 updating off"},
    {"proxy_next_upstream_timeout", H | S | L, 1, 1, Duration, Value, Runs, only<"0">, "", false, nullptr, {1, 7, 5}},
    {"proxy_next_upstream_tries", H | S | L, 1, 1, Number, Value, Runs, only<"0">, "", false, nullptr, {1, 7, 5}},
    {"proxy_no_cache", H | S | L, 1, -1, Text, Value, NotYet, {}, "responses are not cached yet", true},
    {"proxy_pass", L | LI | LE, 1, 1, Template, None, Runs, {}, "", false},
    {"proxy_pass_header", H | S | L, 1, 1, Text, Array, Runs, {}, "", true},
    {"proxy_pass_request_body", H | S | L, 1, 1, Flag, Value, Runs, only<"on">, "", false},
    {"proxy_pass_request_headers", H | S | L, 1, 1, Flag, Value, Runs, only<"on">, "", false},
    {"proxy_pass_trailers", H | S | L, 1, 1, Flag, Value, Runs, only<"off">, "", false, nullptr, {1, 27, 2}},
    {"proxy_read_timeout", H | S | L, 1, 1, Duration, Value, Runs, only<"60s">, "", false},
    {"proxy_redirect", H | S | L, 1, 2, Text, Array, Runs, only<"default">, "", true},
    {"proxy_request_buffering", H | S | L, 1, 1, Flag, Value, Runs, only<"on">, "", false, nullptr, {1, 7, 11}},
    {"proxy_send_lowat", H | S | L, 1, 1, Size, Value, Accepted, only<"0">, "concerns other systems than Linux", false},
    {"proxy_send_timeout", H | S | L, 1, 1, Duration, Value, Runs, only<"60s">, "", false},
    {"proxy_set_body", H | S | L, 1, 1, Text, Value, Runs, {}, "", false},
    {"proxy_set_header", H | S | L, 2, 2, Template, Array, Runs, only<"Host $proxy_host">, "", true},
    {"proxy_socket_keepalive", H | S | L, 1, 1, Flag, Value, Runs, only<"off">, "", false, nullptr, {1, 15, 6}},
    {"proxy_socket_rcvbuf", H | S | L, 1, 1, Size, Value, Runs, {}, "", false, nullptr, {1, 31, 3}},
    {"proxy_socket_sndbuf", H | S | L, 1, 1, Size, Value, Runs, {}, "", false, nullptr, {1, 31, 3}},
    {"proxy_ssl_certificate", H | S | L, 1, 1, Template, Value, Runs, {}, "", false, nullptr, {1, 7, 8}},
    {"proxy_ssl_certificate_cache", H | S | L, 1, 3, Text, Value, Accepted, only<"off">,
     "files that variables name are read with each connection", false, nullptr, {1, 27, 4}},
    {"proxy_ssl_certificate_key", H | S | L, 1, 1, Template, Value, Runs, {}, "", false, nullptr, {1, 7, 8}},
    {"proxy_ssl_ciphers", H | S | L, 1, 1, Text, Value, Runs, only<"DEFAULT">, "", false, nullptr, {1, 5, 6}},
    {"proxy_ssl_conf_command", H | S | L, 2, 2, Text, Array, Runs, {}, "", true, nullptr, {1, 19, 4}},
    {"proxy_ssl_crl", H | S | L, 1, 1, Text, Value, Runs, {}, "", false, nullptr, {1, 7, 0}},
    {"proxy_ssl_name", H | S | L, 1, 1, Template, Value, Runs, only<"$proxy_host">, "", false, nullptr, {1, 7, 0}},
    {"proxy_ssl_password_file", H | S | L, 1, 1, Text, Value, Runs, {}, "", false, nullptr, {1, 7, 8}},
    {"proxy_ssl_protocols", H | S | L, 1, -1, Enumeration, Value, Runs, versions_ssl_protocols, "", true,
     "SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", {1, 5, 6}},
    {"proxy_ssl_server_name", H | S | L, 1, 1, Flag, Value, Runs, only<"off">, "", false, nullptr, {1, 7, 0}},
    {"proxy_ssl_session_reuse", H | S | L, 1, 1, Flag, Value, Runs, only<"on">, "", false},
    {"proxy_ssl_trusted_certificate", H | S | L, 1, 1, Text, Value, Runs, {}, "", false, nullptr, {1, 7, 0}},
    {"proxy_ssl_verify", H | S | L, 1, 1, Flag, Value, Runs, only<"off">, "", false, nullptr, {1, 7, 0}},
    {"proxy_ssl_verify_depth", H | S | L, 1, 1, Number, Value, Runs, only<"1">, "", false, nullptr, {1, 7, 0}},
    {"proxy_store", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "responses are not stored as files", false},
    {"proxy_store_access", H | S | L, 1, 3, Text, Value, NotYet, only<"user:rw">, "responses are not stored as files",
     false},
    {"proxy_temp_file_write_size", H | S | L, 1, 1, Size, Value, Runs, only<"8k">, "", false},
    {"proxy_temp_path", H | S | L, 1, 4, Text, Value, Runs, only<"proxy_temp">, "", false},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> proxyRows()
{
    return Rows;
}

} // namespace portlight::directivetable
