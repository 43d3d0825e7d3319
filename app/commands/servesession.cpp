// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/servesession.h"

#include "api/controlcommands.h"
#include "api/controlprotocol.h"
#include "api/controlreports.h"
#include "api/workspace.h"
#include "commands/commandline.h"
#include "keychain/keychain.h"

#include <QCoreApplication>

#include <csignal>
#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

void printDiagnostics(const Diagnostics &diagnostics)
{
    for (const Diagnostic &diagnostic : diagnostics)
        printError(diagnostic.toString() + u'\n');
}

namespace {

bool isAboutListener(const Diagnostic &diagnostic)
{
    return diagnostic.code == ErrorCode::AddressInUse || diagnostic.code == ErrorCode::PermissionDenied
           || diagnostic.code == ErrorCode::SocketFailed;
}

ServeOptions withCertificates(ServeOptions options, const Authority &authority)
{
    options.localCertificates = authority.certificates();
    return options;
}

} // namespace

ServeSession::ServeSession(const ServeOptions &options)
    : m_authority(std::make_unique<Keychain>())
    , m_options(withCertificates(options, m_authority))
    , m_pidFile(options.pidFile)
{}

ServeSession::~ServeSession() = default;

int ServeSession::run()
{
    if (const auto opened = m_log.open(m_options.errorLog); !opened) {
        printFailure(opened.error());
        return ExitCannotStart;
    }
    m_served = m_options.demo             ? makeServedDemo(m_options)
               : m_options.file.isEmpty() ? makeServedWorkspace(m_options, m_log, m_authority)
                                          : makeServedFile(m_options);
    connectSignals();
    if (const auto opened = openControl(); !opened) {
        printFailure(opened.error());
        return ExitCannotStart;
    }
    m_authority.openWhenAsked();
    if (const auto failed = m_served->start())
        return *failed;
    return QCoreApplication::exec();
}

Result<void> ServeSession::openControl()
{
    if (m_options.control.isEmpty())
        return {};
    m_control = std::make_unique<ControlServer>();
    addBackendCommands(*m_control, m_served->engine());
    addAuthorityCommands(*m_control, m_authority);
    return m_control->start(m_options.control);
}

void ServeSession::connectSignals()
{
    connect(&m_signals, &ProcessSignals::received, this, &ServeSession::takeSignal);
    connect(&m_authority, &Authority::certificatesChanged, this, [this] {
        if (m_state != State::Stopping)
            m_served->certificatesChanged();
    });
    connect(&m_served->engine(), &ProxyEngine::configApplied, this, &ServeSession::takeOutcome);
    connect(&m_served->engine(), &ProxyEngine::stopped, this, [this] { QCoreApplication::exit(m_exitCode); });
}

// nginx's signals (docs/control.xml).
void ServeSession::takeSignal(int signalNumber)
{
    switch (signalNumber) {
    case SIGTERM:
    case SIGINT: stop(StopMode::Fast, m_exitCode); return;
    case SIGQUIT: stop(StopMode::Graceful, m_exitCode); return;
    case SIGHUP:
        if (m_state == State::Stopping)
            return;
        if (m_authority.status().state == AuthorityState::Locked)
            m_authority.openWhenAsked(); // its keychain may be open by now
        m_served->reload(m_log);
        return;
    case SIGUSR1:
        m_log.reopen();
        m_served->engine().reopenLogs();
        return;
    }
}

void ServeSession::takeOutcome(const ApplyOutcome &outcome)
{
    switch (m_state) {
    case State::Starting: beginRunning(outcome); return;
    case State::Running:
        m_log.write(news(outcome));
        if (outcome.applied)
            m_log.follow(m_served->tree(), m_options.prefix);
        return;
    case State::Stopping: return;
    }
}

void ServeSession::beginRunning(const ApplyOutcome &outcome)
{
    const Diagnostics problems = news(outcome);
    printDiagnostics(problems);
    if (!outcome.applied) {
        const bool closed = std::any_of(problems.begin(), problems.end(), isAboutListener);
        stop(StopMode::Fast, closed ? ExitCannotStart : ExitFailed);
        return;
    }
    m_log.follow(m_served->tree(), m_options.prefix);
    if (const auto written = m_pidFile.write(); !written) {
        printFailure(written.error());
        stop(StopMode::Fast, ExitCannotStart);
        return;
    }
    m_state = State::Running;
    printStart(outcome);
}

// What was not said while the configuration was read; of a listener that cannot open, only the sentence that names who
// has its port.
Diagnostics ServeSession::news(const ApplyOutcome &outcome) const
{
    const Diagnostics closed = listenerProblems(outcome.listeners);
    const Diagnostics told = m_served->told();
    Diagnostics problems;
    for (const Diagnostic &diagnostic : outcome.diagnostics) {
        if (!told.contains(diagnostic) && (closed.isEmpty() || !isAboutListener(diagnostic)))
            problems += diagnostic;
    }
    return problems + closed;
}

void ServeSession::stop(StopMode mode, int exitCode)
{
    // A fast stop may overtake a graceful one.
    m_state = State::Stopping;
    m_exitCode = exitCode;
    m_control.reset();
    m_served->aboutToStop();
    m_served->engine().stop(mode);
}

void ServeSession::printStart(const ApplyOutcome &outcome) const
{
    const QList<DomainView> domains = listDomains(m_served->tree());
    if (m_options.json) {
        EngineStatus status;
        status.listeners = outcome.listeners;
        print(controlLine({{u"ok"_s, true},
                           {u"pid"_s, qint64(::getpid())},
                           {u"domains"_s, domainsReport(domains)},
                           {u"listeners"_s, statusReport(status).value(u"listeners"_s)}}));
        return;
    }
    if (!m_options.demo && ::isatty(STDOUT_FILENO) == 0)
        return;
    QString text = m_served->greeting();
    for (const DomainView &domain : domains) {
        if (domain.enabled && !domain.url.isEmpty())
            text += domain.url + (domain.display.isEmpty() ? u"\n"_s : u" → %1\n"_s.arg(domain.display));
    }
    print(text + m_served->advice() + u"Ctrl+C stops it.\n"_s);
}

} // namespace portlight
