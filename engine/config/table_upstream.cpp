// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// ngx_http_upstream_module and the balancing modules.

namespace portlight::directivetable {

namespace {

constexpr VersionedDefault versions_keepalive[] = {{{1, 29, 7}, "32 local"}};

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"hash", U, 1, 2, Text, None, Runs, {}, "", true, nullptr, {1, 7, 2}},
    {"ip_hash", U, 0, 0, Text, None, Runs, {}, "", true},
    {"keepalive", U, 1, 2, Text, None, Runs, versions_keepalive, "", false, nullptr, {1, 1, 4}},
    {"keepalive_timeout", U, 1, 1, Duration, None, Runs, only<"60s">, "", false},
    {"least_conn", U, 0, 0, Text, None, Runs, {}, "", true, nullptr, {1, 3, 1}},
    {"least_time", U, 1, 2, Text, None, Runs, {}, "", true, nullptr, {1, 7, 10}},
    {"random", U, 0, 2, Text, None, Runs, {}, "", true, nullptr, {1, 15, 1}},
    {"server", U, 1, -1, Text, None, Runs, {}, "", true},
    {"sticky", U, 2, -1, Text, None, Runs, {}, "", false, nullptr, {1, 29, 6}},
    {"upstream", H, 1, 1, Block, None, Runs, {}, "", true},
    {"zone", U, 1, 2, Text, None, Accepted, {}, "one process shares what it knows already", false, nullptr, {1, 9, 0}},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> upstreamRows()
{
    return Rows;
}

} // namespace portlight::directivetable
