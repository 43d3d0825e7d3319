// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// ngx_http_uwsgi_module.

namespace portlight::directivetable {

namespace {

constexpr VersionedDefault versions_ssl_protocols[] = {{{0, 0, 0}, "TLSv1 TLSv1.1 TLSv1.2"}, {{1, 23, 4}, "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"}, {{1, 27, 3}, "TLSv1.2 TLSv1.3"}};

constexpr DirectiveSpec Rows[] = {
    {"uwsgi_bind", H | S | L, 1, 2, Text, Value, NotYet, {}, "uwsgi backends are not run yet", false},
    {"uwsgi_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"4k">, "uwsgi backends are not run yet", false},
    {"uwsgi_buffering", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "uwsgi backends are not run yet", false},
    {"uwsgi_buffers", H | S | L, 2, 2, Text, Value, NotYet, only<"8 4k">, "uwsgi backends are not run yet", false},
    {"uwsgi_busy_buffers_size", H | S | L, 1, 1, Size, Value, NotYet, only<"8k">, "uwsgi backends are not run yet", false},
    {"uwsgi_cache", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false},
    {"uwsgi_cache_background_update", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false, nullptr, {1, 11, 10}},
    {"uwsgi_cache_bypass", H | S | L, 1, -1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", true},
    {"uwsgi_cache_key", H | S | L, 1, 1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", false},
    {"uwsgi_cache_lock", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false, nullptr, {1, 1, 12}},
    {"uwsgi_cache_lock_age", H | S | L, 1, 1, Duration, Value, NotYet, only<"5s">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 8}},
    {"uwsgi_cache_lock_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"5s">, "uwsgi backends are not run yet", false, nullptr, {1, 1, 12}},
    {"uwsgi_cache_max_range_offset", H | S | L, 1, 1, Size, Value, NotYet, {}, "uwsgi backends are not run yet", false, nullptr, {1, 11, 6}},
    {"uwsgi_cache_methods", H | S | L, 1, -1, Text, Value, NotYet, only<"GET HEAD">, "uwsgi backends are not run yet", true},
    {"uwsgi_cache_min_uses", H | S | L, 1, 1, Number, Value, NotYet, only<"1">, "uwsgi backends are not run yet", false},
    {"uwsgi_cache_path", H, 2, -1, Text, None, NotYet, {}, "uwsgi backends are not run yet", true},
    {"uwsgi_cache_revalidate", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false, nullptr, {1, 5, 7}},
    {"uwsgi_cache_use_stale", H | S | L, 1, -1, Text, Value, NotYet, only<"off">, "uwsgi backends are not run yet", true},
    {"uwsgi_cache_valid", H | S | L, 1, -1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", true},
    {"uwsgi_connect_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "uwsgi backends are not run yet", false},
    {"uwsgi_force_ranges", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 7}},
    {"uwsgi_hide_header", H | S | L, 1, 1, Text, Array, NotYet, {}, "uwsgi backends are not run yet", true},
    {"uwsgi_ignore_client_abort", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false},
    {"uwsgi_ignore_headers", H | S | L, 1, -1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", true},
    {"uwsgi_intercept_errors", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false},
    {"uwsgi_limit_rate", H | S | L, 1, 1, Template, Value, NotYet, only<"0">, "uwsgi backends are not run yet", true, nullptr, {1, 7, 7}},
    {"uwsgi_max_temp_file_size", H | S | L, 1, 1, Size, Value, NotYet, only<"1024m">, "uwsgi backends are not run yet", false},
    {"uwsgi_modifier1", H | S | L, 1, 1, Number, Value, NotYet, only<"0">, "uwsgi backends are not run yet", false},
    {"uwsgi_modifier2", H | S | L, 1, 1, Number, Value, NotYet, only<"0">, "uwsgi backends are not run yet", false},
    {"uwsgi_next_upstream", H | S | L, 1, -1, Text, Value, NotYet, only<"error timeout">, "uwsgi backends are not run yet", true},
    {"uwsgi_next_upstream_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"0">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 5}},
    {"uwsgi_next_upstream_tries", H | S | L, 1, 1, Number, Value, NotYet, only<"0">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 5}},
    {"uwsgi_no_cache", H | S | L, 1, -1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", true},
    {"uwsgi_param", H | S | L, 2, 3, Text, Array, NotYet, only<"HTTP_HOST $host$is_request_port$request_port">, "uwsgi backends are not run yet", true},
    {"uwsgi_pass", L | LI, 1, 1, Text, None, NotYet, {}, "uwsgi backends are not run yet", false},
    {"uwsgi_pass_header", H | S | L, 1, 1, Text, Array, NotYet, {}, "uwsgi backends are not run yet", true},
    {"uwsgi_pass_request_body", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "uwsgi backends are not run yet", false},
    {"uwsgi_pass_request_headers", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "uwsgi backends are not run yet", false},
    {"uwsgi_read_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "uwsgi backends are not run yet", false},
    {"uwsgi_request_buffering", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 11}},
    {"uwsgi_send_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "uwsgi backends are not run yet", false},
    {"uwsgi_socket_keepalive", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false, nullptr, {1, 15, 6}},
    {"uwsgi_socket_rcvbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "uwsgi backends are not run yet", false, nullptr, {1, 31, 3}},
    {"uwsgi_socket_sndbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "uwsgi backends are not run yet", false, nullptr, {1, 31, 3}},
    {"uwsgi_ssl_certificate", H | S | L, 1, 1, Template, Value, NotYet, {}, "uwsgi backends are not run yet", false, nullptr, {1, 7, 8}},
    {"uwsgi_ssl_certificate_cache", H | S | L, 1, 3, Text, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false, nullptr, {1, 27, 4}},
    {"uwsgi_ssl_certificate_key", H | S | L, 1, 1, Template, Value, NotYet, {}, "uwsgi backends are not run yet", false, nullptr, {1, 7, 8}},
    {"uwsgi_ssl_ciphers", H | S | L, 1, 1, Text, Value, NotYet, only<"DEFAULT">, "uwsgi backends are not run yet", false, nullptr, {1, 5, 8}},
    {"uwsgi_ssl_conf_command", H | S | L, 2, 2, Text, Array, NotYet, {}, "uwsgi backends are not run yet", true, nullptr, {1, 19, 4}},
    {"uwsgi_ssl_crl", H | S | L, 1, 1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", false, nullptr, {1, 7, 0}},
    {"uwsgi_ssl_name", H | S | L, 1, 1, Template, Value, NotYet, only<"host from uwsgi_pass">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 0}},
    {"uwsgi_ssl_password_file", H | S | L, 1, 1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", false, nullptr, {1, 7, 8}},
    {"uwsgi_ssl_protocols", H | S | L, 1, -1, Text, Value, NotYet, versions_ssl_protocols, "uwsgi backends are not run yet", true, nullptr, {1, 5, 8}},
    {"uwsgi_ssl_server_name", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 0}},
    {"uwsgi_ssl_session_reuse", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "uwsgi backends are not run yet", false, nullptr, {1, 5, 8}},
    {"uwsgi_ssl_trusted_certificate", H | S | L, 1, 1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", false, nullptr, {1, 7, 0}},
    {"uwsgi_ssl_verify", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 0}},
    {"uwsgi_ssl_verify_depth", H | S | L, 1, 1, Number, Value, NotYet, only<"1">, "uwsgi backends are not run yet", false, nullptr, {1, 7, 0}},
    {"uwsgi_store", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "uwsgi backends are not run yet", false},
    {"uwsgi_store_access", H | S | L, 1, 3, Text, Value, NotYet, only<"user:rw">, "uwsgi backends are not run yet", false},
    {"uwsgi_string", H | S | L, 1, 1, Text, Value, NotYet, {}, "uwsgi backends are not run yet", false},
    {"uwsgi_temp_file_write_size", H | S | L, 1, 1, Size, Value, NotYet, only<"8k">, "uwsgi backends are not run yet", false},
    {"uwsgi_temp_path", H | S | L, 1, 4, Text, Value, NotYet, only<"uwsgi_temp">, "uwsgi backends are not run yet", false},
};

} // namespace

std::span<const DirectiveSpec> uwsgiRows()
{
    return Rows;
}

} // namespace portlight::directivetable
