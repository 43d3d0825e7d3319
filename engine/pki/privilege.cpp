// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/privilege.h"

#include "pki/trustprograms.h"

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// pkexec(1): the person dismissed the dialog, or no authorisation could be obtained.
constexpr int PkexecDismissed = 126;
constexpr int PkexecNotAuthorized = 127;

bool isPlain(QChar character)
{
    constexpr QStringView others = u"/._-=+,:@%";
    return (character.unicode() < 128 && character.isLetterOrNumber()) || others.contains(character);
}

QString quoted(const QString &word)
{
    if (!word.isEmpty() && std::all_of(word.begin(), word.end(), isPlain))
        return word;
    return u'\'' + QString(word).replace(u'\'', u"'\\''"_s) + u'\'';
}

} // namespace

QString shellText(const QStringList &command)
{
    QStringList words;
    for (const QString &word : command)
        words.append(quoted(word));
    return words.join(u' ');
}

PrivilegeWay privilegeWay(const PrivilegeSurroundings &surroundings)
{
    const TrustPrograms programs(surroundings.toolFolders, {});
    if (surroundings.root)
        return PrivilegeWay::Direct;
    if (surroundings.terminal && !programs.find(u"sudo"_s).isEmpty())
        return PrivilegeWay::Sudo;
    if (surroundings.desktop && !programs.find(u"pkexec"_s).isEmpty())
        return PrivilegeWay::Pkexec;
    return PrivilegeWay::None;
}

Result<void> runPrivileged(const QStringList &command, PrivilegeWay way, const QStringList &toolFolders,
                           const std::stop_token &stop)
{
    if (command.isEmpty())
        return {};
    const TrustPrograms programs(toolFolders, {});
    QStringList words = command;
    if (way == PrivilegeWay::Pkexec || way == PrivilegeWay::Sudo)
        words.prepend(way == PrivilegeWay::Sudo ? u"sudo"_s : u"pkexec"_s);
    const QString program = words.first().startsWith(u'/') ? words.first() : programs.find(words.first());
    if (way == PrivilegeWay::None || program.isEmpty())
        return Error{ErrorCode::ToolMissing,
                     u"neither pkexec nor sudo can run it"_s,
                     {},
                     u"run it as root: "_s + shellText(command)};
    ProgramCall call{program, words.mid(1), PrivilegedTimeMax, {}, way == PrivilegeWay::Sudo, stop};
    const ProgramOutcome outcome = programs.run(call);
    if (outcome.ok())
        return {};
    if (outcome.end == ProgramOutcome::End::Stopped)
        return Error{ErrorCode::Cancelled,
                     u"the permission was not waited for"_s,
                     {},
                     u"run it as root: "_s + shellText(command)};
    const bool refused = way == PrivilegeWay::Pkexec && outcome.end == ProgramOutcome::End::Exited
                         && (outcome.exitCode == PkexecDismissed || outcome.exitCode == PkexecNotAuthorized);
    return Error{refused ? ErrorCode::Cancelled : ErrorCode::ToolFailed,
                 refused ? u"the permission was not given: "_s + outcome.words(program) : outcome.words(program),
                 {},
                 u"run it as root: "_s + shellText(command)};
}

} // namespace portlight
