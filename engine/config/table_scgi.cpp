// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// ngx_http_scgi_module.

namespace portlight::directivetable {

namespace {

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"scgi_bind", H | S | L, 1, 2, Text, Value, NotYet, {}, "SCGI backends are not run yet", false},
    {"scgi_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"4k">, "SCGI backends are not run yet", false},
    {"scgi_buffering", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "SCGI backends are not run yet", false},
    {"scgi_buffers", H | S | L, 2, 2, Text, Value, NotYet, only<"8 4k">, "SCGI backends are not run yet", false},
    {"scgi_busy_buffers_size", H | S | L, 1, 1, Size, Value, NotYet, only<"8k">, "SCGI backends are not run yet",
     false},
    {"scgi_cache", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "SCGI backends are not run yet", false},
    {"scgi_cache_background_update", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">,
     "SCGI backends are not run yet", false, nullptr, {1, 11, 10}},
    {"scgi_cache_bypass", H | S | L, 1, -1, Text, Value, NotYet, {}, "SCGI backends are not run yet", true},
    {"scgi_cache_key", H | S | L, 1, 1, Text, Value, NotYet, {}, "SCGI backends are not run yet", false},
    {"scgi_cache_lock", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "SCGI backends are not run yet", false,
     nullptr, {1, 1, 12}},
    {"scgi_cache_lock_age", H | S | L, 1, 1, Duration, Value, NotYet, only<"5s">, "SCGI backends are not run yet",
     false, nullptr, {1, 7, 8}},
    {"scgi_cache_lock_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"5s">, "SCGI backends are not run yet",
     false, nullptr, {1, 1, 12}},
    {"scgi_cache_max_range_offset", H | S | L, 1, 1, Size, Value, NotYet, {}, "SCGI backends are not run yet", false,
     nullptr, {1, 11, 6}},
    {"scgi_cache_methods", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"GET HEAD">,
     "SCGI backends are not run yet", true, "GET HEAD POST"},
    {"scgi_cache_min_uses", H | S | L, 1, 1, Number, Value, NotYet, only<"1">, "SCGI backends are not run yet", false},
    {"scgi_cache_path", H, 2, -1, Text, None, NotYet, {}, "SCGI backends are not run yet", true},
    {"scgi_cache_revalidate", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "SCGI backends are not run yet",
     false, nullptr, {1, 5, 7}},
    {"scgi_cache_use_stale", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"off">,
     "SCGI backends are not run yet", true,
     "error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off"},
    {"scgi_cache_valid", H | S | L, 1, -1, Text, Value, NotYet, {}, "SCGI backends are not run yet", true},
    {"scgi_connect_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "SCGI backends are not run yet",
     false},
    {"scgi_force_ranges", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "SCGI backends are not run yet", false,
     nullptr, {1, 7, 7}},
    {"scgi_hide_header", H | S | L, 1, 1, Text, Array, NotYet, {}, "SCGI backends are not run yet", true},
    {"scgi_ignore_client_abort", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "SCGI backends are not run yet",
     false},
    {"scgi_ignore_headers", H | S | L, 1, -1, Enumeration, Value, NotYet, {}, "SCGI backends are not run yet", true,
     "X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary"},
    {"scgi_intercept_errors", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "SCGI backends are not run yet",
     false},
    {"scgi_limit_rate", H | S | L, 1, 1, Template, Value, NotYet, only<"0">, "SCGI backends are not run yet", true,
     nullptr, {1, 7, 7}},
    {"scgi_max_temp_file_size", H | S | L, 1, 1, Size, Value, NotYet, only<"1024m">, "SCGI backends are not run yet",
     false},
    {"scgi_next_upstream", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"error timeout">,
     "SCGI backends are not run yet", true,
     "error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 updating off"},
    {"scgi_next_upstream_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"0">,
     "SCGI backends are not run yet", false, nullptr, {1, 7, 5}},
    {"scgi_next_upstream_tries", H | S | L, 1, 1, Number, Value, NotYet, only<"0">, "SCGI backends are not run yet",
     false, nullptr, {1, 7, 5}},
    {"scgi_no_cache", H | S | L, 1, -1, Text, Value, NotYet, {}, "SCGI backends are not run yet", true},
    {"scgi_param", H | S | L, 2, 3, Text, Array, NotYet, only<"HTTP_HOST $host$is_request_port$request_port">,
     "SCGI backends are not run yet", true},
    {"scgi_pass", L | LI, 1, 1, Text, None, NotYet, {}, "SCGI backends are not run yet", false},
    {"scgi_pass_header", H | S | L, 1, 1, Text, Array, NotYet, {}, "SCGI backends are not run yet", true},
    {"scgi_pass_request_body", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "SCGI backends are not run yet",
     false},
    {"scgi_pass_request_headers", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "SCGI backends are not run yet",
     false},
    {"scgi_read_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "SCGI backends are not run yet",
     false},
    {"scgi_request_buffering", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "SCGI backends are not run yet",
     false, nullptr, {1, 7, 11}},
    {"scgi_send_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "SCGI backends are not run yet",
     false},
    {"scgi_socket_keepalive", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "SCGI backends are not run yet",
     false, nullptr, {1, 15, 6}},
    {"scgi_socket_rcvbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "SCGI backends are not run yet", false, nullptr,
     {1, 31, 3}},
    {"scgi_socket_sndbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "SCGI backends are not run yet", false, nullptr,
     {1, 31, 3}},
    {"scgi_store", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "SCGI backends are not run yet", false},
    {"scgi_store_access", H | S | L, 1, 3, Text, Value, NotYet, only<"user:rw">, "SCGI backends are not run yet",
     false},
    {"scgi_temp_file_write_size", H | S | L, 1, 1, Size, Value, NotYet, only<"8k">, "SCGI backends are not run yet",
     false},
    {"scgi_temp_path", H | S | L, 1, 4, Text, Value, NotYet, only<"scgi_temp">, "SCGI backends are not run yet", false},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> scgiRows()
{
    return Rows;
}

} // namespace portlight::directivetable
