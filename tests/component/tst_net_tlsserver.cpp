// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"
#include "net/listener.h"
#include "net/tlsserverstream.h"
#include "support/secureclient.h"
#include "support/testauthority.h"

#include <QTemporaryDir>

#include <csignal>
#include <thread>

using namespace portlight;
using namespace portlight::test;
using namespace portlight::testing;

namespace {

// Accepts one connection at a time with TLS, and does with its stream what the test wants.
class TlsServer : private ListenerObserver, private TlsHandshakeObserver, private StreamObserver
{
public:
    TlsServer(EngineLoop &loop, const TlsServerSettings &settings)
        : m_loop(loop)
        , m_context(std::make_shared<SharedServerContext>(*TlsServerContext::create(settings, nullptr)))
    {
        auto opened = Listener::open(loop, {ListenAddress::Kind::Inet, "127.0.0.1", 0, {}, true}, {}, this);
        m_listener = std::move(*opened);
    }

    quint16 port() const { return m_listener->localAddress().port(); }

    std::function<void(Stream &)> readable;
    std::function<void(Stream &)> writable;
    std::function<void(Stream &)> secured;
    std::unique_ptr<Stream> stream;
    std::optional<TlsFailure> failure;

private:
    void connectionAccepted(Listener &, int descriptor, const SocketAddress &) override
    {
        failure.reset();
        TlsHandshakeObserver *const observer = this;
        stream = makeTlsServerStream(m_loop, descriptor, m_context, observer);
    }
    void acceptingPaused(Listener &, int) override {}
    void tlsEstablished() override
    {
        stream->setObserver(this);
        if (secured)
            secured(*stream);
    }
    void tlsFailed(const TlsFailure &told) override
    {
        failure = told;
        stream.reset();
    }
    void streamReadable() override
    {
        if (readable)
            readable(*stream);
    }
    void streamWritable() override
    {
        if (writable)
            writable(*stream);
    }

    EngineLoop &m_loop;
    std::shared_ptr<SharedServerContext> m_context;
    std::unique_ptr<Listener> m_listener;
};

// Reads what is there; false at the end.
bool readAll(Stream &stream, QByteArray &into)
{
    for (;;) {
        char block[5000];
        const IoResult result = stream.read(block, sizeof block);
        if (result.status == IoResult::Status::Ok)
            into.append(block, qsizetype(result.bytes));
        else
            return result.status == IoResult::Status::WouldBlock;
    }
}

} // namespace

// Streams that shake hands as servers: OpenSSL's own where there is epoll, QSslSocket elsewhere.
class TestNetTlsServer : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    TlsServerSettings m_settings;

    // Runs the client on a thread of its own, beside a loop of that kind with a server.
    void run(const std::function<void(TlsServer &)> &prepare, const std::function<void(quint16)> &client,
             const std::function<void(TlsServer &)> &check = {})
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [&] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            TlsServer server(loop, m_settings);
            prepare(server);
            std::atomic<bool> done = false;
            std::thread other([&, port = server.port()] {
                client(port);
                done = true;
            });
            QTimer look; // the other thread wakes nobody
            look.start(1);
            QVERIFY(turnUntil([&] { return done.load(); }));
            other.join();
            if (check)
                check(server);
        });
    }

private Q_SLOTS:
    void initTestCase()
    {
        std::signal(SIGPIPE, SIG_IGN); // as the engine's thread does: OpenSSL uses write()
        TestAuthority authority(m_folder.path().toUtf8());
        const CertificateFiles files = authority.issue("a.test");
        m_settings.protocols = quint8(TlsProtocol::Tls12) | quint8(TlsProtocol::Tls13);
        m_settings.ciphers = "HIGH:!aNULL:!MD5";
        m_settings.certificates = {{{files.certificate, {}}, {files.key, {}}}};
    }

    void bytesPassBothWays_data() { addLoopRows(); }
    void bytesPassBothWays()
    {
        const QByteArray sent(300'000, 's');
        QByteArray received;
        QByteArray echoed;
        run(
            [&](TlsServer &server) {
                server.readable = [&](Stream &stream) {
                    readAll(stream, received);
                    if (received.size() == sent.size())
                        writeTo(stream, "behind " + received.last(3));
                };
            },
            [&](quint16 port) {
                SecureClient client(port);
                client.handshake();
                client.send(sent);
                client.readUntil("behind sss");
                echoed = client.take();
            });
        QCOMPARE(received, sent);
        QCOMPARE(echoed, QByteArray("behind sss"));
    }

    void whatAReaderDoesNotTakeWaits_data() { addLoopRows(); }
    void whatAReaderDoesNotTakeWaits()
    {
        const QByteArray part(100'000, 'p');
        constexpr qsizetype Total = 8'000'000;
        qsizetype given = 0;
        bool allSent = false;
        qsizetype got = 0;
        std::atomic<bool> blocked = false;
        run(
            [&](TlsServer &server) {
                const auto giveMore = [&](Stream &stream) {
                    while (given < Total) {
                        const iovec parts[] = {{const_cast<char *>(part.constData()), 7},
                                               {const_cast<char *>(part.constData()), size_t(part.size())}};
                        const IoResult result = stream.write(parts, 2);
                        if (result.status != IoResult::Status::Ok) {
                            blocked = result.status == IoResult::Status::WouldBlock;
                            return;
                        }
                        given += qsizetype(result.bytes);
                        if (qsizetype(result.bytes) < part.size() + 7) {
                            blocked = true;
                            return;
                        }
                    }
                    if (stream.awaitSent())
                        return;
                    if (!std::exchange(allSent, true))
                        stream.shutdownWrite();
                };
                server.secured = giveMore;
                server.writable = giveMore;
            },
            [&](quint16 port) {
                SecureClient client(port);
                client.handshake();
                while (!blocked)
                    std::this_thread::yield();
                client.readUntilEnd();
                got = client.take().size();
            },
            [&](TlsServer &server) { QCOMPARE(server.stream->pendingBytes(), size_t(0)); });
        QVERIFY(allSent);
        QVERIFY(given >= Total);
        QCOMPARE(got, given);
    }

    void aPausedReaderIsNotTold_data() { addLoopRows(); }
    void aPausedReaderIsNotTold()
    {
        int told = 0;
        QByteArray received;
        run(
            [&](TlsServer &server) {
                server.secured = [&](Stream &stream) {
                    stream.pauseReading(PauseReason::User);
                    writeTo(stream, "paused");
                };
                server.readable = [&](Stream &stream) {
                    ++told;
                    readAll(stream, received);
                };
            },
            [&](quint16 port) {
                SecureClient client(port);
                client.handshake();
                client.readUntil("paused");
                client.send("something");
            },
            [&](TlsServer &server) {
                turnTimes(5);
                QCOMPARE(told, 0);
                server.stream->resumeReading(PauseReason::User);
                QVERIFY(turnUntil([&] { return received == "something"; }));
            });
    }

    void endsAreTold_data() { addLoopRows(); }
    void endsAreTold()
    {
        bool ended = false;
        QByteArray received;
        run([&](TlsServer &server) { server.readable = [&](Stream &stream) { ended |= !readAll(stream, received); }; },
            [&](quint16 port) {
                SecureClient client(port);
                client.handshake();
                client.send("the last");
                client.closeNotify();
                client.raw().shutdownWrite();
            },
            [&](TlsServer &server) {
                QVERIFY(turnUntil([&] { return ended; }));
                QCOMPARE(received, QByteArray("the last"));
                QVERIFY(server.stream->isStale());
            });
    }

    void brokenHandshakesAreTold_data() { addLoopRows(); }
    void brokenHandshakesAreTold()
    {
        run([](TlsServer &) {},
            [](quint16 port) {
                RawClient client(port);
                client.send(QByteArray("\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00", 10));
                client.readUntilClosed();
            },
            [](TlsServer &server) {
                QVERIFY(turnUntil([&] { return server.failure.has_value(); }));
                QCOMPARE(server.failure->kind, TlsFailure::Kind::Handshake);
                QVERIFY2(server.failure->text.startsWith("SSL_do_handshake() failed (SSL: error:"),
                         server.failure->text);
                QVERIFY(server.failure->ordinary);
            });
    }
};

QTEST_GUILESS_MAIN(TestNetTlsServer)
#include "tst_net_tlsserver.moc"
