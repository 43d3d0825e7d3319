// SPDX-License-Identifier: GPL-3.0-or-later
// The same configuration and the same bytes for the real nginx and for our engine, in front of the same backends: what
// the clients and the backends get must be equal byte for byte, but for the date and the ports.
//
// For whoever writes cases, in the environment:
//     PORTLIGHT_PARITY=nginx        plays to the real nginx alone and prints what it answers
//     PORTLIGHT_PARITY_CASES=DIR    reads the cases of that folder instead of the repository's
//     PORTLIGHT_PARITY_ONLY=TEXT    plays only the cases whose names begin so
#include "support/dnsserver.h"
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/parityconversation.h"

#include <QDir>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr NginxVersion Reference{1, 22, 1};
constexpr qsizetype RequestsMin = 2000;
constexpr size_t ConfigurationsMin = 80;

QByteArray shortened(const QByteArray &text)
{
    constexpr qsizetype shownMax = 6000;
    return text.size() <= shownMax ? text : text.left(shownMax) + "…\n";
}

// The names of the ports of a configuration: "" for "@port@", NAME for "@port-NAME@".
QByteArrayList portNames(const QByteArray &text)
{
    static const QRegularExpression placeholder(u"@port(?:-(\\w+))?@"_s);
    QByteArrayList names;
    auto matches = placeholder.globalMatch(QString::fromUtf8(text));
    while (matches.hasNext())
        names += matches.next().captured(1).toUtf8();
    return names;
}

template<typename Server>
ParityServer reachable(const Server &server, const QByteArray &config, const QByteArray &directory,
                       const QString &files)
{
    ParityServer reached;
    for (const QByteArray &name : portNames(config))
        reached.ports[name] = server.port(name);
    reached.directory = directory;
    reached.files = files.toUtf8();
    return reached;
}

} // namespace

class TestProxyParity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyCaseIsNamedOnce();
    void answersAsNginx_data();
    void answersAsNginx();

private:
    void startDns();
    void startServers(const ParityCase &parityCase);
    void startOurs(const QByteArray &text);
    QByteArray withPlaces(QByteArray text) const;

    const bool m_nginxAlone = qgetenv("PORTLIGHT_PARITY") == "nginx";
    ParityCases m_cases;
    QTemporaryDir m_files;
    std::unique_ptr<RecordingOrigin> m_origin;
    std::unique_ptr<DnsServer> m_dns;
    std::unique_ptr<NginxServer> m_nginx;
    std::unique_ptr<EngineFixture> m_ours;
    ParityServer m_nginxReached;
    ParityServer m_oursReached;
    QByteArray m_running;         // name of the configuration
    QByteArrayList m_awaitedLogs; // of the case before: the servers may still be writing to others
};

void TestProxyParity::initTestCase()
{
    const QDir folder(
        qEnvironmentVariable("PORTLIGHT_PARITY_CASES", QStringLiteral(PORTLIGHT_SOURCE_DIR "/tests/parity/cases")));
    for (const QString &name : folder.entryList({u"*.txt"_s}, QDir::Files, QDir::Name))
        readParityCases(folder.filePath(name), m_cases);
    QVERIFY2(m_cases.problem.isEmpty(), m_cases.problem.constData());
    const QByteArray filesProblem = writeParityFiles(m_cases, m_files.path());
    QVERIFY2(filesProblem.isEmpty(), filesProblem.constData());
    m_origin = std::make_unique<RecordingOrigin>();
    startDns();
}

// The names of the cases about the resolver. IPv6 addresses there are none: nginx takes the families in any order.
void TestProxyParity::startDns()
{
    const QList<DnsRecordText> loopback = {{"A", "127.0.0.1", 300, {}}};
    m_dns = std::make_unique<DnsServer>();
    m_dns->setAddresses("good.test", {"127.0.0.1"});
    m_dns->setAddresses("empty.test", {});
    m_dns->set("cut.test", "A", DnsScript::truncated(loopback));
    for (const char *type : {"A", "AAAA"}) {
        m_dns->set("alias.test", type, DnsScript::answer({{"CNAME", "good.test", 300, {}}}));
        m_dns->set("lost.test", type, DnsScript::failure(2));
        m_dns->set("no.test", type, DnsScript::failure(5));
        m_dns->set("silent.test", type, DnsScript::silence());
    }
}

void TestProxyParity::everyCaseIsNamedOnce()
{
    QSet<QByteArray> names;
    qsizetype requests = 0;
    for (const ParityCase &parityCase : m_cases.cases) {
        QVERIFY2(!names.contains(parityCase.name), parityCase.name.constData());
        names.insert(parityCase.name);
        for (const ParityStep &step : parityCase.steps)
            requests += step.kind == ParityStep::Kind::Read || step.kind == ParityStep::Kind::ReadToEnd;
    }
    qInfo("%zu cases, %lld requests, %zu configurations", m_cases.cases.size(), qlonglong(requests),
          m_cases.configs.size());
    if (qEnvironmentVariableIsSet("PORTLIGHT_PARITY_CASES"))
        return;
    QVERIFY2(requests >= RequestsMin, QByteArray::number(requests).constData());
    QVERIFY(m_cases.configs.size() >= ConfigurationsMin);
}

void TestProxyParity::answersAsNginx_data()
{
    QTest::addColumn<int>("index");
    const QByteArray wanted = qgetenv("PORTLIGHT_PARITY_ONLY");
    for (size_t i = 0; i < m_cases.cases.size(); ++i) {
        if (m_cases.cases[i].name.startsWith(wanted))
            QTest::newRow(m_cases.cases[i].name.constData()) << int(i);
    }
}

QByteArray TestProxyParity::withPlaces(QByteArray text) const
{
    for (const char label : QByteArrayView("abc"))
        text.replace("@origin-"_ba + label + '@', QByteArray::number(m_origin->port(label)));
    text.replace("@origin@", QByteArray::number(m_origin->port('a')));
    text.replace("@dns@", m_dns->address());
    text.replace("@refused@", QByteArray::number(m_origin->refusedPort()));
    text.replace("@full@", QByteArray::number(m_origin->fullPort()));
    return text.replace("@files@", m_files.path().toUtf8());
}

void TestProxyParity::startServers(const ParityCase &parityCase)
{
    const QByteArrayList logs = parityCase.logs();
    const bool mayWriteStill =
        std::any_of(logs.begin(), logs.end(), [&](const QByteArray &log) { return !m_awaitedLogs.contains(log); });
    m_awaitedLogs = logs;
    if (m_running == parityCase.config && !parityCase.fresh && !mayWriteStill)
        return;
    const QByteArray text = withPlaces(m_cases.configs.at(parityCase.config));
    m_running.clear();
    m_nginx.reset();
    m_ours.reset();
    m_nginx = std::make_unique<NginxServer>(text, QByteArray(), m_files.path());
    QVERIFY2(m_nginx->isRunning(), qPrintable(m_nginx->problem()));
    m_nginxReached = reachable(*m_nginx, text, m_nginx->directory().toUtf8(), m_files.path());
    if (!m_nginxAlone)
        startOurs(text);
    if (!QTest::currentTestFailed() && !parityCase.fresh)
        m_running = parityCase.config;
}

void TestProxyParity::startOurs(const QByteArray &text)
{
    m_ours = std::make_unique<EngineFixture>(EngineOptions{.nginxVersion = Reference, .prefix = m_files.path()});
    const ApplyOutcome outcome = m_ours->applyHttp("access_log off;\n" + text, true);
    for (const Diagnostic &diagnostic : outcome.diagnostics)
        qInfo("%s", qPrintable(diagnostic.toString()));
    QVERIFY(outcome.applied);
    m_oursReached = reachable(*m_ours, text, m_ours->directory(), m_files.path());
}

void TestProxyParity::answersAsNginx()
{
    QFETCH(int, index);
    const ParityCase &parityCase = m_cases.cases[size_t(index)];
    startServers(parityCase);
    if (QTest::currentTestFailed())
        return;
    ParityConversation withNginx(parityCase, *m_origin, m_nginxReached);
    const QByteArray expected = withNginx.run();
    if (m_nginxAlone) {
        QVERIFY2(!withNginx.timedOut(), expected.constData());
        qInfo("== nginx\n%s", expected.constData());
        return;
    }
    ParityConversation withOurs(parityCase, *m_origin, m_oursReached);
    const QByteArray actual = withOurs.run();
    const LineDifference difference = compareLines(expected.split('\n'), actual.split('\n'));
    const QByteArray both = "\n== nginx\n" + shortened(expected) + "== ours\n" + shortened(actual);
    QVERIFY2(!withNginx.timedOut() && !withOurs.timedOut(), ("a wait never ended" + both).constData());
    const bool equal = difference.onlyLeft == parityCase.onlyNginx && difference.onlyRight == parityCase.onlyOurs;
    QVERIFY2(equal, ("\n== only nginx\n" + shortened(difference.onlyLeft.join('\n')) + "\n== only ours\n"
                     + shortened(difference.onlyRight.join('\n')) + both)
                        .constData());
}

QTEST_GUILESS_MAIN(TestProxyParity)
#include "tst_proxy_parity.moc"
