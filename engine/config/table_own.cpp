// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// What nginx has no words for. Every name here must be translated or reported by the exporters; those of the overlay
// stand in a file of their own, which is never exported.

namespace portlight::directivetable {

namespace {

constexpr ConfigContexts O = ConfigContext::Overlay;

// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"portlight_certificate", O, 2, 3, Text, None, Own, {},
     "serves what has that ssl_certificate without TLS (\"plain\"), or with another certificate and key", true},
    {"portlight_domain", S, 1, 1, Flag, None, Own, only<"off">,
     "marks a domain of Portlight's own: explaining pages for loopback clients", false},
    {"portlight_enabled", S, 1, 1, Flag, None, Own, only<"on">, "off: the domain is neither run nor exported", false},
    {"portlight_listen", O, 2, 2, Text, None, Own, {}, "an address as written, and the one to listen on here", true},
    {"portlight_local_certificate", H | S, 1, 1, Flag, Value, Own, only<"off">,
     "the certificate comes from this desk's own authority, for all literal names; ssl_certificate is not read", false},
    {"portlight_name", O, 2, 2, Text, None, Own, {}, "a server name, and one more that leads to the same server here",
     true},
    {"portlight_path", O, 2, 2, Text, None, Own, {}, "a path or its beginning as written, and where it is here", true},
    {"portlight_peer", O, 2, 2, Text, None, Own, {}, "a backend's address as written, and the one to use here", true},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> ownRows()
{
    return Rows;
}

} // namespace portlight::directivetable
