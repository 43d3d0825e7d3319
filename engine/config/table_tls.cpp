// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// ngx_http_ssl_module, ngx_http_v2_module, ngx_http_v3_module.

namespace portlight::directivetable {

namespace {

constexpr VersionedDefault versions_ssl_ecdh_curve[] = {{{0, 0, 0}, "prime256v1"}, {{1, 11, 0}, "auto"}};
constexpr VersionedDefault versions_ssl_protocols[] = {{{0, 0, 0}, "TLSv1 TLSv1.1 TLSv1.2"},
                                                       {{1, 23, 4}, "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
                                                       {{1, 27, 3}, "TLSv1.2 TLSv1.3"}};

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"http2", H | S, 1, 1, Flag, Value, NotYet, only<"off">, "HTTP/2 is not run yet", false, nullptr, {1, 25, 1}},
    {"http2_body_preread_size", H | S, 1, 1, Size, Value, NotYet, only<"64k">, "HTTP/2 is not run yet", false, nullptr,
     {1, 11, 0}},
    {"http2_chunk_size", H | S | L, 1, 1, Size, Value, NotYet, only<"8k">, "HTTP/2 is not run yet", false},
    {"http2_idle_timeout", H | S, 1, 1, Text, Value, NotYet, only<"3m">, "HTTP/2 is not run yet", true},
    {"http2_max_concurrent_pushes", H | S, 1, 1, Text, Value, NotYet, only<"10">, "HTTP/2 is not run yet", true,
     nullptr, {1, 13, 9}},
    {"http2_max_concurrent_streams", H | S, 1, 1, Number, Value, NotYet, only<"128">, "HTTP/2 is not run yet", false},
    {"http2_max_field_size", H | S, 1, 1, Text, Value, NotYet, only<"4k">, "HTTP/2 is not run yet", true},
    {"http2_max_header_size", H | S, 1, 1, Text, Value, NotYet, only<"16k">, "HTTP/2 is not run yet", true},
    {"http2_max_requests", H | S, 1, 1, Text, Value, NotYet, only<"1000">, "HTTP/2 is not run yet", true, nullptr,
     {1, 11, 6}},
    {"http2_pool_size", H | S, 1, 1, Size, Value, NotYet, {}, "HTTP/2 is not run yet", false},
    {"http2_push", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "HTTP/2 is not run yet", true, nullptr,
     {1, 13, 9}},
    {"http2_push_preload", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "HTTP/2 is not run yet", true, nullptr,
     {1, 13, 9}},
    {"http2_recv_buffer_size", H, 1, 1, Size, None, NotYet, only<"256k">, "HTTP/2 is not run yet", false},
    {"http2_recv_timeout", H | S, 1, 1, Text, Value, NotYet, only<"30s">, "HTTP/2 is not run yet", true},
    {"http2_streams_index_size", H | S, 1, 1, Number, Value, NotYet, {}, "HTTP/2 is not run yet", false},
    {"http3", H | S, 1, 1, Flag, Value, NotYet, only<"on">, "HTTP/3 is not run yet", false},
    {"http3_hq", H | S, 1, 1, Flag, Value, NotYet, only<"off">, "HTTP/3 is not run yet", false},
    {"http3_max_concurrent_streams", H | S, 1, 1, Number, Value, NotYet, only<"128">, "HTTP/3 is not run yet", false},
    {"http3_stream_buffer_size", H | S, 1, 1, Size, Value, NotYet, only<"64k">, "HTTP/3 is not run yet", false},
    {"quic_active_connection_id_limit", H | S, 1, 1, Number, Value, NotYet, only<"2">, "HTTP/3 is not run yet", false},
    {"quic_gso", H | S, 1, 1, Flag, Value, NotYet, only<"off">, "HTTP/3 is not run yet", false},
    {"quic_host_key", H | S, 1, 1, Text, Value, NotYet, {}, "HTTP/3 is not run yet", false},
    {"quic_retry", H | S, 1, 1, Flag, Value, NotYet, only<"off">, "HTTP/3 is not run yet", false},
    {"ssl", H | S, 1, 1, Flag, Value, Runs, only<"off">, "TLS for all listens of a server; nginx 1.25.1 removed it",
     false, nullptr, {0, 0, 0}, false},
    {"ssl_buffer_size", H | S, 1, 1, Size, Value, Runs, only<"16k">, "the largest TLS record that is sent", false,
     nullptr, {1, 5, 9}},
    {"ssl_certificate", H | S, 1, 1, Template, Array, Runs, {}, "", true},
    {"ssl_certificate_cache", H | S, 1, 3, Text, Value, Accepted, only<"off">,
     "certificates whose names have variables are read with each handshake", false, nullptr, {1, 27, 4}},
    {"ssl_certificate_compression", H | S, 1, 1, Flag, Value, NotYet, only<"off">,
     "OpenSSL 3.0 does not compress certificates", false, nullptr, {1, 29, 1}},
    {"ssl_certificate_key", H | S, 1, 1, Template, Array, Runs, {}, "", true},
    {"ssl_ciphers", H | S, 1, 1, Text, Value, Runs, only<"HIGH:!aNULL:!MD5">, "", false},
    {"ssl_client_certificate", H | S, 1, 1, Text, Value, Runs, {}, "", false},
    {"ssl_conf_command", H | S, 2, 2, Text, Array, Runs, {}, "", true, nullptr, {1, 19, 4}},
    {"ssl_crl", H | S, 1, 1, Text, Value, Runs, {}, "", false},
    {"ssl_dhparam", H | S, 1, 1, Text, Value, Runs, {}, "", false, nullptr, {0, 7, 2}},
    {"ssl_early_data", H | S, 1, 1, Flag, Value, NotYet, only<"off">,
     "early data is not read: such requests wait for the end of the handshake", false, nullptr, {1, 15, 3}},
    {"ssl_ecdh_curve", H | S, 1, 1, Text, Value, Runs, versions_ssl_ecdh_curve, "", false, nullptr, {1, 1, 0}},
    {"ssl_ech_file", H | S, 1, 1, Text, Value, NotYet, {}, "OpenSSL 3.0 has no encrypted ClientHello", true, nullptr,
     {1, 29, 4}},
    {"ssl_ocsp", H | S, 1, 1, Enumeration, Value, NotYet, only<"off">,
     "clients' certificates are not asked about at OCSP responders", false, "off on leaf", {1, 19, 0}},
    {"ssl_ocsp_cache", H | S, 1, 1, Text, Value, NotYet, only<"off">,
     "clients' certificates are not asked about at OCSP responders", false, nullptr, {1, 19, 0}},
    {"ssl_ocsp_responder", H | S, 1, 1, Text, Value, NotYet, {},
     "clients' certificates are not asked about at OCSP responders", false, nullptr, {1, 19, 0}},
    {"ssl_password_file", H | S, 1, 1, Text, Value, Runs, {}, "", false, nullptr, {1, 7, 3}},
    {"ssl_prefer_server_ciphers", H | S, 1, 1, Flag, Value, Runs, only<"off">, "", false},
    {"ssl_protocols", H | S, 1, -1, Enumeration, Value, Runs, versions_ssl_protocols, "", true,
     "SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
    {"ssl_reject_handshake", H | S, 1, 1, Flag, Value, Runs, only<"off">, "", false, nullptr, {1, 19, 4}},
    {"ssl_session_cache", H | S, 1, 2, Text, Value, Runs, only<"none">,
     "kept with each certificate; servers share no zone", true},
    {"ssl_session_ticket_key", H | S, 1, 1, Text, Value, Runs, {}, "", true, nullptr, {1, 5, 7}},
    {"ssl_session_tickets", H | S, 1, 1, Flag, Value, Runs, only<"on">, "", false, nullptr, {1, 5, 9}},
    {"ssl_session_timeout", H | S, 1, 1, Text, Value, Runs, only<"5m">, "", false},
    {"ssl_stapling", H | S, 1, 1, Flag, Value, NotYet, only<"off">, "OCSP responses are not stapled", false, nullptr,
     {1, 3, 7}},
    {"ssl_stapling_file", H | S, 1, 1, Text, Value, NotYet, {}, "OCSP responses are not stapled", false, nullptr,
     {1, 3, 7}},
    {"ssl_stapling_responder", H | S, 1, 1, Text, Value, NotYet, {}, "OCSP responses are not stapled", false, nullptr,
     {1, 3, 7}},
    {"ssl_stapling_verify", H | S, 1, 1, Flag, Value, NotYet, only<"off">, "OCSP responses are not stapled", false,
     nullptr, {1, 3, 7}},
    {"ssl_trusted_certificate", H | S, 1, 1, Text, Value, Runs, {}, "", false},
    {"ssl_verify_client", H | S, 1, 1, Enumeration, Value, Runs, only<"off">, "", false,
     "off on optional optional_no_ca"},
    {"ssl_verify_depth", H | S, 1, 1, Number, Value, Runs, only<"1">, "", false},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> tlsRows()
{
    return Rows;
}

} // namespace portlight::directivetable
