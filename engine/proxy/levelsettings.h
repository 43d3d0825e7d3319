// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "base/shared.h"
#include "proxy/accesssettings.h"
#include "proxy/coresettings.h"
#include "proxy/errorpagesettings.h"
#include "proxy/filesettings.h"
#include "proxy/flowsettings.h"
#include "proxy/headersettings.h"
#include "proxy/logsettings.h"
#include "proxy/proxysettings.h"
#include "proxy/resolversettings.h"
#include "proxy/rewritesettings.h"
#include "proxy/servertlssettings.h"
#include "proxy/upstreamtlssettings.h"

#include <span>

namespace portlight {

struct CompileScope;
struct LevelSettings;

// Takes one directive into a level. The error says what is wrong with its arguments; the position is added to it.
using DirectiveSetter = Result<void> (*)(LevelSettings &level, const ConfigNode &node, CompileScope &scope);

// A directive that sets something inherited.
struct SetterRow {
    const char *name;
    DirectiveSetter setter;
    // Directives that fill one list: the first of a group at a level finds CompileScope::firstInLevel set, and replaces
    // what was inherited as a whole. Null: a plain value, with its default in the directive table.
    const char *group = nullptr;
};

// What one level of a configuration (http, server, location, if) sets, on top of what it inherits: nginx's merged
// configurations, one part a module. A level starts as a copy of the one above, shares what it does not change, and
// then takes its own directives.
struct LevelSettings {
    Shared<CoreSettings> core;
    Shared<ProxySettings> proxy;
    Shared<FlowSettings> flow;
    Shared<UpstreamTlsSettings> proxyTls;
    Shared<ErrorPageSettings> errorPages;
    Shared<RewriteSettings> rewrite;
    Shared<HeaderSettings> headers;
    Shared<LogSettings> log;
    Shared<FileSettings> files;
    Shared<AccessSettings> access;
    Shared<ResolverSettings> resolver;
    Shared<ServerTlsSettings> tls;

    // Defaults of the version that `scope` names.
    static LevelSettings defaults(CompileScope &scope);
    // Takes every directive of `block` that sets something inherited. Problems are appended, with positions.
    void take(const ConfigNode &block, CompileScope &scope);
};

// The rows of each module (settings_*.cpp).
std::span<const SetterRow> coreSetters();
std::span<const SetterRow> proxySetters();
std::span<const SetterRow> proxyFieldSetters();
std::span<const SetterRow> proxyFlowSetters();
std::span<const SetterRow> retrySetters();
std::span<const SetterRow> proxyTlsSetters();
std::span<const SetterRow> errorPageSetters();
std::span<const SetterRow> rewriteSetters();
std::span<const SetterRow> headerSetters();
std::span<const SetterRow> logSetters();
std::span<const SetterRow> fileSetters();
std::span<const SetterRow> bodySetters();
std::span<const SetterRow> accessSetters();
std::span<const SetterRow> resolverSetters();
std::span<const SetterRow> tlsSetters();

} // namespace portlight
