// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "commands/commands.h"
#include "config/directivetable.h"

#include <QCommandLineParser>

#include <optional>

namespace portlight {

// To standard output and standard error, as UTF-8, at once.
void print(const QString &text);
void print(const QByteArray &bytes);
void printError(const QString &text);
// One indented JSON document on standard output.
void printJson(const QJsonObject &object);
// "portlightctl: message", with the hint on a line of its own.
void printFailure(const Error &error);

class CommandLine;
// What could not be done, in words or with --json as its answer; gives ExitFailed.
int commandFailure(const CommandLine &line, const Error &error);
// What a running Portlight refused, or that none runs, in words or with --json as its answer; gives ExitFailed.
int controlFailure(const CommandLine &line, const Error &error);

// The options and operands of one command. `--help` and wrong usage are dealt with by parse().
class CommandLine
{
public:
    // `description`: what the command does, in sentences, for its help.
    CommandLine(const QString &name, const QString &description);

    void addOperand(const QString &name, const QString &description, const QString &syntax = {});
    void addOption(const QString &name, const QString &description, const QString &valueName = {});
    void addJsonOption();
    void addVersionOption();  // --nginx-version
    void addFragmentOption(); // --fragment

    // An exit code when the command is over already: help was asked for, or an option is unknown.
    std::optional<int> parse(const QStringList &arguments, int operandsMin, int operandsMax);
    bool isSet(const QString &option) const { return m_parser.isSet(option); }
    QString value(const QString &option) const { return m_parser.value(option); }
    QStringList values(const QString &option) const { return m_parser.values(option); }
    QStringList operands() const { return m_parser.positionalArguments(); }
    // The first operand, or the path of the user's own configuration.
    QString configPath() const;
    // Of --overlay; without it, local.conf beside the user's own configuration when that is meant and there is one.
    QString overlayPath() const;
    // Of --nginx-version; the current one without.
    NginxVersion nginxVersion() const;
    // Says what is wrong with the command line; gives ExitUsage.
    int usageError(const QString &message) const;

private:
    QString helpText() const;

    QString m_name;
    QCommandLineParser m_parser;
};

} // namespace portlight
