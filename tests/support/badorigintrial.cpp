// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/badorigintrial.h"

#include <QDir>
#include <QFile>

using namespace Qt::StringLiterals;

namespace portlight::testing {

namespace {

constexpr int MoreRequests = 5;

QByteArray contentOf(const QByteArray &path)
{
    QFile file(QString::fromUtf8(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

int openDescriptors()
{
    return int(QDir(u"/proc/self/fd"_s).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System).size());
}

BadOriginTrial::BadOriginTrial(ScriptedOrigin::Script script, const QByteArray &locationDirectives)
    : m_engine({.capture = true})
{
    m_origin.serve(std::move(script));
    proxyTo(m_origin.url(), locationDirectives);
}

BadOriginTrial::BadOriginTrial(const QByteArray &url, const QByteArray &locationDirectives)
    : m_engine({.capture = true})
{
    proxyTo(url, locationDirectives);
}

void BadOriginTrial::proxyTo(const QByteArray &url, const QByteArray &locationDirectives)
{
    m_ready = m_engine
                  .proxyTo(url, locationDirectives, "portlight_domain on; access_log @dir@/tries.log tries;",
                           "log_format tries '$upstream_status';")
                  .applied;
}

BadOriginOutcome BadOriginTrial::ask(const QByteArray &request)
{
    BadOriginOutcome outcome;
    const QByteArray tries = m_engine.directory() + "/tries.log";
    const qsizetype logStart = m_engine.errorLog().size();
    const qsizetype triesStart = contentOf(tries).size();
    {
        RawClient client(m_engine.port());
        client.send(request);
        outcome.answer = client.readMessage();
    }
    outcome.row = m_engine.waitForFinishedRow(m_asked++);
    waitUntil([&] { return contentOf(tries).size() > triesStart; });
    outcome.upstreamStatus = contentOf(tries).mid(triesStart).trimmed().toInt();
    outcome.log = m_engine.errorLog().mid(logStart);
    return outcome;
}

void BadOriginTrial::askBriefly(const QByteArray &request)
{
    RawClient client(m_engine.port());
    client.send(request);
    client.readMessage();
    ++m_asked;
}

bool BadOriginTrial::leavesNothing(const QByteArray &request)
{
    askBriefly(request);
    // The connections of the request before may still be on their way out: it counts what is there at most.
    const int before = openDescriptors();
    for (int i = 0; i < MoreRequests; ++i)
        askBriefly(request);
    return waitUntil([&] { return openDescriptors() <= before; });
}

} // namespace portlight::testing
