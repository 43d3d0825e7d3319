// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/proxyengine.h"

#include <optional>
#include <variant>

namespace portlight {

// What `portlightctl serve` was asked for.
struct ServeOptions {
    QString file;            // empty: the user's own configuration
    QString overlay;         // of the file
    bool isFragment = false; // the file
    bool demo = false;
    QString prefix;
    QString pidFile;
    QString errorLog;
    QString control; // the socket for commands to a FILE or the demo; empty: none
    NginxVersion nginxVersion;
    bool capture = false;
    bool json = false;
    std::shared_ptr<LocalCertificates> localCertificates; // of the session's authority

    EngineOptions engineOptions() const { return {nginxVersion, capture, errorLog, prefix, localCertificates}; }
};

// The options, or the exit code when the command is over already.
std::variant<ServeOptions, int> parseServeOptions(const QStringList &arguments);

} // namespace portlight
