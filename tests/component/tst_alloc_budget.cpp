// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/scriptedorigin.h"
#include "support/workerfixture.h"

#include <QTest>

#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Of the sanitizers' runtime; gcc comes without the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void *, size_t),
                                                         void (*freed)(const volatile void *));
#define PORTLIGHT_SANITIZED
#endif

namespace {

// Counted on the thread that asked for it: the engine's.
thread_local bool t_counts = false;
thread_local qint64 t_allocations = 0;

[[maybe_unused]] void note()
{
    if (t_counts)
        ++t_allocations;
}

} // namespace

#ifndef PORTLIGHT_SANITIZED
// glibc's own functions stand behind those that a program defines under the same name; operator new comes here too.
extern "C" {
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

void *malloc(size_t size)
{
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    note();
    return __libc_realloc(block, size);
}
}
#endif

using namespace portlight;
using namespace portlight::testing;

// What a proxied request costs in heap allocations: they are most of what one can do wrong without noticing.
class AllocBudgetTest : public QObject
{
    Q_OBJECT

    static constexpr int Requests = 500;

    // Allocations on the engine's thread per request, behind a warm-up.
    static double allocationsPerRequest(WorkerFixture &engine, const QByteArray &asked)
    {
        RawClient client(engine.port());
        for (int i = 0; i < Requests; ++i) {
            if (client.ask(asked).status() != 200)
                return -1;
        }
        engine.run([](ProxyWorker &) {
            t_allocations = 0;
            t_counts = true;
        });
        for (int i = 0; i < Requests; ++i)
            client.ask(asked);
        qint64 counted = 0;
        engine.run([&](ProxyWorker &) {
            t_counts = false;
            counted = t_allocations;
        });
        return double(counted) / Requests;
    }

private Q_SLOTS:
    void initTestCase()
    {
#ifdef PORTLIGHT_SANITIZED
        QVERIFY(__sanitizer_install_malloc_and_free_hooks([](const volatile void *, size_t) { note(); },
                                                          [](const volatile void *) {})
                > 0);
#endif
        t_counts = true;
        const QByteArray block(1000, 'x'); // not malloc(): the compiler knows that it looks at no variable of ours
        t_counts = false;
        QVERIFY(t_allocations > 0); // the counter counts
    }

    void aKeptAliveProxiedRequestStaysWithinItsBudget()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello", "Content-Type: text/plain\r\nX-Powered-By: test\r\n"));
        WorkerFixture engine(
            "upstream u { server " + origin.url().mid(7)
            + "; }\n"
              "server { listen 127.0.0.1:@port@; server_name shop.localhost; location / { proxy_pass http://u;"
              " proxy_set_header Host $host:$server_port; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
              " proxy_set_header X-Forwarded-Proto $scheme; } }");
        QVERIFY(engine.isOpen());
        const double each = allocationsPerRequest(
            engine, request("GET /path?query=1", "User-Agent: test\r\nAccept: */*\r\nCookie: a=b\r\n"));
        qInfo() << "allocations per request:" << each;
        // Measured: 2. One more, so that what happens once in a while does not count.
        constexpr double AllocationsMax = 3;
        QVERIFY(each >= 0);
        QVERIFY2(each <= AllocationsMax, qPrintable(QString::number(each)));
    }

    void aRequestWithABodyStaysWithinItsBudget()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        WorkerFixture engine("upstream u { server " + origin.url().mid(7)
                             + "; }\n"
                               "server { listen 127.0.0.1:@port@; location / { proxy_pass http://u; } }");
        QVERIFY(engine.isOpen());
        const double each = allocationsPerRequest(engine, request("POST /", "Content-Length: 5\r\n", "hello"));
        qInfo() << "allocations per request:" << each;
        constexpr double AllocationsMax = 3; // measured: 2
        QVERIFY(each >= 0);
        QVERIFY2(each <= AllocationsMax, qPrintable(QString::number(each)));
    }

    void whatPassesThroughATunnelAllocatesNothing()
    {
        ScriptedOrigin origin;
        WorkerFixture engine("server { listen 127.0.0.1:@port@; location / { proxy_pass " + origin.url()
                             + "; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; } }");
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        QCOMPARE(client.readMessage().status(), 101);
        const auto passMessages = [&] {
            for (int i = 0; i < Requests; ++i) {
                if (!client.send("ping") || !backend.readBytes(4) || !backend.send("pong") || !client.readBytes(4))
                    return false;
                backend.take();
                client.take();
            }
            return true;
        };
        QVERIFY(passMessages());
        engine.run([](ProxyWorker &) {
            t_allocations = 0;
            t_counts = true;
        });
        const bool passed = passMessages();
        qint64 counted = 0;
        engine.run([&](ProxyWorker &) {
            t_counts = false;
            counted = t_allocations;
        });
        QVERIFY(passed);
        // The question itself costs some.
        constexpr qint64 AllocationsMax = 8;
        QVERIFY2(counted <= AllocationsMax, qPrintable(QString::number(counted)));
    }

    void aQuietTunnelHoldsNoBufferButItsHead()
    {
        constexpr int Tunnels = 20;
        ScriptedOrigin origin;
        WorkerFixture engine("server { listen 127.0.0.1:@port@; location / { proxy_pass " + origin.url()
                             + "; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; } }");
        QVERIFY(engine.isOpen());
        std::vector<RawPeer> peers;
        for (int i = 0; i < Tunnels; ++i) {
            RawClient client(engine.port());
            client.send(request("GET /ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
            RawPeer backend = origin.accept();
            backend.readMessage();
            backend.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            QCOMPARE(client.readMessage().status(), 101);
            QVERIFY(client.send(QByteArray(100'000, 'x')) && backend.readBytes(100'000));
            QVERIFY(backend.send(QByteArray(100'000, 'y')) && client.readBytes(100'000));
            peers.push_back(std::move(client));
            peers.push_back(std::move(backend));
        }
        QVERIFY2(engine.lentBytes() <= Tunnels * qint64(BufferPool::SmallBytes),
                 qPrintable(QString::number(engine.lentBytes())));
    }
};

QTEST_GUILESS_MAIN(AllocBudgetTest)
#include "tst_alloc_budget.moc"
