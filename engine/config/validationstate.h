// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/locationmatch.h"
#include "config/validate.h"

#include <QSet>

#include <optional>
#include <span>

// What the parts of validation share; only the validate*.cpp files include this.
namespace portlight::validation {

inline constexpr qsizetype ErrorsMax = 1000; // reported of one tree; a note at the end counts the rest
inline constexpr qsizetype WarningsMax = 1000;
inline constexpr qsizetype SpellingHintsMax = 100; // each is a search through the whole table

// What is known of the tree before it is walked, and the findings so far. Lives for one validateConfig().
struct State {
    const ConfigTree &tree;
    const ValidationOptions &options;
    Diagnostics findings;
    QSet<QByteArray> definedVariables;            // by map, set, named captures and their like; without '$'
    QHash<QByteArray, TextPosition> upstreams;    // defined by an upstream block
    QSet<QByteArray> zones;                       // of shared memory, by name, whatever defines them
    QSet<QByteArray> logFormats;                  // defined so far, for nginx wants them before their use
    QHash<QByteArray, TextPosition> matches = {}; // of health checks: where each is first defined
    QHash<QByteArray, qint64> sessionZones = {};  // of TLS: by name, their sizes in bytes
    qsizetype errors = 0;
    qsizetype warnings = 0;
    int silenced = 0; // > 0: inside a block that is not run, where "not run yet" was said once

    void error(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint = {});
    void warning(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint = {});
    // "x" is known to nginx but not run yet: reason
    void notYet(const QString &what, const QString &reason, const TextPosition &where);
};

// What decides whether the buffers of a level fit each other, inherited downwards. Bytes and counts; the defaults are
// those of a page of 4096 bytes.
struct BufferSizes {
    qint64 head = 4096; // proxy_buffer_size
    qint64 count = 8;   // proxy_buffers
    qint64 each = 4096;
    std::optional<qint64> busy;      // proxy_busy_buffers_size
    std::optional<qint64> fileWrite; // proxy_temp_file_write_size
    std::optional<qint64> fileMax;   // proxy_max_temp_file_size
};

// The block whose children are being looked at.
struct Scope {
    ConfigContext context = ConfigContext::Main;
    std::optional<LocationMatch> location; // the innermost one around
    BufferSizes buffers;
};

// Looks at the arguments of one directive whose place and count are right.
using Check = void (*)(State &, const ConfigNode &, const Scope &);
struct NamedCheck {
    const char *name;
    Check check;
};
// The directives that need more than their type says, by subject.
std::span<const NamedCheck> coreChecks();
std::span<const NamedCheck> listenChecks();
std::span<const NamedCheck> contentChecks();
std::span<const NamedCheck> rewriteChecks();
std::span<const NamedCheck> mapChecks();
std::span<const NamedCheck> logChecks();
std::span<const NamedCheck> proxyChecks();
std::span<const NamedCheck> zoneChecks();
std::span<const NamedCheck> healthChecks();
std::span<const NamedCheck> resolverChecks();
std::span<const NamedCheck> tlsChecks();

void sortByPlace(State &state);
// Says how much was found beyond what is listed.
void countTheRest(State &state);
QString text(QByteArrayView bytes);
// Of argument `index`, or of the directive where the argument has none.
TextPosition positionOf(const ConfigNode &node, size_t index);
// "first at line 3", or with its file when that is another than of `again`.
QString firstAt(const TextPosition &position, const TextPosition &again);
// When a directive of the next line was swallowed as an argument: where the ';' is missing. Else empty.
QString missingSemicolonHint(const ConfigNode &node);

void collectDefinitions(State &state, const std::vector<ConfigNode> &nodes);
// Variables that neither nginx nor this configuration knows, in one template.
void checkTemplate(State &state, const ConfigNode &node, size_t index);
// The same for a template that is a part of an argument, such as what stands behind "if=".
void checkTemplateText(State &state, const ConfigNode &node, size_t index, QByteArrayView text);
// Those of a directive's arguments that are templates.
void checkTemplates(State &state, const ConfigNode &node, const DirectiveSpec &spec);
// A variable that stands alone, named without its '$'.
void checkVariable(State &state, const ConfigNode &node, size_t index, QByteArrayView name);
// A variable that a directive is about to define: "$name".
void checkNewVariable(State &state, const ConfigNode &node, size_t index);
// "name" directive invalid value
void invalidDirective(State &state, const ConfigNode &node, size_t index, const Error &cause);
void invalidDirective(State &state, const ConfigNode &node, size_t index, const QString &hint = {});
// invalid parameter "word"
void invalidParameter(State &state, const ConfigNode &node, size_t index, const QString &hint = {});
// The arguments of one directive whose place and count are right.
void checkValues(State &state, const ConfigNode &node, const DirectiveSpec &spec, const Scope &scope);
// The inside of http: listens and names of its servers against each other.
void checkServers(State &state, const ConfigNode &http);
// One upstream block, one server directive in it.
void checkUpstream(State &state, const ConfigNode &upstream);
void checkPeer(State &state, const ConfigNode &server);
// `sticky`; validatesticky.cpp.
void checkSticky(State &state, const ConfigNode &node, const Scope &scope);
// Directives of one block that do not go together; the buffers that count in it are left in `scope`.
void checkTogether(State &state, const std::vector<ConfigNode> &nodes, Scope &scope);
// The health_check directives of a location, and what their group is.
void checkHealthGroups(State &state, const std::vector<ConfigNode> &nodes);
// Duplicates among the locations that are children of `block`.
void checkLocations(State &state, const ConfigNode &block);
void checkLocation(State &state, const ConfigNode &location, const Scope &scope);
// What an upstream block says of names that are looked up while running; validateresolver.cpp.
void checkResolvingUpstream(State &state, const ConfigNode &upstream);

} // namespace portlight::validation
