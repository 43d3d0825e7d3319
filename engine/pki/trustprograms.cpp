// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/trustprograms.h"

#include <QDeadlineTimer>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>

#include <algorithm>
#include <csignal>
#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int LookEveryMs = 100; // how much a program can write unnoticed

QProcessEnvironment environmentOf(const ProgramCall &call, const QStringList &folders, const QString &home)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"LC_ALL"_s, u"C"_s);
    environment.insert(u"PATH"_s, folders.join(u':'));
    if (!home.isEmpty())
        environment.insert(u"HOME"_s, home);
    for (const auto &[name, value] : call.environment)
        environment.insert(name, value);
    return environment;
}

// A program that hangs may have children that hold its pipes: the whole group goes.
void kill(QProcess &process, bool ownGroup)
{
    if (ownGroup && process.processId() > 0)
        ::kill(-pid_t(process.processId()), SIGKILL);
    process.kill();
    process.waitForFinished();
}

ProgramOutcome::End waitForEnd(QProcess &process, const ProgramCall &call)
{
    const QDeadlineTimer deadline(call.timeMax);
    while (process.state() != QProcess::NotRunning) {
        const int patienceMs = int(std::clamp<qint64>(deadline.remainingTime(), 1, LookEveryMs));
        if (process.waitForFinished(patienceMs))
            break;
        process.setReadChannel(QProcess::StandardError);
        qint64 waiting = process.bytesAvailable();
        process.setReadChannel(QProcess::StandardOutput);
        waiting += process.bytesAvailable();
        if (waiting > ProgramOutputBytesMax)
            return ProgramOutcome::End::TooMuchOutput;
        if (call.stop.stop_requested())
            return ProgramOutcome::End::Stopped;
        if (deadline.hasExpired())
            return ProgramOutcome::End::TimedOut;
    }
    return process.exitStatus() == QProcess::NormalExit ? ProgramOutcome::End::Exited : ProgramOutcome::End::Crashed;
}

} // namespace

QString ProgramOutcome::words(const QString &program) const
{
    const QString name = QFileInfo(program).fileName();
    QString text = QString::fromUtf8(errors.trimmed().isEmpty() ? output : errors).trimmed();
    if (text.size() > ProgramWordsCharsMax)
        text = u'…' + text.right(ProgramWordsCharsMax);
    switch (end) {
    case End::NotStarted: return u"%1 cannot be started: %2"_s.arg(name, text);
    case End::TimedOut:
        return u"%1 did not end in time and was stopped%2"_s.arg(name, text.isEmpty() ? QString() : u": "_s + text);
    case End::Stopped: return u"%1 was stopped"_s.arg(name);
    case End::TooMuchOutput:
        return u"%1 wrote more than %2 bytes and was stopped"_s.arg(name).arg(ProgramOutputBytesMax);
    case End::Crashed: return u"%1 crashed%2"_s.arg(name, text.isEmpty() ? QString() : u": "_s + text);
    case End::Exited: break;
    }
    if (text.isEmpty())
        return u"%1 ended with status %2"_s.arg(name).arg(exitCode);
    return text.startsWith(name + u':') ? text : name + u": "_s + text;
}

QStringList TrustPrograms::standardFolders()
{
    QStringList folders = qEnvironmentVariable("PATH").split(u':', Qt::SkipEmptyParts);
    // A user's PATH leaves out the folders of the administrator's programs; NSS's are elsewhere on Fedora.
    for (const QString &folder : {u"/usr/local/sbin"_s, u"/usr/sbin"_s, u"/sbin"_s, u"/usr/bin"_s, u"/bin"_s}) {
        if (!folders.contains(folder))
            folders.append(folder);
    }
    return folders;
}

QString TrustPrograms::find(const QString &name) const
{
    // An empty list would mean $PATH.
    return m_folders.isEmpty() ? QString() : QStandardPaths::findExecutable(name, m_folders);
}

ProgramOutcome TrustPrograms::run(const ProgramCall &call) const
{
    QProcess process;
    process.setProcessEnvironment(environmentOf(call, m_folders, m_home));
    if (call.usesTerminal)
        process.setInputChannelMode(QProcess::ForwardedInputChannel);
    else
        process.setStandardInputFile(QProcess::nullDevice());
    // In a session of its own it has no terminal to ask for a password on, and can be killed with its children.
    const bool ownGroup = !call.usesTerminal;
    if (ownGroup)
        process.setChildProcessModifier([] { ::setsid(); });
    process.start(call.program, call.arguments);
    ProgramOutcome outcome;
    if (!process.waitForStarted()) {
        outcome.errors = process.errorString().toUtf8();
        return outcome;
    }
    outcome.end = waitForEnd(process, call);
    if (process.state() != QProcess::NotRunning)
        kill(process, ownGroup);
    // What runs as root by then cannot be killed, and has come to its own end.
    if (outcome.end == ProgramOutcome::End::Stopped && process.state() == QProcess::NotRunning
        && process.exitStatus() == QProcess::NormalExit)
        outcome.end = ProgramOutcome::End::Exited;
    outcome.exitCode = process.exitCode();
    outcome.output = process.readAllStandardOutput().left(ProgramOutputBytesMax);
    outcome.errors = process.readAllStandardError().left(ProgramOutputBytesMax);
    if (outcome.end == ProgramOutcome::End::Exited
        && outcome.output.size() + outcome.errors.size() > ProgramOutputBytesMax)
        outcome.end = ProgramOutcome::End::TooMuchOutput;
    return outcome;
}

} // namespace portlight
