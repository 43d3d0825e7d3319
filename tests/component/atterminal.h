// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ctlprogram.h"

#include <pty.h>
#include <sys/ioctl.h>

namespace portlight::test {

// A program with a person at its terminal: standard input is one, the rest are pipes.
class AtTerminal
{
public:
    AtTerminal(const QProcessEnvironment &environment, const QString &program, const QStringList &arguments,
               const std::function<void()> &inChild = {})
    {
        int inner = -1;
        if (::openpty(&m_outer, &inner, nullptr, nullptr, nullptr) != 0)
            qFatal("no terminal");
        m_process.setProcessEnvironment(environment);
        m_process.setChildProcessModifier([inner, inChild] {
            ::setsid();
            ::ioctl(inner, TIOCSCTTY, 0);
            ::dup2(inner, STDIN_FILENO);
            if (inChild)
                inChild();
        });
        m_process.start(program, arguments);
        m_process.waitForStarted();
        ::close(inner);
    }
    ~AtTerminal()
    {
        m_process.kill();
        m_process.waitForFinished();
        ::close(m_outer);
    }
    Q_DISABLE_COPY_MOVE(AtTerminal)

    // Types once `question` was asked, `count` times in all.
    bool answers(const QByteArray &question, int count, const QByteArray &text)
    {
        const auto asked = [&] {
            m_err += m_process.readAllStandardError();
            return m_err.count(question) >= count || m_process.state() == QProcess::NotRunning;
        };
        return QTest::qWaitFor(asked, 20'000) && m_err.count(question) >= count
               && ::write(m_outer, text.constData(), size_t(text.size())) == text.size();
    }
    CtlProgram::Outcome end()
    {
        CtlProgram::Outcome outcome = CtlProgram::wait(m_process);
        outcome.err.prepend(m_err);
        return outcome;
    }
    // What the terminal showed of what was typed.
    QByteArray echo() const
    {
        int waiting = 0;
        ::ioctl(m_outer, FIONREAD, &waiting);
        QByteArray shown(waiting, '\0');
        return waiting > 0 && ::read(m_outer, shown.data(), size_t(waiting)) == waiting ? shown : QByteArray();
    }

private:
    QProcess m_process;
    int m_outer = -1;
    QByteArray m_err;
};

} // namespace portlight::test
