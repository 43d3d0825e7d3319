// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// ngx_http_core_module.

namespace portlight::directivetable {

namespace {

constexpr VersionedDefault versions_keepalive_requests[] = {{{0, 0, 0}, "100"}, {{1, 19, 10}, "1000"}};
constexpr VersionedDefault versions_sendfile_max_chunk[] = {{{0, 0, 0}, "0"}, {{1, 21, 4}, "2m"}};

constexpr DirectiveSpec Rows[] = {
    {"absolute_redirect", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "not run yet", false, nullptr, {1, 11, 8}},
    {"aio", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "not run yet", false, nullptr, {0, 8, 11}},
    {"aio_write", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "not run yet", false, nullptr, {1, 9, 13}},
    {"alias", L, 1, 1, Text, None, NotYet, {}, "files are not served yet", false},
    {"auth_delay", H | S | L, 1, 1, Duration, Value, NotYet, only<"0s">, "access is not controlled yet", false, nullptr, {1, 17, 10}},
    {"chunked_transfer_encoding", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "not run yet", false},
    {"client_body_buffer_size", H | S | L, 1, 1, Size, Value, Runs, only<"8k">, "", false},
    {"client_body_early_read", H | S, 1, -1, Text, Value, NotYet, {}, "not run yet", true},
    {"client_body_in_file_only", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"off">, "not run yet", false, "off on clean"},
    {"client_body_in_single_buffer", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "not run yet", false},
    {"client_body_temp_path", H | S | L, 1, 4, Text, Value, NotYet, only<"client_body_temp">, "nothing is spooled to disk", false},
    {"client_body_timeout", H | S | L, 1, 1, Duration, Value, Runs, only<"60s">, "", false},
    {"client_header_buffer_size", H | S, 1, 1, Size, Value, Runs, only<"1k">, "", false},
    {"client_header_timeout", H | S, 1, 1, Duration, Value, Runs, only<"60s">, "", false},
    {"client_max_body_size", H | S | L, 1, 1, Size, Value, Runs, only<"1m">, "", false},
    {"connection_pool_size", H | S, 1, 1, Size, Value, Accepted, only<"512">, "sizes a table of nginx; tables here grow as needed", false},
    {"default_type", H | S | L, 1, 1, Text, Value, Runs, only<"text/plain">, "", false},
    {"directio", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "not run yet", false, nullptr, {0, 7, 7}},
    {"directio_alignment", H | S | L, 1, 1, Size, Value, NotYet, only<"512">, "not run yet", false, nullptr, {0, 8, 11}},
    {"disable_symlinks", H | S | L, 1, 2, Text, Value, NotYet, only<"off">, "files are not served yet", false, nullptr, {1, 1, 15}},
    {"early_hints", H | S | L, 1, -1, Text, Value, NotYet, {}, "not run yet", true, nullptr, {1, 29, 0}},
    {"error_log", M | H | S | L, 1, -1, Text, Array, Runs, only<"logs/error.log error">, "file and level of the error log", true},
    {"error_page", H | S | L | LI, 2, -1, Text, Array, NotYet, {}, "error pages are not replaced yet", true},
    {"etag", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "not run yet", false, nullptr, {1, 3, 3}},
    {"gzip_disable", H | S | L, 1, -1, Text, Value, NotYet, {}, "answers are not compressed yet", true, nullptr, {0, 6, 23}},
    {"gzip_http_version", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"1.1">, "answers are not compressed yet", false, "1.0 1.1"},
    {"gzip_proxied", H | S | L, 1, -1, Text, Value, NotYet, only<"off">, "answers are not compressed yet", true},
    {"gzip_vary", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "answers are not compressed yet", false},
    {"if_modified_since", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"exact">, "conditions are not run yet", false, "off exact before", {0, 7, 24}},
    {"ignore_invalid_headers", H | S, 1, 1, Flag, Value, Runs, only<"on">, "", false},
    {"internal", L, 0, 0, Text, None, NotYet, {}, "not run yet", false},
    {"keepalive_disable", H | S | L, 1, 2, Text, Value, Accepted, only<"msie6">, "concerns browsers that are long gone", true},
    {"keepalive_min_timeout", H | S | L, 1, 1, Duration, Value, NotYet, only<"0">, "not run yet", false, nullptr, {1, 27, 4}},
    {"keepalive_requests", H | S | L | U, 1, 1, Number, Value, Runs, versions_keepalive_requests, "", false, nullptr, {0, 8, 0}},
    {"keepalive_time", H | S | L | U, 1, 1, Duration, Value, Runs, only<"1h">, "", false, nullptr, {1, 19, 10}},
    {"keepalive_timeout", H | S | L, 1, 2, Text, Value, Runs, only<"75s">, "", false},
    {"large_client_header_buffers", H | S, 2, 2, Text, Value, Runs, only<"4 8k">, "", false},
    {"limit_except", L, 1, -1, Block, None, NotYet, {}, "methods are not restricted yet", true},
    {"limit_rate", H | S | L | LI, 1, 1, Template, Value, NotYet, only<"0">, "bandwidth is not limited yet", true},
    {"limit_rate_after", H | S | L | LI, 1, 1, Template, Value, NotYet, only<"0">, "bandwidth is not limited yet", true, nullptr, {0, 8, 0}},
    {"lingering_close", H | S | L, 1, 1, Enumeration, Value, Runs, only<"on">, "", false, "off on always", {1, 1, 0}},
    {"lingering_time", H | S | L, 1, 1, Duration, Value, Runs, only<"30s">, "", false},
    {"lingering_timeout", H | S | L, 1, 1, Duration, Value, Runs, only<"5s">, "", false},
    {"listen", S, 1, -1, Text, None, Runs, only<"*:80">, "", true},
    {"location", S | L, 1, 2, Block, None, Runs, {}, "exact and prefix locations", true},
    {"log_not_found", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "not among what is logged yet", false},
    {"log_subrequest", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "not among what is logged yet", false},
    {"max_headers", H | S, 1, 1, Number, Value, Runs, only<"1000">, "", false, nullptr, {1, 29, 8}},
    {"max_ranges", H | S | L, 1, 1, Number, Value, NotYet, {}, "not run yet", false, nullptr, {1, 1, 2}},
    {"merge_slashes", H | S, 1, 1, Flag, Value, NotYet, only<"on">, "not run yet", false},
    {"msie_padding", H | S | L, 1, 1, Flag, Value, Accepted, only<"on">, "concerns browsers that are long gone", false},
    {"msie_refresh", H | S | L, 1, 1, Flag, Value, Accepted, only<"off">, "concerns browsers that are long gone", false},
    {"open_file_cache", H | S | L, 1, 2, Text, Value, NotYet, only<"off">, "files are not served yet", false},
    {"open_file_cache_errors", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "files are not served yet", false},
    {"open_file_cache_events", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "files are not served yet", false},
    {"open_file_cache_min_uses", H | S | L, 1, 1, Number, Value, NotYet, only<"1">, "files are not served yet", false},
    {"open_file_cache_valid", H | S | L, 1, 1, Duration, Value, NotYet, only<"60s">, "files are not served yet", false},
    {"port_in_redirect", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "not run yet", false},
    {"post_action", H | S | L | LI, 1, 1, Text, Value, NotYet, {}, "not run yet", false},
    {"postpone_output", H | S | L, 1, 1, Size, Value, Accepted, only<"1460">, "a way of filling packets; the answer is the same", false},
    {"read_ahead", H | S | L, 1, 1, Size, Value, NotYet, only<"0">, "not run yet", false},
    {"recursive_error_pages", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "not run yet", false},
    {"request_pool_size", H | S, 1, 1, Size, Value, Accepted, only<"4k">, "sizes a table of nginx; tables here grow as needed", false},
    {"reset_timedout_connection", H | S | L, 1, 1, Flag, Value, Runs, only<"off">, "", false},
    {"resolver", H | S | L | U, 1, -1, Text, Value, NotYet, {}, "names are looked up by the system", false},
    {"resolver_timeout", H | S | L | U, 1, 1, Duration, Value, NotYet, only<"30s">, "names are looked up by the system", false},
    {"root", H | S | L | LI, 1, 1, Text, Value, NotYet, only<"html">, "files are not served yet", false},
    {"satisfy", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"all">, "access is not controlled yet", false, "all any"},
    {"send_lowat", H | S | L, 1, 1, Size, Value, NotYet, only<"0">, "not run yet", false},
    {"send_timeout", H | S | L, 1, 1, Duration, Value, Runs, only<"60s">, "", false},
    {"sendfile", H | S | L | LI, 1, 1, Flag, Value, Accepted, only<"off">, "a way of sending files; the answer is the same", false},
    {"sendfile_max_chunk", H | S | L, 1, 1, Size, Value, Accepted, versions_sendfile_max_chunk, "a way of sending files; the answer is the same", false},
    {"server", H, 0, 0, Block, None, Runs, {}, "", true},
    {"server_name", S, 1, -1, Text, None, Runs, {}, "exact names", true},
    {"server_name_in_redirect", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "not run yet", false},
    {"server_names_hash_bucket_size", H, 1, 1, Number, None, Accepted, only<"64">, "sizes a table of nginx; tables here grow as needed", false},
    {"server_names_hash_max_size", H, 1, 1, Number, None, Accepted, only<"512">, "sizes a table of nginx; tables here grow as needed", false},
    {"server_tokens", H | S | L, 1, 1, Enumeration, Value, Runs, only<"on">, "", false, "off on build"},
    {"subrequest_output_buffer_size", H | S | L, 1, 1, Size, Value, NotYet, only<"4k">, "not run yet", false, nullptr, {1, 13, 10}},
    {"tcp_nodelay", H | S | L, 1, 1, Flag, Value, Runs, only<"on">, "", false},
    {"tcp_nopush", H | S | L, 1, 1, Flag, Value, Accepted, only<"off">, "a way of filling packets; the answer is the same", false},
    {"types", H | S | L, 0, 0, Block, Value, Accepted, only<"text/html html; image/gif gif; image/jpeg jpg;">, "maps file names to types; no files are served yet", false},
    {"types_hash_bucket_size", H | S | L, 1, 1, Number, Value, Accepted, only<"64">, "sizes a table of nginx; tables here grow as needed", false},
    {"types_hash_max_size", H | S | L, 1, 1, Number, Value, Accepted, only<"1024">, "sizes a table of nginx; tables here grow as needed", false},
    {"underscores_in_headers", H | S, 1, 1, Flag, Value, Runs, only<"off">, "", false},
    {"variables_hash_bucket_size", H, 1, 1, Number, None, Accepted, only<"64">, "sizes a table of nginx; tables here grow as needed", false},
    {"variables_hash_max_size", H, 1, 1, Number, None, Accepted, only<"1024">, "sizes a table of nginx; tables here grow as needed", false},
};

} // namespace

std::span<const DirectiveSpec> httpRows()
{
    return Rows;
}

} // namespace portlight::directivetable
