// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// ngx_http_fastcgi_module.

namespace portlight::directivetable {

namespace {

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"fastcgi_bind", H | S | L, 1, 2, Text, Value, NotYet, {}, "FastCGI backends are not run yet", false, nullptr, {0,
     8, 22}},
    {"fastcgi_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"4k">, "FastCGI backends are not run yet",
     false},
    {"fastcgi_buffering", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "FastCGI backends are not run yet", false,
     nullptr, {1, 5, 6}},
    {"fastcgi_buffers", H | S | L, 2, 2, Text, Value, NotYet, only<"8 4k">, "FastCGI backends are not run yet", false},
    {"fastcgi_busy_buffers_size", H | S | L, 1, 1, Size, Value, NotYet, only<"8k">, "FastCGI backends are not run yet",
     false},
    {"fastcgi_cache", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "FastCGI backends are not run yet", false},
    {"fastcgi_cache_background_update", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">,
     "FastCGI backends are not run yet", false, nullptr, {1, 11, 10}},
    {"fastcgi_cache_bypass", H | S | L, 1, -1, Text, Value, NotYet, {}, "FastCGI backends are not run yet", true},
    {"fastcgi_cache_key", H | S | L, 1, 1, Text, Value, NotYet, {}, "FastCGI backends are not run yet", false},
    {"fastcgi_cache_lock", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "FastCGI backends are not run yet",
     false, nullptr, {1, 1, 12}},
    {"fastcgi_cache_lock_age", H | S | L, 1, 1, Duration, Value, NotYet, only<"5s">,
     "FastCGI backends are not run yet", false, nullptr, {1, 7, 8}},
    {"fastcgi_cache_lock_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"5s">,
     "FastCGI backends are not run yet", false, nullptr, {1, 1, 12}},
    {"fastcgi_cache_max_range_offset", H | S | L, 1, 1, Size, Value, NotYet, {}, "FastCGI backends are not run yet",
     false, nullptr, {1, 11, 6}},
    {"fastcgi_cache_methods", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"GET HEAD">,
     "FastCGI backends are not run yet", true, "GET HEAD POST", {0, 7, 59}},
    {"fastcgi_cache_min_uses", H | S | L, 1, 1, Number, Value, NotYet, only<"1">, "FastCGI backends are not run yet",
     false},
    {"fastcgi_cache_path", H, 2, -1, Text, None, NotYet, {}, "FastCGI backends are not run yet", true},
    {"fastcgi_cache_revalidate", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "FastCGI backends are not run yet",
     false, nullptr, {1, 5, 7}},
    {"fastcgi_cache_use_stale", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"off">,
     "FastCGI backends are not run yet", true,
     "error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off"},
    {"fastcgi_cache_valid", H | S | L, 1, -1, Text, Value, NotYet, {}, "FastCGI backends are not run yet", true},
    {"fastcgi_catch_stderr", H | S | L, 1, 1, Text, Value, NotYet, {}, "FastCGI backends are not run yet", true},
    {"fastcgi_connect_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">,
     "FastCGI backends are not run yet", false},
    {"fastcgi_force_ranges", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "FastCGI backends are not run yet",
     false, nullptr, {1, 7, 7}},
    {"fastcgi_hide_header", H | S | L, 1, 1, Text, Array, NotYet, {}, "FastCGI backends are not run yet", true},
    {"fastcgi_ignore_client_abort", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">,
     "FastCGI backends are not run yet", false},
    {"fastcgi_ignore_headers", H | S | L, 1, -1, Enumeration, Value, NotYet, {}, "FastCGI backends are not run yet",
     true,
     "X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary"},
    {"fastcgi_index", H | S | L, 1, 1, Text, Value, NotYet, {}, "FastCGI backends are not run yet", false},
    {"fastcgi_intercept_errors", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "FastCGI backends are not run yet",
     false},
    {"fastcgi_keep_conn", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "FastCGI backends are not run yet", false,
     nullptr, {1, 1, 4}},
    {"fastcgi_limit_rate", H | S | L, 1, 1, Template, Value, NotYet, only<"0">, "FastCGI backends are not run yet",
     true, nullptr, {1, 7, 7}},
    {"fastcgi_max_temp_file_size", H | S | L, 1, 1, Size, Value, NotYet, only<"1024m">,
     "FastCGI backends are not run yet", false},
    {"fastcgi_next_upstream", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"error timeout">,
     "FastCGI backends are not run yet", true,
     "error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off"},
    {"fastcgi_next_upstream_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"0">,
     "FastCGI backends are not run yet", false, nullptr, {1, 7, 5}},
    {"fastcgi_next_upstream_tries", H | S | L, 1, 1, Number, Value, NotYet, only<"0">,
     "FastCGI backends are not run yet", false, nullptr, {1, 7, 5}},
    {"fastcgi_no_cache", H | S | L, 1, -1, Text, Value, NotYet, {}, "FastCGI backends are not run yet", true},
    {"fastcgi_param", H | S | L, 2, 3, Text, Array, NotYet, only<"HTTP_HOST $host$is_request_port$request_port">,
     "FastCGI backends are not run yet", true},
    {"fastcgi_pass", L | LI, 1, 1, Text, None, NotYet, {}, "FastCGI backends are not run yet", false},
    {"fastcgi_pass_header", H | S | L, 1, 1, Text, Array, NotYet, {}, "FastCGI backends are not run yet", true},
    {"fastcgi_pass_request_body", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "FastCGI backends are not run yet",
     false},
    {"fastcgi_pass_request_headers", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">,
     "FastCGI backends are not run yet", false},
    {"fastcgi_read_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "FastCGI backends are not run yet",
     false},
    {"fastcgi_request_buffering", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "FastCGI backends are not run yet",
     false, nullptr, {1, 7, 11}},
    {"fastcgi_send_lowat", H | S | L, 1, 1, Size, Value, NotYet, only<"0">, "FastCGI backends are not run yet", false},
    {"fastcgi_send_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "FastCGI backends are not run yet",
     false},
    {"fastcgi_socket_keepalive", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "FastCGI backends are not run yet",
     false, nullptr, {1, 15, 6}},
    {"fastcgi_socket_rcvbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "FastCGI backends are not run yet", false,
     nullptr, {1, 31, 3}},
    {"fastcgi_socket_sndbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "FastCGI backends are not run yet", false,
     nullptr, {1, 31, 3}},
    {"fastcgi_split_path_info", H | S | L, 1, 1, Text, Value, NotYet, {}, "FastCGI backends are not run yet", true},
    {"fastcgi_store", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "FastCGI backends are not run yet", false},
    {"fastcgi_store_access", H | S | L, 1, 3, Text, Value, NotYet, only<"user:rw">, "FastCGI backends are not run yet",
     false},
    {"fastcgi_temp_file_write_size", H | S | L, 1, 1, Size, Value, NotYet, only<"8k">,
     "FastCGI backends are not run yet", false},
    {"fastcgi_temp_path", H | S | L, 1, 4, Text, Value, NotYet, only<"fastcgi_temp">,
     "FastCGI backends are not run yet", false},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> fastcgiRows()
{
    return Rows;
}

} // namespace portlight::directivetable
