// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <stop_token>
#include <utility>
#include <vector>

namespace portlight {

// The longest that certutil, keytool and the like may take; what takes longer is killed with its children.
inline constexpr std::chrono::seconds TrustProgramTimeMax{30};
// Rebuilding the system's store runs hooks, Java's among them.
inline constexpr std::chrono::seconds AnchorUpdateTimeMax{120};
inline constexpr qsizetype ProgramOutputBytesMax = 8 * 1024 * 1024;
inline constexpr qsizetype ProgramWordsCharsMax = 600; // of its messages, in a report

struct ProgramCall {
    QString program; // a path
    QStringList arguments;
    std::chrono::milliseconds timeMax = TrustProgramTimeMax;
    std::vector<std::pair<QString, QString>> environment; // besides what is inherited
    // Asks for a password there: it keeps the terminal and its input.
    bool usesTerminal = false;
    std::stop_token stop; // nobody waits for it any more
};

struct ProgramOutcome {
    enum class End : quint8 { Exited, NotStarted, Crashed, TimedOut, Stopped, TooMuchOutput };
    End end = End::NotStarted;
    int exitCode = -1;
    QByteArray output;
    QByteArray errors;

    bool ok() const { return end == End::Exited && exitCode == 0; }
    // "certutil: function failed: …", or that it took too long; for a report.
    QString words(const QString &program) const;
};

// Runs other programs without a shell, in LC_ALL=C, for a bounded time and without a terminal to ask on. Any thread.
class TrustPrograms
{
public:
    TrustPrograms(QStringList folders, QString home)
        : m_folders(std::move(folders))
        , m_home(std::move(home))
    {}
    // $PATH and the folders of the administrator's programs.
    static QStringList standardFolders();
    // The path of a program; empty: it is not installed.
    QString find(const QString &name) const;
    ProgramOutcome run(const ProgramCall &call) const;

private:
    QStringList m_folders;
    QString m_home; // as $HOME; empty: as it is
};

} // namespace portlight
