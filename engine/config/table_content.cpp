// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// Modules that make content, rewrite and log.

namespace portlight::directivetable {

namespace {

constexpr VersionedDefault versions_output_buffers[] = {{{0, 0, 0}, "1 32k"}, {{1, 9, 5}, "2 32k"}};

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"access_log", H | S | L | LI | LE, 1, -1, Text, Array, Runs, only<"logs/access.log combined">, "", true},
    {"autoindex", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "folders are not listed yet", false},
    {"autoindex_exact_size", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "folders are not listed yet", false},
    {"autoindex_format", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"html">, "folders are not listed yet",
     false, "html json jsonp xml", {1, 7, 9}},
    {"autoindex_localtime", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "folders are not listed yet", false},
    {"break", S | L | SI | LI, 0, 0, Text, None, Runs, {}, "", true},
    {"create_full_put_path", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "WebDAV is not run yet", false},
    {"dav_access", H | S | L, 1, 3, Text, None, NotYet, only<"user:rw">, "WebDAV is not run yet", false},
    {"dav_methods", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"off">, "WebDAV is not run yet", true,
     "off put delete mkcol copy move"},
    {"empty_gif", L, 0, 0, Text, None, NotYet, {}, "the one-pixel image is not served", true},
    {"flv", L, 0, 0, Text, None, NotYet, {}, "video files are not served yet", true},
    {"if", S | L, 1, -1, Block, None, Runs, {}, "", true},
    {"index", H | S | L, 1, -1, Text, Array, Runs, only<"index.html">, "", true},
    {"log_format", H, 2, -1, Text, None, Runs, only<"combined \"...\"">, "", true},
    {"map", H, 2, 2, Block, None, Runs, {}, "", true},
    {"map_hash_bucket_size", H, 1, 1, Number, None, Accepted, only<"64">,
     "sizes a table of nginx; tables here grow as needed", false},
    {"map_hash_max_size", H, 1, 1, Number, None, Accepted, only<"2048">,
     "sizes a table of nginx; tables here grow as needed", false},
    {"memcached_bind", H | S | L, 1, 2, Text, Value, NotYet, {}, "memcached backends are not run yet", false, nullptr,
     {0, 8, 22}},
    {"memcached_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"4k">, "memcached backends are not run yet",
     false},
    {"memcached_connect_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">,
     "memcached backends are not run yet", false},
    {"memcached_gzip_flag", H | S | L, 1, 1, Number, Value, NotYet, {}, "memcached backends are not run yet", false,
     nullptr, {1, 3, 6}},
    {"memcached_next_upstream", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"error timeout">,
     "memcached backends are not run yet", true, "error timeout invalid_response not_found off"},
    {"memcached_next_upstream_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"0">,
     "memcached backends are not run yet", false, nullptr, {1, 7, 5}},
    {"memcached_next_upstream_tries", H | S | L, 1, 1, Number, Value, NotYet, only<"0">,
     "memcached backends are not run yet", false, nullptr, {1, 7, 5}},
    {"memcached_pass", L | LI, 1, 1, Text, None, NotYet, {}, "memcached backends are not run yet", false},
    {"memcached_read_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">,
     "memcached backends are not run yet", false},
    {"memcached_send_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">,
     "memcached backends are not run yet", false},
    {"memcached_socket_keepalive", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">,
     "memcached backends are not run yet", false, nullptr, {1, 15, 6}},
    {"min_delete_depth", H | S | L, 1, 1, Number, Value, NotYet, only<"0">, "WebDAV is not run yet", false},
    {"mirror", H | S | L, 1, 1, Text, Array, NotYet, only<"off">, "requests are not mirrored yet", true},
    {"mirror_request_body", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "requests are not mirrored yet", false},
    {"mp4", L, 0, 0, Text, None, NotYet, {}, "video files are not served yet", true},
    {"mp4_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"512K">, "video files are not served yet", false},
    {"mp4_max_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"10M">, "video files are not served yet", false},
    {"mp4_start_key_frame", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "video files are not served yet", false,
     nullptr, {1, 21, 4}},
    {"open_log_file_cache", H | S | L, 1, 4, Text, Value, Runs, only<"off">, "", false},
    {"output_buffers", H | S | L, 2, 2, Text, Value, Accepted, versions_output_buffers,
     "a way of reading files; the answer is the same", false},
    {"perl", L | LE, 1, 1, Text, None, NotYet, {}, "Perl is not run", true},
    {"perl_modules", H, 1, 1, Text, None, NotYet, {}, "Perl is not run", true},
    {"perl_require", H, 1, 1, Text, None, NotYet, {}, "Perl is not run", true},
    {"perl_set", H, 2, 2, Text, None, NotYet, {}, "Perl is not run", true},
    {"random_index", L, 1, 1, Flag, None, NotYet, only<"off">, "index files are not picked at random", false},
    {"return", S | L | SI | LI, 1, 2, Template, None, Runs, {}, "", true},
    {"rewrite", S | L | SI | LI, 2, 3, Template, None, Runs, {}, "", true},
    {"rewrite_log", H | S | L | SI | LI, 1, 1, Flag, Value, Runs, only<"off">, "", false},
    {"set", S | L | SI | LI, 2, 2, Template, None, Runs, {}, "", true},
    {"split_clients", H, 2, 2, Block, None, Runs, {}, "", true},
    {"stub_status", S | L, 0, 1, Text, None, Runs, {}, "", true},
    {"try_files", S | L, 2, -1, Text, None, Runs, {}, "", false},
    {"tunnel_bind", H | S | L, 1, 2, Text, Value, NotYet, {}, "CONNECT tunnels are not run yet", false},
    {"tunnel_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"16k">, "CONNECT tunnels are not run yet", false},
    {"tunnel_connect_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">,
     "CONNECT tunnels are not run yet", false},
    {"tunnel_next_upstream", H | S | L, 1, -1, Enumeration, Value, NotYet, only<"error timeout">,
     "CONNECT tunnels are not run yet", true, "error timeout off"},
    {"tunnel_next_upstream_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"0">,
     "CONNECT tunnels are not run yet", false},
    {"tunnel_next_upstream_tries", H | S | L, 1, 1, Number, Value, NotYet, only<"0">,
     "CONNECT tunnels are not run yet", false},
    {"tunnel_pass", S | L | LI, 0, 1, Text, None, NotYet, {}, "CONNECT tunnels are not run yet", false},
    {"tunnel_read_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "CONNECT tunnels are not run yet",
     false},
    {"tunnel_send_lowat", H | S | L, 1, 1, Size, Value, NotYet, only<"0">, "CONNECT tunnels are not run yet", false},
    {"tunnel_send_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "CONNECT tunnels are not run yet",
     false},
    {"tunnel_socket_keepalive", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "CONNECT tunnels are not run yet",
     false},
    {"tunnel_socket_rcvbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "CONNECT tunnels are not run yet", false,
     nullptr, {1, 31, 3}},
    {"tunnel_socket_sndbuf", H | S | L, 1, 1, Size, Value, NotYet, {}, "CONNECT tunnels are not run yet", false,
     nullptr, {1, 31, 3}},
    {"uninitialized_variable_warn", H | S | L | SI | LI, 1, 1, Flag, Value, Runs, only<"on">, "", false},
    {"userid", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"off">, "user cookies are not set", false},
    {"userid_domain", H | S | L, 1, 1, Text, Value, NotYet, only<"none">, "user cookies are not set", false},
    {"userid_expires", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "user cookies are not set", false},
    {"userid_flags", H | S | L, 1, 3, Text, Value, NotYet, only<"off">, "user cookies are not set", true, nullptr, {1,
     19, 3}},
    {"userid_mark", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "user cookies are not set", false},
    {"userid_name", H | S | L, 1, 1, Text, Value, NotYet, only<"uid">, "user cookies are not set", false},
    {"userid_p3p", H | S | L, 1, 1, Text, Value, NotYet, only<"none">, "user cookies are not set", false},
    {"userid_path", H | S | L, 1, 1, Text, Value, NotYet, only<"/">, "user cookies are not set", false},
    {"userid_service", H | S | L, 1, 1, Number, Value, NotYet, only<"IP address of the server">,
     "user cookies are not set", false},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> contentRows()
{
    return Rows;
}

} // namespace portlight::directivetable
