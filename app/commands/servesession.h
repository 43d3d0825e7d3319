// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"
#include "api/controlserver.h"
#include "commands/commands.h"
#include "commands/pidfile.h"
#include "commands/servedconfig.h"
#include "processsignals.h"

namespace portlight {

// One run of `serve`: from the first configuration to the last exchange. Main thread.
//
// Starting ─→ Running ─→ Stopping ─→ (exit)
//     └──────────────────────┘
class ServeSession final : public QObject
{
    Q_OBJECT
public:
    explicit ServeSession(const ServeOptions &options);
    ~ServeSession() override;
    // Runs the event loop until the end; gives the exit code.
    int run();

private:
    enum class State : quint8 { Starting, Running, Stopping };
    void connectSignals();
    Result<void> openControl();
    void takeSignal(int signalNumber);
    void takeOutcome(const ApplyOutcome &outcome);
    void beginRunning(const ApplyOutcome &outcome);
    Diagnostics news(const ApplyOutcome &outcome) const;
    void stop(StopMode mode, int exitCode);
    void printStart(const ApplyOutcome &outcome) const;

    Authority m_authority; // its passphrase is asked for when a domain needs a certificate of it
    const ServeOptions m_options;
    ServeLog m_log;
    PidFile m_pidFile;
    ProcessSignals m_signals;
    std::unique_ptr<ServedConfig> m_served;
    std::unique_ptr<ControlServer> m_control; // of --control; null: not asked for
    State m_state = State::Starting;
    int m_exitCode = ExitOk;
};

} // namespace portlight
