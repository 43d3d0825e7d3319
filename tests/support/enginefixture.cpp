// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"

#include "config/parser.h"
#include "support/freeport.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace portlight::testing {

namespace {
constexpr int HangsAfterMs = 30'000;
constexpr int AppliesMax = 5;
} // namespace

bool waitUntil(const std::function<bool()> &condition)
{
    return QTest::qWaitFor(condition, HangsAfterMs);
}

EngineFixture::EngineFixture(EngineOptions options)
{
    if (options.errorLogPath.isEmpty())
        options.errorLogPath = m_directory.filePath(u"error.log"_s);
    m_engine = std::make_unique<ProxyEngine>(options);
    QObject::connect(m_engine.get(), &ProxyEngine::trafficRecorded, m_engine.get(), [this](const TrafficBatch &batch) {
        for (const ExchangeSummary &row : batch.exchanges) {
            const auto known =
                std::find_if(m_rows.begin(), m_rows.end(), [&](const auto &r) { return r.id == row.id; });
            if (known == m_rows.end())
                m_rows.append(row);
            else
                *known = row;
        }
    });
}

EngineFixture::~EngineFixture() = default;

ApplyOutcome EngineFixture::apply(const QByteArray &configText, bool allListenersRequired)
{
    for (int attempt = 1;; ++attempt) {
        QByteArrayList added;
        const ApplyOutcome outcome = applyOnce(withPorts(configText, &added), allListenersRequired);
        const bool portTaken =
            std::any_of(outcome.listeners.begin(), outcome.listeners.end(), [](const auto &listener) {
                return !listener.open && listener.error.contains(u"Address already in use"_s);
            });
        if (!portTaken || added.isEmpty() || attempt == AppliesMax)
            return outcome;
        for (const QByteArray &name : std::as_const(added))
            m_ports.erase(name); // another process was faster
    }
}

QByteArray EngineFixture::withPorts(QByteArray text, QByteArrayList *added)
{
    text.replace("@dir@", directory());
    for (qsizetype start = 0; (start = text.indexOf("@port", start)) >= 0;) {
        const qsizetype end = text.indexOf('@', start + 1);
        const QByteArray name = text.mid(start + 5, end - start - 5).mid(1); // behind "@port-"
        if (!m_ports.contains(name)) {
            m_ports[name] = freePort();
            added->append(name);
        }
        text.replace(start, end + 1 - start, QByteArray::number(m_ports[name]));
    }
    return text;
}

ApplyOutcome EngineFixture::applyOnce(const QByteArray &text, bool allListenersRequired)
{
    const ParseOutcome parsed = parseConfig(text, u"test.conf"_s);
    ApplyOutcome failed;
    failed.diagnostics = parsed.diagnostics;
    if (!parsed.ok())
        return failed;
    std::optional<ApplyOutcome> answer;
    quint64 asked = 0;
    QObject context;
    QObject::connect(m_engine.get(), &ProxyEngine::configApplied, &context, [&](const ApplyOutcome &applied) {
        if (applied.request == asked)
            answer = applied;
    });
    asked = m_engine->applyConfig(std::make_shared<const ConfigTree>(parsed.tree), allListenersRequired);
    if (!waitUntil([&] { return answer.has_value(); }))
        return failed;
    for (const Diagnostic &problem : std::as_const(answer->diagnostics)) {
        if (problem.severity == Severity::Error)
            qInfo().noquote() << problem.toString();
    }
    return *answer;
}

ApplyOutcome EngineFixture::applyHttp(const QByteArray &httpBlock, bool allListenersRequired)
{
    return apply("error_log @dir@/error.log info;\nevents { }\nhttp {\n" + httpBlock + "\n}\n", allListenersRequired);
}

ApplyOutcome EngineFixture::proxyTo(const QByteArray &url, const QByteArray &locationDirectives,
                                    const QByteArray &serverDirectives, const QByteArray &httpDirectives)
{
    return applyHttp(httpDirectives + "\nserver {\nlisten 127.0.0.1:@port@;\nserver_name shop.localhost;\n"
                     + serverDirectives + "\nlocation / {\nproxy_pass " + url + ";\n" + locationDirectives
                     + "\n}\n}\n");
}

ApplyOutcome EngineFixture::proxyToGroup(const QByteArray &url, const QByteArray &locationDirectives,
                                         const QByteArray &serverDirectives)
{
    return proxyTo("http://backends", locationDirectives, serverDirectives,
                   "upstream backends { server " + url.mid(7) + "; }");
}

quint16 EngineFixture::port(const QByteArray &name) const
{
    const auto known = m_ports.find(name);
    return known == m_ports.end() ? 0 : known->second;
}

QByteArray EngineFixture::errorLog() const
{
    QFile file(m_directory.filePath(u"error.log"_s));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool EngineFixture::waitForLog(QByteArrayView part) const
{
    return waitUntil([&] { return errorLog().contains(part); });
}

ExchangeSummary EngineFixture::waitForRow(const std::function<bool(const ExchangeSummary &)> &fits)
{
    ExchangeSummary found;
    waitUntil([&] {
        for (const ExchangeSummary &row : std::as_const(m_rows)) {
            if (fits(row)) {
                found = row;
                return true;
            }
        }
        return false;
    });
    return found;
}

ExchangeSummary EngineFixture::waitForFinishedRow(int index)
{
    return waitUntil([&] { return m_rows.size() > index && !m_rows[index].isRunning(); }) ? m_rows[index]
                                                                                          : ExchangeSummary();
}

ExchangeDetailPtr EngineFixture::fetch(ExchangeId id)
{
    std::optional<ExchangeDetailPtr> answer;
    QObject context;
    QObject::connect(m_engine.get(), &ProxyEngine::exchangeFetched, &context,
                     [&](ExchangeId fetched, const ExchangeDetailPtr &detail) {
                         if (fetched == id)
                             answer = detail;
                     });
    m_engine->fetchExchange(id);
    return waitUntil([&] { return answer.has_value(); }) ? *answer : nullptr;
}

bool EngineFixture::waitForStatus(const std::function<bool(const EngineStatus &)> &fits)
{
    return waitUntil([&] { return fits(m_engine->status()); });
}

} // namespace portlight::testing
