// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/privilege.h"
#include "pki/trustprograms.h"
#include "support/trustlab.h"

#include <QFile>
#include <QTest>

#include <csignal>
#include <thread>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds ShortTime{300};

ProgramOutcome runScript(const TrustLab &lab, const QByteArray &script,
                         std::chrono::milliseconds timeMax = TrustProgramTimeMax)
{
    lab.writeTool(u"tool"_s, script);
    const TrustPrograms programs(TrustPrograms::standardFolders(), lab.path(u"home"_s));
    return programs.run(
        {lab.path(u"tools/tool"_s), {u"one"_s, u"$two three"_s}, timeMax, {{u"GIVEN"_s, u"so"_s}}, false});
}

} // namespace

class TrustProgramsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aProgramGetsItsWordsAsTheyAre()
    {
        const TrustLab lab;
        const ProgramOutcome outcome = runScript(lab, "printf '%s|' \"$@\" \"$LC_ALL\" \"$HOME\" \"$GIVEN\"\n");
        QVERIFY(outcome.ok());
        QCOMPARE(outcome.output, "one|$two three|C|" + lab.path(u"home"_s).toUtf8() + "|so|");
    }

    void aProgramHasNoTerminalAndNoInput()
    {
        const TrustLab lab;
        const ProgramOutcome outcome = runScript(lab, "if (: </dev/tty) 2>/dev/null; then echo terminal; fi\ncat\n");
        QVERIFY(outcome.ok());
        QCOMPARE(outcome.output, QByteArray());
    }

    void aFailureHasTheProgramsOwnWords()
    {
        const TrustLab lab;
        ProgramOutcome outcome = runScript(lab, "echo output; echo 'tool: it broke' >&2; exit 3\n");
        QVERIFY(!outcome.ok());
        QCOMPARE(outcome.exitCode, 3);
        QCOMPARE(outcome.words(u"/somewhere/tool"_s), u"tool: it broke"_s);
        outcome = runScript(lab, "exit 4\n");
        QCOMPARE(outcome.words(u"/somewhere/tool"_s), u"tool ended with status 4"_s);
        outcome = runScript(lab, "printf 'x%.0s' $(seq 2000); exit 1\n");
        QCOMPARE(outcome.words(u"tool"_s), u"tool: …"_s + QString(ProgramWordsCharsMax, u'x'));
        outcome = runScript(lab, "kill -SEGV $$\n");
        QVERIFY(outcome.words(u"tool"_s).startsWith(u"tool crashed"_s));
        const TrustPrograms programs({}, {});
        outcome = programs.run({lab.path(u"tools/missing"_s), {}, ShortTime, {}, false});
        QCOMPARE(outcome.end, ProgramOutcome::End::NotStarted);
        QVERIFY(outcome.words(u"missing"_s).startsWith(u"missing cannot be started: "_s));
    }

    void aHangingProgramIsStoppedWithItsChildren()
    {
        const TrustLab lab;
        // The child holds the pipe, so the parent's end alone would not be noticed.
        const ProgramOutcome outcome =
            runScript(lab, "echo begun >&2\nsleep 1000 &\necho $! >\"$HOME/child\"\nwait\n", ShortTime);
        QCOMPARE(outcome.end, ProgramOutcome::End::TimedOut);
        QCOMPARE(outcome.words(u"tool"_s), u"tool did not end in time and was stopped: begun"_s);
        const pid_t child = readFile(lab.path(u"home/child"_s)).trimmed().toInt();
        QVERIFY(child > 0);
        // Dead, or a zombie that its new parent has not collected yet.
        QTRY_VERIFY(::kill(child, 0) != 0 || readFile(u"/proc/%1/stat"_s.arg(child)).contains(") Z"));
    }

    void aProgramIsStoppedWhenNobodyWaitsForIt()
    {
        const TrustLab lab;
        lab.writeTool(u"pkexec"_s, "echo begun >\"" + lab.path(u"log"_s).toUtf8() + "\"; exec sleep 1000\n");
        std::stop_source stop;
        std::jthread person([&lab, &stop] {
            while (!QFile::exists(lab.path(u"log"_s)))
                std::this_thread::yield();
            stop.request_stop();
        });
        const Result<void> outcome =
            runPrivileged({u"update"_s}, PrivilegeWay::Pkexec, {lab.path(u"tools"_s)}, stop.get_token());
        QVERIFY(!outcome.ok());
        QCOMPARE(outcome.error().code, ErrorCode::Cancelled);
        QCOMPARE(outcome.error().hint, u"run it as root: update"_s);
    }

    void outputHasAMaximum()
    {
        const TrustLab lab;
        const QByteArray full = QByteArray::number(ProgramOutputBytesMax);
        ProgramOutcome outcome = runScript(lab, "head -c " + full + " /dev/zero\n");
        QVERIFY(outcome.ok());
        QCOMPARE(outcome.output.size(), ProgramOutputBytesMax);
        outcome = runScript(lab, "head -c " + full + " /dev/zero; echo >&2\n");
        QCOMPARE(outcome.end, ProgramOutcome::End::TooMuchOutput);
        outcome = runScript(lab, "cat /dev/zero\n");
        QCOMPARE(outcome.end, ProgramOutcome::End::TooMuchOutput);
    }

    void programsAreLookedUpInTheGivenFoldersAlone()
    {
        const TrustLab lab;
        lab.writeTool(u"certutil"_s, "exit 0\n");
        QCOMPARE(TrustPrograms({lab.path(u"tools"_s)}, {}).find(u"certutil"_s), lab.path(u"tools/certutil"_s));
        QCOMPARE(TrustPrograms({lab.path(u"home"_s)}, {}).find(u"sh"_s), QString());
        QCOMPARE(TrustPrograms({}, {}).find(u"sh"_s), QString());
    }

    void privilegedCommandsRunByTheChosenWay()
    {
        const TrustLab lab;
        const QStringList folders{lab.path(u"tools"_s)};
        for (const QString &way : {u"sudo"_s, u"pkexec"_s})
            lab.writeTool(way, "echo \"" + way.toUtf8() + " $*\" >>\"" + lab.path(u"log"_s).toUtf8() + "\"\n");
        lab.writeTool(u"update"_s, "echo \"update $*\" >>\"" + lab.path(u"log"_s).toUtf8() + "\"\n");
        const QStringList command{u"update"_s, u"--fresh"_s};
        QVERIFY(runPrivileged(command, PrivilegeWay::Sudo, folders).ok());
        QVERIFY(runPrivileged(command, PrivilegeWay::Pkexec, folders).ok());
        QVERIFY(runPrivileged(command, PrivilegeWay::Direct, folders).ok());
        QVERIFY(runPrivileged({}, PrivilegeWay::Sudo, folders).ok());
        QCOMPARE(readFile(lab.path(u"log"_s)), "sudo update --fresh\npkexec update --fresh\nupdate --fresh\n"_ba);
    }

    void refusedPrivilegeSaysWhatToRun()
    {
        const TrustLab lab;
        const QStringList folders{lab.path(u"tools"_s)};
        const QStringList command{u"update"_s, u"--fresh"_s};
        Result<void> outcome = runPrivileged(command, PrivilegeWay::None, folders);
        QVERIFY(!outcome.ok());
        QCOMPARE(outcome.error().code, ErrorCode::ToolMissing);
        QCOMPARE(outcome.error().hint, u"run it as root: update --fresh"_s);
        outcome = runPrivileged(command, PrivilegeWay::Sudo, folders);
        QCOMPARE(outcome.error().code, ErrorCode::ToolMissing);
        lab.writeTool(u"pkexec"_s, "echo 'Error executing command as another user: Request dismissed' >&2; exit 126\n");
        outcome = runPrivileged(command, PrivilegeWay::Pkexec, folders);
        QCOMPARE(outcome.error().code, ErrorCode::Cancelled);
        QVERIFY(outcome.error().message.contains(u"Request dismissed"_s));
        lab.writeTool(u"sudo"_s, "echo 'sudo: 3 incorrect password attempts' >&2; exit 1\n");
        outcome = runPrivileged(command, PrivilegeWay::Sudo, folders);
        QCOMPARE(outcome.error().code, ErrorCode::ToolFailed);
        QCOMPARE(outcome.error().message, u"sudo: 3 incorrect password attempts"_s);
    }
};

QTEST_GUILESS_MAIN(TrustProgramsTest)
#include "tst_trust_programs.moc"
