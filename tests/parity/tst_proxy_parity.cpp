// SPDX-License-Identifier: GPL-3.0-or-later
// The same configuration and the same bytes for the real nginx and for our engine, in front of the same backends: what
// the clients and the backends get must be equal byte for byte, but for the date and the ports.
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/paritycases.h"
#include "support/parityclient.h"
#include "support/recordingorigin.h"

#include <QDir>
#include <QRegularExpression>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr NginxVersion Reference{1, 22, 1};
constexpr qsizetype RequestsMin = 150;

// Runs the steps of one case against one server and writes down all that can be seen.
class Conversation
{
public:
    Conversation(const ParityCase &parityCase, RecordingOrigin &origin, quint16 port)
        : m_case(parityCase)
        , m_origin(origin)
        , m_port(port)
    {}

    QByteArray run();
    bool timedOut() const { return m_timedOut; }

private:
    void take(const ParityStep &step);
    void note(const QByteArray &bytes) { m_text += printable(bytes); }
    void endConnection();
    QByteArray withPorts(QByteArray bytes) const;

    const ParityCase &m_case;
    RecordingOrigin &m_origin;
    const quint16 m_port;
    std::unique_ptr<ParityClient> m_client;
    QByteArray m_text;
    bool m_abandoned = false; // closed by the client itself
    bool m_timedOut = false;
};

QByteArray Conversation::withPorts(QByteArray bytes) const
{
    bytes.replace("@port@", QByteArray::number(m_port));
    return bytes.replace("@origin@", QByteArray::number(m_origin.port('a')));
}

void Conversation::take(const ParityStep &step)
{
    switch (step.kind) {
    case ParityStep::Kind::Send: m_client->send(withPorts(step.bytes)); break;
    case ParityStep::Kind::Read: note(m_client->readResponse(step.bytes)); break;
    case ParityStep::Kind::Await: note(m_client->readExactly(step.bytes.size())); break;
    case ParityStep::Kind::ReadToEnd: note(m_client->readToEnd()); break;
    case ParityStep::Kind::ShutWrite: m_client->shutWrite(); break;
    case ParityStep::Kind::Close:
        m_client->close();
        m_abandoned = true;
        break;
    case ParityStep::Kind::NewConnection:
        endConnection();
        m_client = std::make_unique<ParityClient>(m_port);
        break;
    case ParityStep::Kind::OriginRequests: m_timedOut |= !m_origin.waitForRequests(step.count); break;
    case ParityStep::Kind::OriginClosed: m_timedOut |= !m_origin.waitForClosed(step.count); break;
    }
}

void Conversation::endConnection()
{
    if (!std::exchange(m_abandoned, false))
        m_text += m_client->isOpen() ? "-- client: the connection is open\n" : "-- client: the connection is closed\n";
    m_timedOut |= m_client->timedOut();
}

QByteArray Conversation::run()
{
    QList<OriginReply> replies = m_case.replies;
    for (OriginReply &reply : replies)
        reply.bytes = withPorts(reply.bytes);
    m_origin.begin(replies);
    m_client = std::make_unique<ParityClient>(m_port);
    for (const ParityStep &step : m_case.steps)
        take(step);
    endConnection();
    m_client.reset();
    m_text += m_origin.transcript();
    static const QRegularExpression date(
        u"\nDate: [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT"_s);
    QString text = QString::fromLatin1(m_text);
    text.replace(date, u"\nDate: @date@"_s);
    text.replace(QString::number(m_port), u"@port@"_s);
    for (const char label : QByteArrayView("abc"))
        text.replace(QString::number(m_origin.port(label)), u"@origin-%1@"_s.arg(QLatin1Char(label)));
    text.replace(QString::number(m_origin.refusedPort()), u"@refused@"_s);
    return text.toLatin1();
}

struct LineDifference {
    QByteArrayList onlyLeft;
    QByteArrayList onlyRight;
};

// The lines outside a longest common subsequence.
LineDifference compareLines(const QByteArrayList &left, const QByteArrayList &right)
{
    const size_t columns = size_t(right.size()) + 1;
    std::vector<int> common((size_t(left.size()) + 1) * columns);
    const auto at = [&](qsizetype i, qsizetype j) -> int & { return common[size_t(i) * columns + size_t(j)]; };
    for (qsizetype i = left.size() - 1; i >= 0; --i) {
        for (qsizetype j = right.size() - 1; j >= 0; --j)
            at(i, j) = left[i] == right[j] ? at(i + 1, j + 1) + 1 : qMax(at(i + 1, j), at(i, j + 1));
    }
    LineDifference difference;
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < left.size() || j < right.size()) {
        if (i < left.size() && j < right.size() && left[i] == right[j]) {
            ++i;
            ++j;
        } else if (j == right.size() || (i < left.size() && at(i + 1, j) >= at(i, j + 1))) {
            difference.onlyLeft += left[i++];
        } else {
            difference.onlyRight += right[j++];
        }
    }
    return difference;
}

QByteArray shortened(const QByteArray &text)
{
    constexpr qsizetype shownMax = 6000;
    return text.size() <= shownMax ? text : text.left(shownMax) + "…\n";
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
    void startServers(const ParityCase &parityCase);

    ParityCases m_cases;
    std::unique_ptr<RecordingOrigin> m_origin;
    std::unique_ptr<NginxServer> m_nginx;
    std::unique_ptr<EngineFixture> m_ours;
    QByteArray m_running; // name of the configuration
};

void TestProxyParity::initTestCase()
{
    const QDir folder(QStringLiteral(PORTLIGHT_SOURCE_DIR "/tests/parity/cases"));
    for (const QString &name : folder.entryList({u"*.txt"_s}, QDir::Files, QDir::Name))
        readParityCases(folder.filePath(name), m_cases);
    QVERIFY2(m_cases.problem.isEmpty(), m_cases.problem.constData());
    m_origin = std::make_unique<RecordingOrigin>();
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
    QVERIFY2(requests >= RequestsMin, QByteArray::number(requests).constData());
}

void TestProxyParity::answersAsNginx_data()
{
    QTest::addColumn<int>("index");
    for (size_t i = 0; i < m_cases.cases.size(); ++i)
        QTest::newRow(m_cases.cases[i].name.constData()) << int(i);
}

void TestProxyParity::startServers(const ParityCase &parityCase)
{
    if (m_running == parityCase.config && !parityCase.fresh)
        return;
    QByteArray text = m_cases.configs.at(parityCase.config);
    for (const char label : QByteArrayView("abc"))
        text.replace("@origin-"_ba + label + '@', QByteArray::number(m_origin->port(label)));
    text.replace("@origin@", QByteArray::number(m_origin->port('a')));
    text.replace("@refused@", QByteArray::number(m_origin->refusedPort()));
    m_running.clear();
    m_nginx.reset();
    m_ours.reset();
    m_nginx = std::make_unique<NginxServer>(text);
    m_ours = std::make_unique<EngineFixture>(EngineOptions{.nginxVersion = Reference});
    QVERIFY2(m_nginx->isRunning(), qPrintable(m_nginx->problem()));
    const ApplyOutcome outcome = m_ours->applyHttp(text, true);
    for (const Diagnostic &diagnostic : outcome.diagnostics)
        qInfo("%s", qPrintable(diagnostic.toString()));
    QVERIFY(outcome.applied);
    m_running = parityCase.fresh ? QByteArray() : parityCase.config;
}

void TestProxyParity::answersAsNginx()
{
    QFETCH(int, index);
    const ParityCase &parityCase = m_cases.cases[size_t(index)];
    startServers(parityCase);
    if (QTest::currentTestFailed())
        return;
    Conversation withNginx(parityCase, *m_origin, m_nginx->port());
    Conversation withOurs(parityCase, *m_origin, m_ours->port());
    const QByteArray expected = withNginx.run();
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
