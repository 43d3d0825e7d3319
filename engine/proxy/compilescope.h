// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "base/regex.h"
#include "config/directivetable.h"
#include "proxy/variabletable.h"

#include <QSet>
#include <QString>

namespace portlight {

struct CompiledConfig;
struct LocationConfig;
struct ServerConfig;

// What the parts of one compilation share. Lives for one call of compileConfig.
struct CompileScope {
    CompiledConfig &config;
    VariableTable &variables;
    Diagnostics &diagnostics;
    NginxVersion version;
    QString prefix;                           // relative paths start here
    bool firstInLevel = false;                // of a group of directives: SetterRow::group
    const LocationConfig *location = nullptr; // whose directives are taken; null at the level of http
    const ServerConfig *server = nullptr;     // that is compiled

    RegexCache regexes;
    QSet<QByteArray> notedFiles;

    // A certificate or its like that was read: CompiledConfig::tlsFiles.
    void noteTlsFile(const QByteArray &path);

    // Compiles an expression whose captures become variables.
    Result<Regex> compileRegex(QByteArrayView pattern, bool caseless);

    void report(const Error &error, const TextPosition &where)
    {
        Diagnostic problem = Diagnostic::fromError(error);
        problem.where = where;
        diagnostics.append(problem);
    }
};

} // namespace portlight
