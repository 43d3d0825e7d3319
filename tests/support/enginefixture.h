// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/proxyengine.h"

#include <QTemporaryDir>

#include <functional>
#include <map>
#include <memory>

namespace portlight::testing {

// A running engine for one test: configuration texts in, ports and what it reports out. Lives on the test's thread,
// whose event loop runs inside the calls that wait.
class EngineFixture
{
public:
    explicit EngineFixture(EngineOptions options = {});
    ~EngineFixture();

    // Applies a configuration text and waits for the outcome. In it "@dir@" becomes directory(), "@port@" and
    // "@port-NAME@" become free ports, the same one for the same name as long as this object lives.
    ApplyOutcome apply(const QByteArray &configText, bool allListenersRequired = false);
    // The same with `http { … }` around it, and an error log of level info.
    ApplyOutcome applyHttp(const QByteArray &httpBlock, bool allListenersRequired = false);
    // One server with `listen 127.0.0.1:@port@` that proxies "/" to that URL.
    ApplyOutcome proxyTo(const QByteArray &url, const QByteArray &locationDirectives = {},
                         const QByteArray &serverDirectives = {}, const QByteArray &httpDirectives = {});

    // The same over an upstream block, whose connections are kept (nginx keeps those of an address in proxy_pass
    // never).
    ApplyOutcome proxyToGroup(const QByteArray &url, const QByteArray &locationDirectives = {},
                              const QByteArray &serverDirectives = {});

    ProxyEngine &engine() { return *m_engine; }
    // Of "@port@", or of "@port-NAME@".
    quint16 port(const QByteArray &name = {}) const;
    QByteArray errorLog() const;
    bool waitForLog(QByteArrayView part) const;
    QByteArray directory() const { return m_directory.path().toUtf8(); }

    // The newest row of each exchange, in the order in which they were first seen.
    const QList<ExchangeSummary> &rows() const { return m_rows; }
    // Waits until a row is there that fits; an empty one (id 0) when none comes.
    ExchangeSummary waitForRow(const std::function<bool(const ExchangeSummary &)> &fits);
    ExchangeSummary waitForFinishedRow(int index = 0);
    ExchangeDetailPtr fetch(ExchangeId id);
    // Waits for a snapshot that fits.
    bool waitForStatus(const std::function<bool(const EngineStatus &)> &fits);
    // Destroys the engine: a fast stop.
    void destroyEngine() { m_engine.reset(); }

private:
    ApplyOutcome applyOnce(const QByteArray &text, bool allListenersRequired);
    QByteArray withPorts(QByteArray text, QByteArrayList *added);

    QTemporaryDir m_directory;
    std::unique_ptr<ProxyEngine> m_engine;
    std::map<QByteArray, quint16> m_ports;
    QList<ExchangeSummary> m_rows;
};

// Lets the test's loop turn until the condition holds; false when it hangs.
bool waitUntil(const std::function<bool()> &condition);

} // namespace portlight::testing
