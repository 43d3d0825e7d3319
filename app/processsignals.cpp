// SPDX-License-Identifier: GPL-3.0-or-later
#include "processsignals.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace portlight {

namespace {

constexpr std::array<int, 5> Watched{SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1};

// A handler may do little more than write to a descriptor, and it finds that in a variable only (signal-safety(7)).
volatile std::sig_atomic_t writeEnd = -1;
int readEnd = -1;
std::array<struct sigaction, Watched.size()> former;

void onSignal(int signalNumber)
{
    const int savedErrno = errno;
    const unsigned char byte = static_cast<unsigned char>(signalNumber);
    // A full pipe holds that signal many times already.
    [[maybe_unused]] const ssize_t written = ::write(writeEnd, &byte, 1);
    errno = savedErrno;
}

} // namespace

ProcessSignals::ProcessSignals(QObject *parent)
    : QObject(parent)
{
    Q_ASSERT(writeEnd < 0);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        qFatal("no pipe for signals: %s", qPrintable(qt_error_string(errno)));
    readEnd = ends[0];
    writeEnd = ends[1];
    m_notifier = new QSocketNotifier(readEnd, QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &ProcessSignals::readPipe);

    struct sigaction action {
    };
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < Watched.size(); ++i)
        ::sigaction(Watched[i], &action, &former[i]);
}

ProcessSignals::~ProcessSignals()
{
    for (size_t i = 0; i < Watched.size(); ++i)
        ::sigaction(Watched[i], &former[i], nullptr);
    delete m_notifier;
    ::close(readEnd);
    ::close(writeEnd);
    readEnd = -1;
    writeEnd = -1;
}

void ProcessSignals::readPipe()
{
    unsigned char signalNumber = 0;
    while (::read(readEnd, &signalNumber, 1) == 1)
        Q_EMIT received(signalNumber);
}

} // namespace portlight
