// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/proxyengine.h"
#include "api/verifyplan.h"
#include "api/verifyresponse.h"

#include <QPointer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>

namespace portlight {

class HttpFetch;

// What is to be compared.
struct VerifyJob {
    ConfigTree tree;      // with its includes, and under its overlay
    QString configFolder; // of the file it came from
    QString prefix;       // where relative paths start; empty: configFolder
    QStringList requests; // "GET /path"; with none of these and no recorded ones, defaultRequests()
    std::vector<HarRequest> recorded;
};

struct VerifyOutcome {
    VerifyRequest request;
    int status = 0; // of nginx
    QList<VerifyDifference> differences;

    bool equal() const { return differences.isEmpty(); }
};

struct VerifySummary {
    QList<VerifyOutcome> outcomes;
    QStringList notes;
    NginxVersion nginx;
    Diagnostics problems; // why it could not run; empty when it could

    bool ran() const { return problems.isEmpty(); }
    qsizetype differing() const;
};

// Runs the exported configuration in a real nginx and in an engine of its own, plays the same requests to both, and
// compares. Lives on the thread that made it, never blocks it. One run a life.
//
// AskingVersion ─→ StartingNginx ─→ StartingEngine ─→ Comparing ─→ Done
//       └────────────────┴────────────────┴───────────────────────┘
class Verifier final : public QObject
{
    Q_OBJECT
public:
    explicit Verifier(QObject *parent = nullptr);
    ~Verifier() override;
    void start(const VerifyJob &job);

Q_SIGNALS:
    void compared(const portlight::VerifyOutcome &outcome);
    void finished(const portlight::VerifySummary &summary); // once

private:
    enum class State : quint8 { AskingVersion, StartingNginx, StartingEngine, Comparing, Done };
    void prepare();
    bool planRequests(const VerifySetup &setup);
    void startNginx();
    void lookForNginx();
    void takeNginxEnd();
    void startEngine();
    void takeOutcome(const ApplyOutcome &outcome);
    void askNext();
    void ask(const QHash<QByteArray, quint16> &ports, void (Verifier::*then)(const QByteArray &));
    void takeNginxAnswer(const QByteArray &bytes);
    void takeOurAnswer(const QByteArray &bytes);
    void fail(const Error &error);
    void finish();
    QByteArray nginxText() const;
    // For one of the servers, with the certificate where there is TLS.
    ConfigTree treeAt(const QHash<QByteArray, quint16> &ports) const;

    VerifyJob m_job;
    VerifySetup m_setup;
    VerifySummary m_summary;
    State m_state = State::AskingVersion;
    QTemporaryDir m_folder;
    QProcess m_nginx;
    QTimer m_look; // whether nginx has written its pid
    int m_looks = 0;
    int m_starts = 0;
    QHash<QByteArray, quint16> m_nginxPorts; // of an address as written
    QHash<QByteArray, quint16> m_ourPorts;
    std::unique_ptr<ProxyEngine> m_engine;
    quint64 m_applied = 0;
    std::vector<VerifyRequest> m_requests;
    size_t m_next = 0;
    VerifyResponse m_nginxAnswer;
};

} // namespace portlight

Q_DECLARE_METATYPE(portlight::VerifyOutcome)
Q_DECLARE_METATYPE(portlight::VerifySummary)
