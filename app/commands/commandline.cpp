// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/commandline.h"

#include "api/controlprotocol.h"
#include "config/store.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>

#include <cstdio>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype HelpColumns = 79; // as wide as Qt lays out the options

// Breaks paragraphs between words; lines that are indented are examples and stay as they are.
QString wrapped(const QString &text)
{
    QStringList lines;
    for (const QString &paragraph : text.split(u'\n')) {
        if (paragraph.startsWith(u' ')) {
            lines += paragraph;
            continue;
        }
        QString line;
        for (const QString &word : paragraph.split(u' ')) {
            if (!line.isEmpty() && line.size() + 1 + word.size() > HelpColumns)
                lines += std::exchange(line, {});
            line += line.isEmpty() ? word : u' ' + word;
        }
        lines += line;
    }
    return lines.join(u'\n');
}

} // namespace

void print(const QByteArray &bytes)
{
    std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stdout);
    std::fflush(stdout);
}

void print(const QString &text)
{
    print(text.toUtf8());
}

void printError(const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stderr);
}

void printJson(const QJsonObject &object)
{
    print(QJsonDocument(object).toJson(QJsonDocument::Indented));
}

void printFailure(const Error &error)
{
    // A file as a whole may stand in the message already.
    const bool named = !error.where.isKnown() && error.message.contains(error.where.file);
    const QString where = named ? QString() : error.where.toString() + u": "_s;
    printError(u"portlightctl: %1%2\n"_s.arg(where, error.message));
    if (!error.hint.isEmpty())
        printError(u"  %1\n"_s.arg(error.hint));
}

int commandFailure(const CommandLine &line, const Error &error)
{
    if (line.isSet(u"json"_s))
        printJson(controlAnswer(error));
    else
        printFailure(error);
    return ExitFailed;
}

int controlFailure(const CommandLine &line, const Error &error)
{
    if (line.isSet(u"json"_s)) {
        QJsonObject answer = controlAnswer(error);
        answer.insert(u"running"_s, error.code != ErrorCode::NotRunning);
        printJson(answer);
    } else {
        printFailure(error);
    }
    return ExitFailed;
}

CommandLine::CommandLine(const QString &name, const QString &description)
    : m_name(name)
{
    m_parser.setApplicationDescription(wrapped(description));
    m_parser.setOptionsAfterPositionalArgumentsMode(QCommandLineParser::ParseAsOptions);
    m_parser.addOption({{u"h"_s, u"help"_s}, u"Show this help."_s});
}

void CommandLine::addOperand(const QString &name, const QString &description, const QString &syntax)
{
    m_parser.addPositionalArgument(name, description, syntax);
}

void CommandLine::addOption(const QString &name, const QString &description, const QString &valueName)
{
    const QStringList names = name == u"output"_s ? QStringList{u"o"_s, name} : QStringList{name};
    m_parser.addOption({names, description, valueName});
}

void CommandLine::addJsonOption()
{
    addOption(u"json"_s, u"Print the result as JSON."_s);
}

void CommandLine::addVersionOption()
{
    addOption(u"nginx-version"_s,
              u"The nginx whose directives and defaults count, such as 1.22.1; %1 when not given."_s.arg(
                  QString::fromLatin1(NginxVersion::current().toString())),
              u"version"_s);
}

void CommandLine::addFragmentOption()
{
    addOption(u"fragment"_s,
              u"FILE is a part of a configuration, such as a server or a location alone: complete it with the "
              u"blocks around it."_s);
}

std::optional<int> CommandLine::parse(const QStringList &arguments, int operandsMin, int operandsMax)
{
    if (!m_parser.parse(QStringList{u"portlightctl"_s} + arguments))
        return usageError(m_parser.errorText());
    if (m_parser.isSet(u"help"_s)) {
        print(helpText());
        return ExitOk;
    }
    const qsizetype count = operands().size();
    if (count < operandsMin)
        return usageError(u"something is missing"_s);
    if (operandsMax >= 0 && count > operandsMax)
        return usageError(u"\"%1\" is one too many"_s.arg(operands().at(operandsMax)));
    if (!nginxVersion().isValid())
        return usageError(u"\"%1\" is no version of nginx"_s.arg(value(u"nginx-version"_s)));
    return std::nullopt;
}

int CommandLine::usageError(const QString &message) const
{
    printError(u"portlightctl %1: %2; try portlightctl %1 --help\n"_s.arg(m_name, message));
    return ExitUsage;
}

// Qt's help names the program, and commands are not programs.
QString CommandLine::helpText() const
{
    QString text = m_parser.helpText();
    const qsizetype usage = text.indexOf(u"[options]"_s);
    const qsizetype lineStart = text.lastIndexOf(u'\n', usage) + 1;
    return text.replace(lineStart, usage - lineStart, u"Usage: portlightctl %1 "_s.arg(m_name));
}

QString CommandLine::configPath() const
{
    return operands().isEmpty() ? ConfigStore::defaultPath() : operands().first();
}

QString CommandLine::overlayPath() const
{
    const QString own = QFileInfo(ConfigStore::defaultPath()).dir().filePath(u"local.conf"_s);
    return isSet(u"overlay"_s) ? value(u"overlay"_s) : operands().isEmpty() && QFileInfo::exists(own) ? own : QString();
}

NginxVersion CommandLine::nginxVersion() const
{
    const QStringList known = m_parser.optionNames();
    if (!known.contains(u"nginx-version"_s))
        return NginxVersion::current();
    return NginxVersion::fromString(value(u"nginx-version"_s).toLatin1());
}

} // namespace portlight
