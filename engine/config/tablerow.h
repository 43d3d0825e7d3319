// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/directivetable.h"

#include <algorithm>
#include <cstddef>

// The short words that the files of the directive table are written in; only those files include this.
namespace portlight::directivetable {

inline constexpr ConfigContexts M = ConfigContext::Main;
inline constexpr ConfigContexts E = ConfigContext::Events;
inline constexpr ConfigContexts H = ConfigContext::Http;
inline constexpr ConfigContexts S = ConfigContext::Server;
inline constexpr ConfigContexts L = ConfigContext::Location;
inline constexpr ConfigContexts U = ConfigContext::Upstream;
inline constexpr ConfigContexts SI = ConfigContext::ServerIf;
inline constexpr ConfigContexts LI = ConfigContext::LocationIf;
inline constexpr ConfigContexts LE = ConfigContext::LimitExcept;
inline constexpr ConfigContexts Anywhere =
    M | E | H | S | L | U | SI | LI | LE | ConfigContext::Map | ConfigContext::Other;

inline constexpr DirectiveType Flag = DirectiveType::Flag;
inline constexpr DirectiveType Number = DirectiveType::Number;
inline constexpr DirectiveType Size = DirectiveType::Size;
inline constexpr DirectiveType Duration = DirectiveType::Duration;
inline constexpr DirectiveType Enumeration = DirectiveType::Enumeration;
inline constexpr DirectiveType Text = DirectiveType::Text;
inline constexpr DirectiveType Template = DirectiveType::Template;
inline constexpr DirectiveType Block = DirectiveType::Block;

inline constexpr DirectiveInheritance None = DirectiveInheritance::None;
inline constexpr DirectiveInheritance Value = DirectiveInheritance::Value;
inline constexpr DirectiveInheritance Array = DirectiveInheritance::Array;

inline constexpr DirectiveSupport Runs = DirectiveSupport::Runs;
inline constexpr DirectiveSupport Accepted = DirectiveSupport::Accepted;
inline constexpr DirectiveSupport NotYet = DirectiveSupport::NotYet;
inline constexpr DirectiveSupport Own = DirectiveSupport::Own;

// A text as a template argument, so that a default needs no array of its own in the rows.
template<std::size_t N>
struct DefaultText {
    char data[N] = {};
    constexpr DefaultText(const char (&text)[N]) { std::copy_n(text, N, data); }
};

// The same default in every version.
template<DefaultText text>
inline constexpr VersionedDefault only[] = {{{0, 0, 0}, text.data}};

std::span<const DirectiveSpec> coreRows();
std::span<const DirectiveSpec> httpRows();
std::span<const DirectiveSpec> proxyRows();
std::span<const DirectiveSpec> upstreamRows();
std::span<const DirectiveSpec> tlsRows();
std::span<const DirectiveSpec> fastcgiRows();
std::span<const DirectiveSpec> scgiRows();
std::span<const DirectiveSpec> uwsgiRows();
std::span<const DirectiveSpec> grpcRows();
std::span<const DirectiveSpec> accessRows();
std::span<const DirectiveSpec> filtersRows();
std::span<const DirectiveSpec> contentRows();
std::span<const DirectiveSpec> commercialRows();
std::span<const DirectiveSpec> ownRows();

} // namespace portlight::directivetable
