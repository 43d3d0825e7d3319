// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/verifier.h"

#include "api/httpfetch.h"
#include "api/nginxprogram.h"
#include "api/throwawaycertificate.h"
#include "config/parser.h"
#include "export/nginxexporter.h"

#include <QDir>
#include <QFile>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr std::chrono::milliseconds LookInterval{10};
constexpr int LooksMax = 1000; // ten seconds
const QString CertificateFile = u"compare.crt"_s;
const QString KeyFile = u"compare.key"_s;
constexpr int StartsMax = 5; // when another process takes a port meanwhile

// A directive in front of what is there, unless there is one.
void addOnce(ConfigNode &block, const QByteArray &name, const std::vector<QByteArray> &arguments)
{
    if (!block.child(name))
        block.children.insert(block.children.begin(), ConfigNode::directive(name, arguments));
}

quint16 portAsWritten(const QByteArray &address)
{
    return address.mid(address.lastIndexOf(':') + 1).toUShort();
}

QHash<quint16, quint16> writtenPorts(const QHash<QByteArray, quint16> &ports)
{
    QHash<quint16, quint16> written;
    for (auto it = ports.begin(); it != ports.end(); ++it)
        written.insert(it.value(), portAsWritten(it.key()));
    return written;
}

} // namespace

qsizetype VerifySummary::differing() const
{
    return std::count_if(outcomes.begin(), outcomes.end(),
                         [](const VerifyOutcome &outcome) { return !outcome.equal(); });
}

Verifier::Verifier(QObject *parent)
    : QObject(parent)
{
    qRegisterMetaType<VerifyOutcome>();
    qRegisterMetaType<VerifySummary>();
    m_look.setInterval(LookInterval);
    m_nginx.setProcessChannelMode(QProcess::MergedChannels);
    connect(&m_look, &QTimer::timeout, this, &Verifier::lookForNginx);
    connect(&m_nginx, &QProcess::finished, this, &Verifier::takeNginxEnd);
    connect(&m_nginx, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            fail({ErrorCode::NotRunning, u"nginx does not start: %1"_s.arg(m_nginx.errorString()), {}, {}});
    });
}

Verifier::~Verifier()
{
    m_state = State::Done;
    if (m_nginx.state() == QProcess::NotRunning)
        return;
    m_nginx.kill();
    m_nginx.waitForFinished();
}

void Verifier::start(const VerifyJob &job)
{
    m_job = job;
    if (m_job.prefix.isEmpty())
        m_job.prefix = m_job.configFolder;
    if (nginxProgram().isEmpty())
        return fail(nginxIsMissing());
    m_nginx.start(nginxProgram(), {u"-v"_s});
}

void Verifier::fail(const Error &error)
{
    if (m_state == State::Done)
        return;
    m_summary.problems += Diagnostic::fromError(error);
    finish();
}

void Verifier::finish()
{
    m_state = State::Done;
    m_look.stop();
    m_engine.reset();
    if (m_nginx.state() != QProcess::NotRunning)
        m_nginx.terminate();
    // Not out of the call that started it.
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT finished(m_summary); }, Qt::QueuedConnection);
}

// ---- nginx -----------------------------------------------------------------------------------------

void Verifier::takeNginxEnd()
{
    const QByteArray said = m_nginx.readAll();
    switch (m_state) {
    case State::AskingVersion:
        m_summary.nginx = nginxVersionFrom(said);
        if (!m_summary.nginx.isValid())
            return fail({ErrorCode::NotRunning, u"%1 does not say its version"_s.arg(nginxProgram()), {}, {}});
        return prepare();
    case State::StartingNginx: {
        m_look.stop();
        if (said.contains("Address already in use") && m_starts < StartsMax)
            return startNginx();
        const QString reason = QString::fromUtf8(said).trimmed();
        return fail({ErrorCode::NotRunning,
                     u"nginx does not run this configuration: %1"_s.arg(reason),
                     {},
                     u"a backend that is not known here gets a portlight_peer line in the overlay"_s});
    }
    case State::StartingEngine:
    case State::Comparing: return fail({ErrorCode::NotRunning, u"nginx ended meanwhile"_s, {}, {}});
    case State::Done: return;
    }
}

void Verifier::prepare()
{
    const ExportResult exported = exportNginx(m_job.tree, {.version = m_summary.nginx, .forVersion = true});
    // Read back: what is compared is the text that would be handed over.
    const ParseOutcome read = parseConfig(exported.files.first().text, u"nginx.conf"_s);
    for (const Diagnostic &loss : exported.losses) {
        if (loss.severity == Severity::Warning)
            m_summary.notes += loss.message;
    }
    Result<VerifySetup> setup = prepareVerification(read.tree, m_job.configFolder);
    if (!setup)
        return fail(setup.error());
    m_summary.notes += setup->notes;
    if (!planRequests(*setup))
        return;
    m_setup = std::move(*setup);
    if (!m_setup.tlsAddresses.isEmpty()) {
        if (const auto made = writeThrowAwayCertificate(m_folder.filePath(CertificateFile), m_folder.filePath(KeyFile));
            !made)
            return fail(made.error());
    }
    startNginx();
}

bool Verifier::planRequests(const VerifySetup &setup)
{
    for (const QString &text : m_job.requests) {
        const Result<VerifyRequest> request = parseVerifyRequest(text, setup);
        if (!request) {
            fail(request.error());
            return false;
        }
        m_requests.push_back(*request);
    }
    for (const HarRequest &recorded : m_job.recorded)
        m_requests.push_back(requestFromHar(recorded, setup));
    if (m_requests.empty())
        m_requests = defaultRequests(setup);
    return true;
}

ConfigTree Verifier::treeAt(const QHash<QByteArray, quint16> &ports) const
{
    ConfigTree tree = withPorts(m_setup, ports);
    if (!m_setup.tlsAddresses.isEmpty())
        addCertificate(tree, QFile::encodeName(m_folder.filePath(CertificateFile)),
                       QFile::encodeName(m_folder.filePath(KeyFile)));
    return tree;
}

QByteArray Verifier::nginxText() const
{
    ConfigTree tree = treeAt(m_nginxPorts);
    const auto inFolder = [this](const char *name) {
        return QFile::encodeName(m_folder.filePath(QLatin1String(name)));
    };
    ConfigNode &http = *tree.child("http");
    for (const char *kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        addOnce(http, kind + "_temp_path"_ba, {inFolder(kind)});
    addOnce(http, "access_log", {"off"});
    QByteArray text;
    for (const ConfigNode &node :
         {ConfigNode::directive("daemon", {"off"}), ConfigNode::directive("master_process", {"off"}),
          ConfigNode::directive("pid", {inFolder("nginx.pid")}),
          ConfigNode::directive("error_log", {inFolder("error.log")})})
        text += writeConfig(node);
    return text + writeConfig(tree);
}

void Verifier::startNginx()
{
    ++m_starts;
    m_state = State::StartingNginx;
    const QList<quint16> ports = freeLoopbackPorts(2 * m_setup.addresses.size());
    for (qsizetype i = 0; i < m_setup.addresses.size(); ++i) {
        m_nginxPorts[m_setup.addresses.at(i)] = ports.at(2 * i);
        m_ourPorts[m_setup.addresses.at(i)] = ports.at(2 * i + 1);
    }
    QFile file(m_folder.filePath(u"nginx.conf"_s));
    const QByteArray text = nginxText();
    if (!m_folder.isValid() || !file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        return fail(
            {ErrorCode::FileNotWritable, u"cannot write %1: %2"_s.arg(file.fileName(), file.errorString()), {}, {}});
    file.close();
    m_looks = 0;
    m_nginx.start(nginxProgram(), {u"-p"_s, m_job.prefix.isEmpty() ? m_folder.path() : m_job.prefix, u"-c"_s,
                                   file.fileName(), u"-e"_s, u"stderr"_s});
    m_look.start();
}

// nginx writes its pid file once every address is bound.
void Verifier::lookForNginx()
{
    if (QFile::exists(m_folder.filePath(u"nginx.pid"_s))) {
        m_look.stop();
        return startEngine();
    }
    if (++m_looks > LooksMax)
        fail({ErrorCode::NotRunning, u"nginx has not opened its ports in ten seconds"_s, {}, {}});
}

// ---- ours ------------------------------------------------------------------------------------------

void Verifier::startEngine()
{
    m_state = State::StartingEngine;
    EngineOptions options;
    options.nginxVersion = m_summary.nginx; // its defaults count
    options.errorLogPath = m_folder.filePath(u"portlight.log"_s);
    options.prefix = m_job.prefix;
    m_engine = std::make_unique<ProxyEngine>(options);
    connect(m_engine.get(), &ProxyEngine::configApplied, this, &Verifier::takeOutcome);
    ConfigTree tree = treeAt(m_ourPorts);
    addOnce(*tree.child("http"), "access_log", {"off"});
    m_applied = m_engine->applyConfig(std::make_shared<const ConfigTree>(std::move(tree)), true);
}

void Verifier::takeOutcome(const ApplyOutcome &outcome)
{
    if (m_state != State::StartingEngine || outcome.request != m_applied)
        return;
    if (!outcome.applied) {
        for (const Diagnostic &diagnostic : outcome.diagnostics) {
            if (diagnostic.severity == Severity::Error)
                m_summary.problems += diagnostic;
        }
        return fail({ErrorCode::NotRunning, u"Portlight does not run this configuration"_s, {}, {}});
    }
    for (const Diagnostic &diagnostic : outcome.diagnostics) {
        const bool aboutOurs = diagnostic.message.contains(m_folder.filePath(CertificateFile));
        if (diagnostic.severity == Severity::Warning && !aboutOurs && !m_summary.notes.contains(diagnostic.message))
            m_summary.notes += diagnostic.message;
    }
    m_state = State::Comparing;
    askNext();
}

// ---- requests --------------------------------------------------------------------------------------

void Verifier::ask(const QHash<QByteArray, quint16> &ports, void (Verifier::*then)(const QByteArray &))
{
    const VerifyRequest &request = m_requests[m_next];
    auto *const fetch = new HttpFetch(this);
    connect(fetch, &HttpFetch::finished, this, [this, fetch, then] {
        const QByteArray bytes = fetch->bytes();
        fetch->deleteLater();
        if (m_state == State::Comparing)
            (this->*then)(bytes);
    });
    const quint16 port = ports.value(request.address);
    if (m_setup.tlsAddresses.contains(request.address))
        fetch->startTls(port, request.toBytes(), request.host);
    else
        fetch->start(port, request.toBytes());
}

void Verifier::askNext()
{
    if (m_next == m_requests.size())
        return finish();
    ask(m_nginxPorts, &Verifier::takeNginxAnswer);
}

void Verifier::takeNginxAnswer(const QByteArray &bytes)
{
    m_nginxAnswer = VerifyResponse::fromBytes(bytes, m_requests[m_next].method == "HEAD");
    ask(m_ourPorts, &Verifier::takeOurAnswer);
}

void Verifier::takeOurAnswer(const QByteArray &bytes)
{
    const VerifyResponse ours = VerifyResponse::fromBytes(bytes, m_requests[m_next].method == "HEAD");
    const VerifyOutcome outcome{
        m_requests[m_next], m_nginxAnswer.status,
        compareResponses(m_nginxAnswer, ours, writtenPorts(m_nginxPorts), writtenPorts(m_ourPorts))};
    m_summary.outcomes += outcome;
    Q_EMIT compared(outcome);
    ++m_next;
    askNext();
}

} // namespace portlight
