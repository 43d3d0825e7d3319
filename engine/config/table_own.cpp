// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// What nginx has no words for. Every name here must be translated or reported by the exporters.

namespace portlight::directivetable {

namespace {

constexpr DirectiveSpec Rows[] = {
    {"portlight_domain", S, 1, 1, Flag, None, Own, only<"off">,
     "marks a domain of Portlight's own: explaining pages for loopback clients", false},
    {"portlight_enabled", S, 1, 1, Flag, None, Own, only<"on">, "off: the domain is neither run nor exported", false},
};

} // namespace

std::span<const DirectiveSpec> ownRows()
{
    return Rows;
}

} // namespace portlight::directivetable
