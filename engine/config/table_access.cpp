// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// Modules that admit, limit and look up clients.

namespace portlight::directivetable {

namespace {

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"allow", H | S | L | LE, 1, 1, Text, Array, Runs, {}, "", true},
    {"ancient_browser", H | S | L, 1, -1, Text, Value, NotYet, {}, "browsers are not told apart", true},
    {"ancient_browser_value", H | S | L, 1, 1, Text, Value, NotYet, only<"1">, "browsers are not told apart", true},
    {"auth_basic", H | S | L | LE, 1, 1, Template, Value, NotYet, only<"off">, "passwords are not asked for yet",
     false},
    {"auth_basic_user_file", H | S | L | LE, 1, 1, Text, Value, NotYet, {}, "passwords are not asked for yet", false},
    {"auth_request", H | S | L, 1, 1, Text, Value, NotYet, only<"off">, "no subrequests are made yet", false},
    {"auth_request_set", H | S | L, 2, 2, Text, Value, NotYet, {}, "no subrequests are made yet", true},
    {"degradation", H, 1, 1, Text, None, NotYet, {}, "memory is not watched", true},
    {"degrade", H | S | L, 1, 1, Enumeration, Value, NotYet, {}, "memory is not watched", false, "204 444"},
    {"deny", H | S | L | LE, 1, 1, Text, Array, Runs, {}, "", true},
    {"geo", H, 1, 2, Block, None, Runs, {}, "", true},
    {"geoip_city", H, 1, 2, Text, None, NotYet, {}, "addresses are not looked up yet", false},
    {"geoip_country", H, 1, 2, Text, None, NotYet, {}, "addresses are not looked up yet", false},
    {"geoip_org", H, 1, 2, Text, None, NotYet, {}, "addresses are not looked up yet", false, nullptr, {1, 0, 3}},
    {"geoip_proxy", H, 1, 1, Text, None, NotYet, {}, "addresses are not looked up yet", true, nullptr, {1, 3, 0}},
    {"geoip_proxy_recursive", H, 1, 1, Flag, None, NotYet, only<"off">, "addresses are not looked up yet", false,
     nullptr, {1, 3, 0}},
    {"limit_conn", H | S | L, 2, 2, Text, Array, NotYet, {}, "limits of connections are not run yet", true},
    {"limit_conn_dry_run", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "limits of connections are not run yet",
     false, nullptr, {1, 17, 6}},
    {"limit_conn_log_level", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"error">,
     "limits of connections are not run yet", false, "info notice warn error", {0, 8, 18}},
    {"limit_conn_status", H | S | L, 1, 1, Number, Value, NotYet, only<"503">, "limits of connections are not run yet",
     false, nullptr, {1, 3, 15}},
    {"limit_conn_zone", H, 2, 2, Text, None, NotYet, {}, "limits of connections are not run yet", true},
    {"limit_req", H | S | L, 1, 3, Text, Array, NotYet, {}, "limits of the request rate are not run yet", true},
    {"limit_req_dry_run", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">,
     "limits of the request rate are not run yet", false, nullptr, {1, 17, 1}},
    {"limit_req_log_level", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"error">,
     "limits of the request rate are not run yet", false, "info notice warn error", {0, 8, 18}},
    {"limit_req_status", H | S | L, 1, 1, Number, Value, NotYet, only<"503">,
     "limits of the request rate are not run yet", false, nullptr, {1, 3, 15}},
    {"limit_req_zone", H, 3, 3, Text, None, NotYet, {}, "limits of the request rate are not run yet", true},
    {"modern_browser", H | S | L, 1, 2, Text, Value, NotYet, {}, "browsers are not told apart", true},
    {"modern_browser_value", H | S | L, 1, 1, Text, Value, NotYet, only<"1">, "browsers are not told apart", true},
    {"real_ip_header", H | S | L, 1, 1, Text, Value, NotYet, only<"X-Real-IP">,
     "client addresses are not replaced yet", false},
    {"real_ip_recursive", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "client addresses are not replaced yet",
     false, nullptr, {1, 3, 0}},
    {"referer_hash_bucket_size", S | L, 1, 1, Number, Value, NotYet, only<"64">, "referers are not checked yet", false,
     nullptr, {1, 0, 5}},
    {"referer_hash_max_size", S | L, 1, 1, Number, Value, NotYet, only<"2048">, "referers are not checked yet", false,
     nullptr, {1, 0, 5}},
    {"secure_link", H | S | L, 1, 1, Template, Value, NotYet, {}, "links are not checked yet", false},
    {"secure_link_md5", H | S | L, 1, 1, Template, Value, NotYet, {}, "links are not checked yet", false},
    {"secure_link_secret", H | S | L, 1, 1, Text, Value, NotYet, {}, "links are not checked yet", false},
    {"set_real_ip_from", H | S | L, 1, 1, Text, Array, NotYet, {}, "client addresses are not replaced yet", true},
    {"valid_referers", S | L, 1, -1, Text, Value, NotYet, {}, "referers are not checked yet", true},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> accessRows()
{
    return Rows;
}

} // namespace portlight::directivetable
