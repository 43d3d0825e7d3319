// SPDX-License-Identifier: GPL-3.0-or-later
// Backends that are killed and started again under load. The backends are processes of their own: this program, run
// with the arguments "--backend PORT NAME".
#include "support/enginefixture.h"
#include "support/rawclient.h"

#include <QProcess>
#include <QTest>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <csignal>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr int PeerCount = 3;
constexpr int ClientCount = 4;
constexpr int AnswersBetween = 150; // of the group, before the next thing happens to it
constexpr int AnswersOfOne = 20;    // of a peer, before it counts as being asked

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// A socket bound to the port, which several may share.
int boundTo(quint16 port)
{
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    const sockaddr_in address = loopback(port);
    if (bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("bind() failed (%d)", errno);
    return descriptor;
}

// The backend process: answers every request with its name, until it is killed.
int runBackend(quint16 port, const QByteArray &name)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int listener = boundTo(port);
    if (listen(listener, SOMAXCONN) != 0)
        return 1;
    if (write(STDOUT_FILENO, "ready\n", 6) != 6)
        return 1;
    const QByteArray answer =
        "HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(name.size()) + "\r\n\r\n" + name;
    for (;;) {
        const int accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        std::thread([accepted, answer] {
            RawPeer connection(accepted);
            while (connection.readMessage().complete && connection.send(answer)) {}
        }).detach();
    }
}

// One backend, from the test's side. Its port stays its own while the process is away: then nobody listens there.
class Backend
{
public:
    Backend()
        : m_reserved(boundTo(0))
    {
        sockaddr_in address{};
        socklen_t length = sizeof address;
        getsockname(m_reserved, reinterpret_cast<sockaddr *>(&address), &length);
        m_port = ntohs(address.sin_port);
    }
    ~Backend()
    {
        kill();
        close(m_reserved);
    }
    Q_DISABLE_COPY_MOVE(Backend)

    quint16 port() const { return m_port; }
    QByteArray name() const { return QByteArray::number(m_port) + '.' + QByteArray::number(m_starts); }

    bool start()
    {
        ++m_starts;
        m_process.start(QCoreApplication::applicationFilePath(),
                        {u"--backend"_s, QString::number(m_port), QString::fromUtf8(name())});
        return m_process.waitForStarted() && m_process.waitForReadyRead() && m_process.readAll() == "ready\n";
    }
    void kill() // -9
    {
        m_process.kill();
        m_process.waitForFinished();
    }

private:
    int m_reserved = -1;
    quint16 m_port = 0;
    int m_starts = 0;
    QProcess m_process;
};

// Clients that ask without pause, each on a connection of its own that it keeps.
class Load
{
public:
    explicit Load(quint16 port)
    {
        for (int i = 0; i < ClientCount; ++i)
            m_threads.emplace_back([this, port] { ask(port); });
    }
    ~Load() { stop(); }
    Q_DISABLE_COPY_MOVE(Load)

    void stop()
    {
        m_stopping = true;
        for (std::thread &thread : m_threads)
            thread.join();
        m_threads.clear();
    }
    int answers() const { return m_answers; }
    int answersOf(const QByteArray &backend) const
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_byBackend.find(backend);
        return found == m_byBackend.end() ? 0 : found->second;
    }
    // What went wrong; empty when nothing did.
    QByteArray failures() const
    {
        const std::lock_guard lock(m_mutex);
        return m_failures;
    }
    bool waitForMore(int count) const
    {
        const int wanted = answers() + count;
        return waitUntil([&] { return answers() >= wanted; });
    }
    bool waitForMoreOf(const Backend &backend, int count) const
    {
        const int wanted = answersOf(backend.name()) + count;
        return waitUntil([&] { return answersOf(backend.name()) >= wanted; });
    }

private:
    void ask(quint16 port)
    {
        auto client = std::make_unique<RawClient>(port);
        while (!m_stopping) {
            const RawMessage answer = client->ask(request("GET /"));
            const std::lock_guard lock(m_mutex);
            if (answer.status() == 200 && answer.complete) {
                ++m_byBackend[answer.body];
                ++m_answers;
                continue;
            }
            // One that had begun cannot be taken back; the others should have been asked elsewhere.
            if (answer.status() != 200)
                m_failures += "\"" + answer.head + answer.body + "\" behind " + QByteArray::number(m_answers) + '\n';
            client = std::make_unique<RawClient>(port);
        }
    }

    std::vector<std::thread> m_threads;
    std::atomic<bool> m_stopping = false;
    std::atomic<int> m_answers = 0;
    mutable std::mutex m_mutex; // guards the two below
    std::map<QByteArray, int> m_byBackend;
    QByteArray m_failures;
};

} // namespace

class KilledPeersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noRequestFailsAndTrafficComesBack_data()
    {
        QTest::addColumn<QByteArray>("keepalive");
        QTest::newRow("kept connections") << QByteArray("keepalive 16;");
        QTest::newRow("a connection for each request") << QByteArray();
    }

    void noRequestFailsAndTrafficComesBack()
    {
        QFETCH(QByteArray, keepalive);
        std::array<Backend, PeerCount> backends;
        QByteArray servers;
        for (Backend &backend : backends) {
            QVERIFY(backend.start());
            servers += "server 127.0.0.1:" + QByteArray::number(backend.port()) + " fail_timeout=1s;\n";
        }
        EngineFixture engine;
        const QByteArray connection = keepalive.isEmpty() ? "" : "proxy_set_header Connection \"\";";
        QVERIFY(engine
                    .proxyTo("http://backends", "proxy_http_version 1.1; " + connection,
                             "keepalive_requests 1000000000;", "upstream backends {\n" + servers + keepalive + "\n}")
                    .applied);
        Load load(engine.port());
        for (Backend &backend : backends) {
            for (const Backend &each : backends)
                QVERIFY(load.waitForMoreOf(each, AnswersOfOne));
            backend.kill();
            QVERIFY(load.waitForMore(AnswersBetween));
            QVERIFY(backend.start());
            QVERIFY(load.waitForMoreOf(backend, AnswersOfOne)); // by its new name
            QVERIFY2(load.failures().isEmpty(), load.failures());
        }
        load.stop();
        QVERIFY2(load.failures().isEmpty(), load.failures());
    }

    // Two of three are gone: the last one does it all.
    void theLastOneCarriesTheLoad()
    {
        std::array<Backend, PeerCount> backends;
        QByteArray servers;
        for (Backend &backend : backends) {
            QVERIFY(backend.start());
            servers += "server 127.0.0.1:" + QByteArray::number(backend.port()) + " fail_timeout=1s;\n";
        }
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo("http://backends", "proxy_http_version 1.1; proxy_set_header Connection \"\";",
                             "keepalive_requests 1000000000;", "upstream backends {\n" + servers + "keepalive 16;\n}")
                    .applied);
        Load load(engine.port());
        QVERIFY(load.waitForMore(AnswersBetween));
        backends[0].kill();
        QVERIFY(load.waitForMore(AnswersBetween));
        backends[1].kill();
        QVERIFY(load.waitForMoreOf(backends[2], AnswersBetween));
        QVERIFY(backends[0].start());
        QVERIFY(load.waitForMoreOf(backends[0], AnswersOfOne));
        load.stop();
        QVERIFY2(load.failures().isEmpty(), load.failures());
    }
};

int main(int argc, char *argv[])
{
    if (argc == 4 && qstrcmp(argv[1], "--backend") == 0)
        return runBackend(quint16(QByteArray(argv[2]).toInt()), argv[3]);
    QCoreApplication application(argc, argv);
    KilledPeersTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_proxy_killedpeers.moc"
