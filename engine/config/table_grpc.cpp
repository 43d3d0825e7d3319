// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// ngx_http_grpc_module.

namespace portlight::directivetable {

namespace {

constexpr VersionedDefault versions_ssl_protocols[] = {{{0, 0, 0}, "TLSv1 TLSv1.1 TLSv1.2"},
                                                       {{1, 23, 4}, "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
                                                       {{1, 27, 3}, "TLSv1.2 TLSv1.3"}};

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"grpc_bind", H | S | L, 1, 2, Text, Value, NotYet, {}, "gRPC backends are not run yet", false},
    {"grpc_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"4k">, "gRPC backends are not run yet", false},
    {"grpc_connect_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "gRPC backends are not run yet",
     false},
    {"grpc_hide_header", H | S | L, 1, 1, Text, Array, NotYet, {}, "gRPC backends are not run yet", true},
    {"grpc_ignore_headers", H | S | L, 1, -1, Enumeration, Value, NotYet, {}, "gRPC backends are not run yet", true,
     "X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary"},
    {"grpc_intercept_errors", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "gRPC backends are not run yet",
     false},
    {"grpc_next_upstream", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"error timeout">,
     "gRPC backends are not run yet", true,
     "error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 http_404 http_429 off"},
    {"grpc_next_upstream_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"0">,
     "gRPC backends are not run yet", false},
    {"grpc_next_upstream_tries", H | S | L, 1, 1, Number, Value, NotYet, only<"0">, "gRPC backends are not run yet",
     false},
    {"grpc_pass", L | LI, 1, 1, Text, None, NotYet, {}, "gRPC backends are not run yet", false},
    {"grpc_pass_header", H | S | L, 1, 1, Text, Array, NotYet, {}, "gRPC backends are not run yet", true},
    {"grpc_read_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "gRPC backends are not run yet",
     false},
    {"grpc_send_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "gRPC backends are not run yet",
     false},
    {"grpc_set_header", H | S | L, 2, 2, Text, Array, NotYet, only<"Content-Length $content_length">,
     "gRPC backends are not run yet", true},
    {"grpc_socket_keepalive", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "gRPC backends are not run yet",
     false, nullptr, {1, 15, 6}},
    {"grpc_socket_rcvbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "gRPC backends are not run yet", false, nullptr,
     {1, 31, 3}},
    {"grpc_socket_sndbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "gRPC backends are not run yet", false, nullptr,
     {1, 31, 3}},
    {"grpc_ssl_certificate", H | S | L, 1, 1, Template, Value, NotYet, {}, "gRPC backends are not run yet", false},
    {"grpc_ssl_certificate_cache", H | S | L, 1, 3, Text, Value, NotYet, only<"off">, "gRPC backends are not run yet",
     false, nullptr, {1, 27, 4}},
    {"grpc_ssl_certificate_key", H | S | L, 1, 1, Template, Value, NotYet, {}, "gRPC backends are not run yet", false},
    {"grpc_ssl_ciphers", H | S | L, 1, 1, Text, Value, NotYet, only<"DEFAULT">, "gRPC backends are not run yet", false},
    {"grpc_ssl_conf_command", H | S | L, 2, 2, Text, Array, NotYet, {}, "gRPC backends are not run yet", true, nullptr,
     {1, 19, 4}},
    {"grpc_ssl_crl", H | S | L, 1, 1, Text, Value, NotYet, {}, "gRPC backends are not run yet", false},
    {"grpc_ssl_name", H | S | L, 1, 1, Template, Value, NotYet, only<"host from grpc_pass">,
     "gRPC backends are not run yet", false},
    {"grpc_ssl_password_file", H | S | L, 1, 1, Text, Value, NotYet, {}, "gRPC backends are not run yet", false},
    {"grpc_ssl_protocols", H | S | L, 1, -1, Enumeration, Value, NotYet, versions_ssl_protocols,
     "gRPC backends are not run yet", true, "SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
    {"grpc_ssl_server_name", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "gRPC backends are not run yet", false},
    {"grpc_ssl_session_reuse", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "gRPC backends are not run yet",
     false},
    {"grpc_ssl_trusted_certificate", H | S | L, 1, 1, Text, Value, NotYet, {}, "gRPC backends are not run yet", false},
    {"grpc_ssl_verify", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "gRPC backends are not run yet", false},
    {"grpc_ssl_verify_depth", H | S | L, 1, 1, Number, Value, NotYet, only<"1">, "gRPC backends are not run yet",
     false},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> grpcRows()
{
    return Rows;
}

} // namespace portlight::directivetable
