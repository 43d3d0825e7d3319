// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"
#include "net/listener.h"

#include <QTemporaryDir>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

ListenAddress inet(quint16 port = 0)
{
    ListenAddress address;
    address.host = "127.0.0.1"_ba;
    address.port = port;
    return address;
}

ListenAddress inet6(bool ipv6Only)
{
    ListenAddress address;
    address.kind = ListenAddress::Kind::Inet6;
    address.host = "::"_ba;
    address.port = 0;
    address.ipv6Only = ipv6Only;
    return address;
}

ListenAddress unixAt(const QString &path)
{
    ListenAddress address;
    address.kind = ListenAddress::Kind::Unix;
    address.path = path.toUtf8();
    return address;
}

struct RecordingListenerObserver : ListenerObserver {
    ~RecordingListenerObserver() override { closeAll(); }
    void connectionAccepted(Listener &, int descriptor, const SocketAddress &peer) override
    {
        accepted.push_back(descriptor);
        lastPeer = peer;
        if (onAccepted)
            onAccepted();
    }
    void acceptingPaused(Listener &, int error) override
    {
        pauses.push_back(error);
        if (onPaused)
            onPaused();
    }
    void closeAll()
    {
        for (const int descriptor : accepted)
            close(descriptor);
        accepted.clear();
    }
    std::vector<int> accepted;
    std::vector<int> pauses;
    SocketAddress lastPeer;
    std::function<void()> onAccepted;
    std::function<void()> onPaused;
};

// A client's socket, connected (or queued) without waiting for the loop.
struct Client {
    explicit Client(const SocketAddress &address)
        : descriptor(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0))
        , error(::connect(descriptor, address.raw(), address.length()) == 0 ? 0 : errno)
    {}
    ~Client() { close(descriptor); }
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;
    const int descriptor;
    const int error;
};

struct Fixture {
    explicit Fixture(const ListenAddress &address = inet())
        : listener(Listener::open(loop, address, {}, &observer).value())
    {}
    EngineLoop loop{QAbstractEventDispatcher::instance()};
    RecordingListenerObserver observer;
    std::unique_ptr<Listener> listener;
};

// The soft limit of descriptors, lowered for a scope. The hard limit stays.
class LoweredDescriptorLimit
{
public:
    LoweredDescriptorLimit() { getrlimit(RLIMIT_NOFILE, &m_before); }
    ~LoweredDescriptorLimit() { restore(); }
    void lowerTo(int descriptors)
    {
        const rlimit lowered{rlim_t(descriptors), m_before.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &lowered) != 0)
            qFatal("setrlimit() failed (%d)", errno);
    }
    // Until restore() no number up to that of `highest` is free.
    void exhaustUpTo(int highest)
    {
        lowerTo(highest + 1);
        for (int filler = 0; (filler = dup(highest)) >= 0;)
            m_fillers.push_back(filler);
    }
    void restore()
    {
        for (const int filler : m_fillers)
            close(filler);
        m_fillers.clear();
        setrlimit(RLIMIT_NOFILE, &m_before);
    }

private:
    rlimit m_before{};
    std::vector<int> m_fillers;
};

} // namespace

class ListenerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void connectionsAreAcceptedNonBlockingAndCloseOnExec_data() { addLoopRows(); }
    void connectionsAreAcceptedNonBlockingAndCloseOnExec()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            QVERIFY(f.listener->localAddress().port() != 0);
            const Client client(f.listener->localAddress());
            QCOMPARE(client.error, 0);
            QVERIFY(turnUntil([&] { return f.observer.accepted.size() == 1; }));
            const int descriptor = f.observer.accepted[0];
            QVERIFY(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
            QVERIFY(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
            QVERIFY(f.observer.lastPeer == SocketAddress::localOf(client.descriptor));
            const Client second(f.listener->localAddress());
            QVERIFY(turnUntil([&] { return f.observer.accepted.size() == 2; }));
        });
    }

    void acceptsOfOneTurnAreBounded_data() { addLoopRows(); }
    void acceptsOfOneTurnAreBounded()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            for (const int past : {0, 1}) {
                Fixture f;
                turnTimes(3);
                std::vector<std::unique_ptr<Client>> clients;
                for (int i = 0; i < Listener::AcceptsPerTurnMax + past; ++i)
                    clients.push_back(std::make_unique<Client>(f.listener->localAddress()));
                size_t mostInOneTurn = 0;
                for (size_t before = 0; before < clients.size(); before = f.observer.accepted.size()) {
                    QVERIFY(turnUntil([&] { return f.observer.accepted.size() > before; }));
                    mostInOneTurn = std::max(mostInOneTurn, f.observer.accepted.size() - before);
                }
                QCOMPARE(mostInOneTurn, size_t(Listener::AcceptsPerTurnMax));
                QCOMPARE(f.observer.accepted.size(), clients.size());
            }
        });
    }

    void ipv6ListensForItselfOrForBoth()
    {
        onLoop(LoopKind::Epoll, [] {
            for (const bool ipv6Only : {true, false}) {
                Fixture f(inet6(ipv6Only));
                const quint16 port = f.listener->localAddress().port();
                const Client over6(*SocketAddress::fromNumeric("::1"_ba, port));
                QCOMPARE(over6.error, 0);
                const Client over4(*SocketAddress::fromNumeric("127.0.0.1"_ba, port));
                QCOMPARE(over4.error, ipv6Only ? ECONNREFUSED : 0);
            }
        });
    }

    void errorsAreToldInNginxWords()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f;
            const quint16 port = f.listener->localAddress().port();
            const auto second = Listener::open(f.loop, inet(port), {}, &f.observer);
            QVERIFY(!second.ok());
            QCOMPARE(second.error().code, ErrorCode::AddressInUse);
            QCOMPARE(second.error().message, u"bind() to 127.0.0.1:%1 failed (98: Address already in use)"_s.arg(port));
            ListenAddress elsewhere = inet();
            elsewhere.host = "192.0.2.1"_ba; // TEST-NET-1: nobody's own
            const auto notOurs = Listener::open(f.loop, elsewhere, {}, &f.observer);
            QCOMPARE(notOurs.error().code, ErrorCode::SocketFailed);
            QCOMPARE(notOurs.error().message, u"bind() to 192.0.2.1:0 failed (99: Cannot assign requested address)"_s);
            const auto missing = Listener::open(f.loop, unixAt(u"/nonexistent/x.sock"_s), {}, &f.observer);
            QCOMPARE(missing.error().message,
                     u"bind() to unix:/nonexistent/x.sock failed (2: No such file or directory)"_s);
            ListenAddress name = inet();
            name.host = "localhost"_ba; // names are resolved before
            QCOMPARE(Listener::open(f.loop, name, {}, &f.observer).error().code, ErrorCode::InvalidValue);
        });
    }

    void reusePortSharesAnAddress()
    {
        onLoop(LoopKind::Epoll, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            RecordingListenerObserver observer;
            const ListenerOptions shared{.reusePort = true};
            const auto first = Listener::open(loop, inet(), shared, &observer);
            QVERIFY(first.ok());
            QVERIFY(Listener::open(loop, inet((*first)->localAddress().port()), shared, &observer).ok());
            QVERIFY(!Listener::open(loop, inet((*first)->localAddress().port()), {}, &observer).ok());
        });
    }

    void whatAListenDirectiveTunesTheConnectionsInherit()
    {
        onLoop(LoopKind::Epoll, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            RecordingListenerObserver observer;
            ListenerOptions options;
            options.receiveBufferBytes = 32 * 1024;
            options.sendBufferBytes = 24 * 1024;
            options.keepalive = TcpKeepalive{.on = true, .idleSeconds = 77, .intervalSeconds = 7, .probes = 5};
            const auto listener = Listener::open(loop, inet(), options, &observer);
            QVERIFY(listener.ok());
            const Client client((*listener)->localAddress());
            QVERIFY(turnUntil([&] { return observer.accepted.size() == 1; }));
            const auto valueOf = [&](int level, int option) {
                int value = -1;
                socklen_t size = sizeof value;
                getsockopt(observer.accepted.front(), level, option, &value, &size);
                return value;
            };
            QCOMPARE(valueOf(SOL_SOCKET, SO_RCVBUF), 2 * *options.receiveBufferBytes); // Linux doubles it: socket(7)
            QCOMPARE(valueOf(SOL_SOCKET, SO_SNDBUF), 2 * *options.sendBufferBytes);
            QVERIFY(valueOf(SOL_SOCKET, SO_KEEPALIVE) != 0);
            QCOMPARE(valueOf(IPPROTO_TCP, TCP_KEEPIDLE), 77);
            QCOMPARE(valueOf(IPPROTO_TCP, TCP_KEEPINTVL), 7);
            QCOMPARE(valueOf(IPPROTO_TCP, TCP_KEEPCNT), 5);
        });
    }

    void aUnixSocketIsOpenToAnybodyAndItsFileGoes()
    {
        onLoop(LoopKind::Epoll, [] {
            const QTemporaryDir dir;
            const ListenAddress address = unixAt(dir.filePath(u"x.sock"_s));
            {
                Fixture f(address);
                struct stat status {
                };
                QCOMPARE(stat(address.path.constData(), &status), 0);
                QCOMPARE(int(status.st_mode & 0777), 0666);
                const Client client(*SocketAddress::fromUnixPath(address.path));
                QVERIFY(turnUntil([&] { return f.observer.accepted.size() == 1; }));
                QVERIFY(f.observer.lastPeer.isUnix());
            }
            QVERIFY(!QFile::exists(dir.filePath(u"x.sock"_s)));
        });
    }

    void aStaleSocketFileIsReplacedALiveOneAndOthersAreNot()
    {
        onLoop(LoopKind::Epoll, [] {
            const QTemporaryDir dir;
            EngineLoop loop(QAbstractEventDispatcher::instance());
            RecordingListenerObserver observer;
            const ListenAddress address = unixAt(dir.filePath(u"x.sock"_s));
            const SocketAddress raw = *SocketAddress::fromUnixPath(address.path);
            const int left = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            QCOMPARE(bind(left, raw.raw(), raw.length()), 0);
            close(left); // as when its process is killed: the file stays
            auto replaced = Listener::open(loop, address, {}, &observer);
            QVERIFY(replaced.ok());
            const auto second = Listener::open(loop, address, {}, &observer);
            QCOMPARE(second.error().code, ErrorCode::AddressInUse);
            const ListenAddress plain = unixAt(dir.filePath(u"plain"_s));
            QFile file(dir.filePath(u"plain"_s));
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(Listener::open(loop, plain, {}, &observer).error().code, ErrorCode::AddressInUse);
            QVERIFY(file.exists());
            // Somebody else's file under our name is not ours to remove.
            unlink(address.path.constData());
            QFile other(dir.filePath(u"x.sock"_s));
            QVERIFY(other.open(QIODevice::WriteOnly));
            replaced->reset();
            QVERIFY(other.exists());
        });
    }

    void drainingAcceptsWhatIsQueuedAndCloses_data() { addLoopRows(); }
    void drainingAcceptsWhatIsQueuedAndCloses()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            const SocketAddress address = f.listener->localAddress();
            std::vector<std::unique_ptr<Client>> clients;
            for (int i = 0; i < Listener::AcceptsPerTurnMax + 10; ++i)
                clients.push_back(std::make_unique<Client>(address));
            f.listener->drainAndClose();
            QCOMPARE(f.observer.accepted.size(), clients.size());
            QCOMPARE(Client(address).error, ECONNREFUSED);
            f.listener->drainAndClose(); // nothing more to do
            turnTimes(3);
            QVERIFY(f.observer.pauses.empty());
        });
    }

    void anObserverMayDestroyOrCloseTheListener_data() { addLoopRows(); }
    void anObserverMayDestroyOrCloseTheListener()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            for (const bool destroyed : {true, false}) {
                Fixture f;
                const SocketAddress address = f.listener->localAddress();
                const Client first(address);
                const Client second(address);
                f.observer.onAccepted = [&] {
                    if (destroyed)
                        f.listener.reset();
                    else
                        f.listener->drainAndClose();
                };
                QVERIFY(turnUntil([&] { return !f.observer.accepted.empty(); }));
                turnTimes(3);
                QCOMPARE(f.observer.accepted.size(), size_t(destroyed ? 1 : 2));
                QCOMPARE(Client(address).error, ECONNREFUSED);
            }
        });
    }

    void withoutDescriptorsAcceptingPausesAndResumesWhileExchangesGoOn_data() { addLoopRows(); }
    void withoutDescriptorsAcceptingPausesAndResumesWhileExchangesGoOn()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            LoweredDescriptorLimit limit;
            Fixture f;
            turnTimes(2);
            const Client existing(f.listener->localAddress());
            QVERIFY(turnUntil([&] { return f.observer.accepted.size() == 1; }));
            PlainStream stream(f.loop, f.observer.accepted[0]);
            f.observer.accepted.clear();
            RecordingObserver exchange;
            exchange.onReadable = [&] {
                char buffer[8];
                const IoResult result = stream.read(buffer, sizeof buffer);
                if (result.status == IoResult::Status::Ok)
                    writeTo(stream, QByteArray(buffer, qsizetype(result.bytes)));
            };
            stream.setObserver(&exchange);
            const auto pingGoesThrough = [&] {
                const int told = exchange.readable;
                sendAll(existing.descriptor, "ping"_ba);
                char buffer[8];
                return turnUntil([&] { return exchange.readable > told; })
                       && recv(existing.descriptor, buffer, sizeof buffer, 0) == 4;
            };
            QVERIFY(pingGoesThrough());

            const Client waiting(f.listener->localAddress());
            limit.exhaustUpTo(waiting.descriptor);
            QVERIFY(turnUntil([&] { return !f.observer.pauses.empty(); }));
            QCOMPARE(f.observer.pauses, std::vector<int>{EMFILE});
            QVERIFY(f.listener->isPaused());
            QVERIFY(f.observer.accepted.empty());

            QVERIFY(pingGoesThrough()); // the exchange under way does not notice

            limit.restore();
            QVERIFY(turnUntil([&] { return f.observer.accepted.size() == 1; }));
            QCOMPARE(f.observer.pauses, (std::vector<int>{EMFILE, 0}));
            QVERIFY(!f.listener->isPaused());
            const Client another(f.listener->localAddress());
            QVERIFY(turnUntil([&] { return f.observer.accepted.size() == 2; }));
        });
    }

    void anObserverMayDestroyTheListenerWhenItPausesOrResumes_data() { addLoopRows(); }
    void anObserverMayDestroyTheListenerWhenItPausesOrResumes()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            for (const bool atPause : {true, false}) {
                LoweredDescriptorLimit limit;
                Fixture f;
                // One that works, first: the sanitizers need a descriptor when they see a type for the first time.
                const Client working(f.listener->localAddress());
                QVERIFY(turnUntil([&] { return f.observer.accepted.size() == 1; }));
                const Client waiting(f.listener->localAddress());
                limit.exhaustUpTo(waiting.descriptor);
                f.observer.onPaused = [&] {
                    if (atPause == (f.observer.pauses.back() != 0))
                        f.listener.reset();
                };
                QVERIFY(turnUntil([&] { return !f.observer.pauses.empty(); }));
                limit.restore();
                QVERIFY(turnUntil([&] { return !f.listener; }));
                QCOMPARE(f.observer.accepted.size(), size_t(1));
            }
        });
    }

    void theSoftLimitIsRaisedToTheHardOne()
    {
        LoweredDescriptorLimit limit;
        rlimit before{};
        QCOMPARE(getrlimit(RLIMIT_NOFILE, &before), 0);
        limit.lowerTo(64);
        QCOMPARE(raiseDescriptorLimit(), qint64(before.rlim_max));
        rlimit after{};
        QCOMPARE(getrlimit(RLIMIT_NOFILE, &after), 0);
        QCOMPARE(after.rlim_cur, before.rlim_max);
    }
};

QTEST_GUILESS_MAIN(ListenerTest)
#include "tst_net_listener.moc"
