// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QTest>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace portlight;
using namespace portlight::testing;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// The sanitizers open a pipe to look at an object, and report it as broken when they cannot. So the descriptors stay
// there, and the two calls by which the engine gets them fail as they would without.
#include <atomic>
#include <cerrno>
#include <dlfcn.h>

namespace {
std::atomic<bool> s_noDescriptors = false;
}

extern "C" int accept4(int descriptor, sockaddr *__restrict address, socklen_t *__restrict length, int flags)
{
    static const auto next = reinterpret_cast<decltype(&accept4)>(dlsym(RTLD_NEXT, "accept4"));
    errno = EMFILE;
    return s_noDescriptors ? -1 : next(descriptor, address, length, flags);
}

extern "C" int socket(int domain, int type, int protocol) noexcept
{
    static const auto next = reinterpret_cast<decltype(&socket)>(dlsym(RTLD_NEXT, "socket"));
    errno = EMFILE;
    return s_noDescriptors ? -1 : next(domain, type, protocol);
}

namespace {

struct NoMoreDescriptors {
    NoMoreDescriptors() { s_noDescriptors = true; }
    ~NoMoreDescriptors() { s_noDescriptors = false; }
};

#else
namespace {

// No descriptor can be opened in this process while one of these lives.
class NoMoreDescriptors
{
public:
    NoMoreDescriptors()
    {
        getrlimit(RLIMIT_NOFILE, &m_before);
        const int next = dup(STDIN_FILENO); // the lowest that is free
        ::close(next);
        rlimit none = m_before;
        none.rlim_cur = rlim_t(next);
        setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoMoreDescriptors() { setrlimit(RLIMIT_NOFILE, &m_before); }
    NoMoreDescriptors(const NoMoreDescriptors &) = delete;
    NoMoreDescriptors &operator=(const NoMoreDescriptors &) = delete;

private:
    rlimit m_before{};
};

#endif

// Connects a socket that was made before.
bool connectTo(int descriptor, quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0;
}

} // namespace

// A process that has no descriptors left.
class ProxyDescriptorsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptingPausesAndGoesOnWhileExchangesDo()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_buffering off;", "location = /own { return 200 own; }").applied);
        RawClient early(engine.port());
        QCOMPARE(early.ask(request("GET /own")).body, QByteArray("own"));
        QVERIFY(engine.waitForStatus([](const EngineStatus &s) { return s.requests == 1; }));
        early.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        {
            const NoMoreDescriptors limit;
            QVERIFY(connectTo(made, engine.port())); // the kernel takes it; the engine cannot
            QVERIFY(engine.waitForStatus([](const EngineStatus &s) { return s.listeners.value(0).acceptingPaused; }));
            QVERIFY(engine.engine().status().listeners.value(0).open);
            backend.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
            QVERIFY(early.readUntil("\r\n\r\nha"));
            backend.send("lf");
            QCOMPARE(early.readMessage().body, QByteArray("half"));
            QCOMPARE(early.ask(request("GET /own")).body, QByteArray("own"));
        }
        RawPeer late(made);
        late.send(request("GET /own"));
        QCOMPARE(late.readMessage().body, QByteArray("own"));
        QVERIFY(engine.waitForStatus([](const EngineStatus &s) { return !s.listeners.value(0).acceptingPaused; }));
        QVERIFY(engine.waitForLog("accept4() failed (24: Too many open files)"));
    }

    void aBackendThatCannotBeDialedIs502()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), {}, "location = /own { return 200 own; }").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /own")).status(), 200);
        client.send(request("GET /"));
        {
            RawPeer first = origin.accept();
            first.readMessage();
            first.close();
        }
        QCOMPARE(client.readMessage().status(), 502);
        QVERIFY(engine.waitForStatus([](const EngineStatus &s) { return s.requests == 2; }));
        {
            const NoMoreDescriptors limit;
            QCOMPARE(client.ask(request("GET /")).status(), 502);
        }
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send(response("again"));
        QCOMPARE(client.readMessage().body, QByteArray("again"));
    }
};

QTEST_GUILESS_MAIN(ProxyDescriptorsTest)
#include "tst_proxy_descriptors.moc"
