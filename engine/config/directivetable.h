// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QFlags>

#include <span>

namespace portlight {

// A version of nginx whose defaults and directives count, such as 1.22.1.
struct NginxVersion {
    int major = 1;
    int minor = 31;
    int patch = 5;

    static constexpr NginxVersion current() { return {1, 31, 5}; }
    // Parses "1.22" or "1.22.1"; an invalid text gives 0.0.0.
    static NginxVersion fromString(QByteArrayView text);
    bool isValid() const { return major > 0; }
    QByteArray toString() const;
    friend auto operator<=>(const NginxVersion &, const NginxVersion &) = default;
};

// Where a directive may stand.
enum class ConfigContext : quint32 {
    None = 0,
    Main = 1 << 0,
    Events = 1 << 1,
    Http = 1 << 2,
    Server = 1 << 3,
    Location = 1 << 4,
    Upstream = 1 << 5,
    ServerIf = 1 << 6,
    LocationIf = 1 << 7,
    LimitExcept = 1 << 8,
    Map = 1 << 9,
    Other = 1 << 10,   // any block whose inside is not nginx directives (types, geo, split_clients, lua…)
    Overlay = 1 << 11, // the top of a local.conf
};
Q_DECLARE_FLAGS(ConfigContexts, ConfigContext)
Q_DECLARE_OPERATORS_FOR_FLAGS(ConfigContexts)

enum class DirectiveType : quint8 { Flag, Number, Size, Duration, Enumeration, Text, Template, Block };
enum class DirectiveInheritance : quint8 {
    None,  // counts where it stands
    Value, // a lower level replaces it
    Array, // any at a lower level replaces all of the higher one (add_header, proxy_set_header)
};
enum class DirectiveSupport : quint8 {
    Runs,     // the engine does it
    Accepted, // has no meaning here and none is lost (worker_processes, events …); `note` says why
    NotYet,   // nginx knows it, we do not run it yet: a warning by name, with `note` as the reason
    Own,      // a directive of ours (portlight_…)
};

// One version's default: counts from `since` on.
struct VersionedDefault {
    NginxVersion since;
    const char *value;
};

// What is known of one directive. The table is the one source for validation, defaults, compile and the reference.
struct DirectiveSpec {
    const char *name;
    ConfigContexts contexts;
    int argumentsMin;
    int argumentsMax; // -1: any number
    DirectiveType type;
    DirectiveInheritance inheritance;
    DirectiveSupport support;
    std::span<const VersionedDefault> defaults; // ascending by version; empty: no default
    const char *note;                           // why it is NotYet or Accepted, or a one-line summary
    bool repeatable;
    const char *values = nullptr;   // of an enumeration: the words allowed, with spaces between
    NginxVersion since = {0, 0, 0}; // the version of nginx that brought it; 0.0.0: always there
    bool openSource = true;         // false: nginx as one gets it refuses it (commercial, or removed)
};

// The specification of a directive, or null for one that neither nginx nor we know.
const DirectiveSpec *findDirective(QByteArrayView name);
// The same for a name that means two things, as "server" does in http and in upstream: the one of that context when
// there is one, else the first.
const DirectiveSpec *findDirective(QByteArrayView name, ConfigContext context);
std::span<const DirectiveSpec> allDirectives();

// The rows of one or of several modules of nginx that belong together.
struct DirectiveModule {
    const char *title;
    std::span<const DirectiveSpec> directives; // by name
};
std::span<const DirectiveModule> directiveModules();
// The default of `name` in that version, empty when there is none. `name` must be in the table.
QByteArray directiveDefault(QByteArrayView name, const NginxVersion &version);

} // namespace portlight
