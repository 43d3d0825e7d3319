// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"
#include "net/connector.h"

#include <QTemporaryDir>

#include <sys/resource.h>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

struct RecordingConnectorObserver : ConnectorObserver {
    void connected(std::unique_ptr<Stream> connectedStream, const SocketAddress &connectedAddress) override
    {
        stream = std::move(connectedStream);
        address = connectedAddress;
        ++successes;
        if (then)
            then();
    }
    void connectFailed() override
    {
        ++failures;
        if (then)
            then();
    }
    bool finished() const { return successes + failures > 0; }
    std::function<void()> then;
    std::unique_ptr<Stream> stream;
    SocketAddress address;
    int successes = 0;
    int failures = 0;
};

struct Fixture {
    EngineLoop loop{QAbstractEventDispatcher::instance()};
    RecordingConnectorObserver observer;
    std::unique_ptr<Connector> connector = std::make_unique<Connector>(loop, &observer);
    std::vector<int> errors() const
    {
        std::vector<int> list;
        for (const ConnectAttempt &attempt : connector->attempts())
            list.push_back(attempt.error);
        return list;
    }
};

// A listening socket of the kernel's alone: it connects without anybody's accept().
struct Backend {
    explicit Backend(const SocketAddress &wanted, int backlog = 16)
        : descriptor(socket(wanted.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
    {
        if (bind(descriptor, wanted.raw(), wanted.length()) != 0 || listen(descriptor, backlog) != 0)
            qFatal("no backend (%d)", errno);
        address = SocketAddress::localOf(descriptor);
    }
    ~Backend() { close(descriptor); }
    Backend(const Backend &) = delete;
    Backend &operator=(const Backend &) = delete;
    const int descriptor;
    SocketAddress address;
};

SocketAddress inet(quint16 port = 0)
{
    return *SocketAddress::fromNumeric("127.0.0.1"_ba, port);
}

SocketAddress inet6(quint16 port = 0)
{
    return *SocketAddress::fromNumeric("::1"_ba, port);
}

// A port on which nobody listens, kept from others by being bound.
struct DeadPort {
    explicit DeadPort(const SocketAddress &wanted)
        : descriptor(socket(wanted.family(), SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        if (bind(descriptor, wanted.raw(), wanted.length()) != 0)
            qFatal("no port (%d)", errno);
        address = SocketAddress::localOf(descriptor);
    }
    ~DeadPort() { close(descriptor); }
    DeadPort(const DeadPort &) = delete;
    DeadPort &operator=(const DeadPort &) = delete;
    const int descriptor;
    SocketAddress address;
};

// An address that neither answers nor refuses: the accept queue is full, so the kernel drops what comes.
struct SilentBackend {
    explicit SilentBackend(const SocketAddress &wanted)
        : backend(wanted, 0)
    {
        for (int i = 0; i < 4; ++i) {
            fillers.push_back(socket(wanted.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
            ::connect(fillers.back(), backend.address.raw(), backend.address.length());
        }
    }
    ~SilentBackend()
    {
        for (const int filler : fillers)
            close(filler);
    }
    SilentBackend(const SilentBackend &) = delete;
    SilentBackend &operator=(const SilentBackend &) = delete;
    Backend backend;
    std::vector<int> fillers;
};

} // namespace

class ConnectorTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aListeningBackendIsConnectedAndTheStreamWorks_data() { addLoopRows(); }
    void aListeningBackendIsConnectedAndTheStreamWorks()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            for (const SocketAddress &wanted : {inet(), inet6()}) {
                const Backend backend(wanted);
                Fixture f;
                f.connector->connectTo({backend.address}, 60s);
                QVERIFY(turnUntil([&] { return f.observer.finished(); }));
                QCOMPARE(f.observer.successes, 1);
                QVERIFY(f.observer.address == backend.address);
                QCOMPARE(f.errors(), std::vector<int>{0});
                RecordingObserver observer;
                f.observer.stream->setObserver(&observer);
                QVERIFY(!f.observer.stream->isStale());
                QCOMPARE(writeTo(*f.observer.stream, "request"_ba).bytes, size_t(7));
                const int accepted = accept4(backend.descriptor, nullptr, nullptr, SOCK_CLOEXEC);
                sendAll(accepted, "response"_ba);
                QVERIFY(turnUntil([&] { return observer.readable == 1; }));
                char buffer[16];
                QCOMPARE(f.observer.stream->read(buffer, sizeof buffer).bytes, size_t(8));
                QCOMPARE(observer.writable, 0);
                close(accepted);
            }
        });
    }

    void aRefusedConnectionFailsWithItsErrno_data() { addLoopRows(); }
    void aRefusedConnectionFailsWithItsErrno()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const DeadPort dead(inet());
            Fixture f;
            f.connector->connectTo({dead.address}, 60s);
            QVERIFY(turnUntil([&] { return f.observer.finished(); }));
            QCOMPARE(f.observer.failures, 1);
            QCOMPARE(f.errors(), std::vector<int>{ECONNREFUSED});
            QVERIFY(f.connector->attempts()[0].address == dead.address);
        });
    }

    void theOtherFamilyIsDialledWhenTheFirstRefuses_data() { addLoopRows(); }
    void theOtherFamilyIsDialledWhenTheFirstRefuses()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const Backend backend(inet6()); // a dev server on ::1 alone
            const DeadPort dead(inet());
            Fixture f;
            f.connector->connectTo({dead.address, backend.address}, 60s);
            QVERIFY(turnUntil([&] { return f.observer.finished(); }));
            QVERIFY(f.observer.address == backend.address);
            QCOMPARE(f.errors(), (std::vector<int>{ECONNREFUSED, 0}));
        });
    }

    void theOtherFamilyIsDialledAMomentLaterWhenTheFirstIsSilent_data() { addLoopRows(); }
    void theOtherFamilyIsDialledAMomentLaterWhenTheFirstIsSilent()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const SilentBackend silent(inet());
            const Backend backend(inet6());
            Fixture f;
            const auto begin = f.loop.now();
            f.connector->connectTo({silent.backend.address, backend.address}, 60s);
            QCOMPARE(f.connector->attempts().size(), size_t(1));
            QVERIFY(turnUntil([&] { return f.observer.finished(); }));
            QVERIFY(f.loop.now() - begin >= Connector::NextFamilyDelay);
            QVERIFY(f.observer.address == backend.address);
            QCOMPARE(f.errors(), (std::vector<int>{ECANCELED, 0}));
        });
    }

    void allAddressesFailing_data() { addLoopRows(); }
    void allAddressesFailing()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const DeadPort first(inet());
            const DeadPort second(inet6());
            Fixture f;
            f.connector->connectTo({first.address, second.address}, 60s);
            QVERIFY(turnUntil([&] { return f.observer.finished(); }));
            QCOMPARE(f.observer.failures, 1);
            QCOMPARE(f.errors(), (std::vector<int>{ECONNREFUSED, ECONNREFUSED}));
            turnTimes(3);
            QCOMPARE(f.observer.failures, 1);
        });
    }

    void silenceEndsWithTheTimeout_data() { addLoopRows(); }
    void silenceEndsWithTheTimeout()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const SilentBackend silent(inet());
            const DeadPort dead(inet6());
            Fixture f;
            const auto begin = f.loop.now();
            f.connector->connectTo({silent.backend.address, dead.address}, 120ms);
            QVERIFY(turnUntil([&] { return f.observer.finished(); }));
            QVERIFY(f.loop.now() - begin >= 120ms);
            QCOMPARE(f.observer.failures, 1);
            QCOMPARE(f.errors(), (std::vector<int>{ETIMEDOUT, ECONNREFUSED}));
        });
    }

    void unixSocketsAreDialledAndFailAtOnce_data() { addLoopRows(); }
    void unixSocketsAreDialledAndFailAtOnce()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const QTemporaryDir dir;
            const SocketAddress address = *SocketAddress::fromUnixPath(dir.filePath(u"b.sock"_s).toUtf8());
            {
                Fixture f;
                f.connector->connectTo({address}, 60s);
                QCOMPARE(f.observer.failures, 1); // within the call
                QCOMPARE(f.errors(), std::vector<int>{ENOENT});
            }
            const Backend backend(address);
            Fixture f;
            f.connector->connectTo({address}, 60s);
            QVERIFY(turnUntil([&] { return f.observer.finished(); }));
            QCOMPARE(f.observer.successes, 1);
            QCOMPARE(writeTo(*f.observer.stream, "x"_ba).bytes, size_t(1));
        });
    }

    void addressesBeyondTheMaximumAreNotTried()
    {
        onLoop(LoopKind::Epoll, [] {
            const SocketAddress nowhere = *SocketAddress::fromUnixPath("/nonexistent/b.sock"_ba);
            for (const size_t past : {size_t(0), size_t(1)}) {
                Fixture f;
                f.connector->connectTo(std::vector<SocketAddress>(Connector::AddressesMax + past, nowhere), 60s);
                QCOMPARE(f.observer.failures, 1);
                QCOMPARE(f.connector->attempts().size(), Connector::AddressesMax);
            }
            Fixture none;
            none.connector->connectTo({}, 60s);
            QCOMPARE(none.observer.failures, 1);
        });
    }

    void withoutDescriptorsAnAttemptFailsWithEmfile()
    {
        onLoop(LoopKind::Epoll, [] {
            const Backend backend(inet());
            Fixture f;
            rlimit before{};
            QCOMPARE(getrlimit(RLIMIT_NOFILE, &before), 0);
            const rlimit none{0, before.rlim_max};
            QCOMPARE(setrlimit(RLIMIT_NOFILE, &none), 0);
            f.connector->connectTo({backend.address}, 60s);
            QCOMPARE(setrlimit(RLIMIT_NOFILE, &before), 0);
            QCOMPARE(f.observer.failures, 1);
            QCOMPARE(f.errors(), std::vector<int>{EMFILE});
        });
    }

    void aBackendThatSpeaksFirstIsHeard_data() { addLoopRows(); }
    void aBackendThatSpeaksFirstIsHeard()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const Backend backend(inet());
            Fixture f;
            RecordingObserver observer;
            f.observer.then = [&] { f.observer.stream->setObserver(&observer); };
            f.connector->connectTo({backend.address}, 60s);
            const int accepted = accept4(backend.descriptor, nullptr, nullptr, SOCK_CLOEXEC);
            QVERIFY(accepted >= 0); // the handshake is the kernel's alone
            sendAll(accepted, "220 hello"_ba);
            QVERIFY(turnUntil([&] { return observer.readable == 1; }));
            close(accepted);
        });
    }

    void theObserverMayDestroyTheConnectorAndTheStream_data() { addLoopRows(); }
    void theObserverMayDestroyTheConnectorAndTheStream()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const Backend backend(inet());
            const DeadPort dead(inet());
            for (const SocketAddress &address : {backend.address, dead.address}) {
                Fixture f;
                f.observer.then = [&] {
                    f.observer.stream.reset();
                    f.connector.reset();
                };
                f.connector->connectTo({address}, 60s);
                QVERIFY(turnUntil([&] { return f.observer.finished(); }));
                QVERIFY(!f.connector);
                turnTimes(3);
            }
            Fixture timedOut;
            const SilentBackend silent(inet());
            timedOut.observer.then = [&] { timedOut.connector.reset(); };
            timedOut.connector->connectTo({silent.backend.address}, 1ms);
            QVERIFY(turnUntil([&] { return timedOut.observer.finished(); }));
        });
    }

    void aConnectorDestroyedUnderWayTellsNothing_data() { addLoopRows(); }
    void aConnectorDestroyedUnderWayTellsNothing()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            const SilentBackend silent(inet());
            Fixture f;
            f.connector->connectTo({silent.backend.address, inet6(silent.backend.address.port())}, 60s);
            turnTimes(2);
            f.connector.reset();
            turnTimes(3);
            QVERIFY(!f.observer.finished());
            QVERIFY(f.loop.timers().nextWake() == std::chrono::steady_clock::time_point::max());
        });
    }
};

QTEST_GUILESS_MAIN(ConnectorTest)
#include "tst_net_connector.moc"
