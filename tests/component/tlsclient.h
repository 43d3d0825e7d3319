// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "component/netloops.h"
#include "net/connector.h"
#include "net/tlsclientstream.h"

#include <optional>

// What the component tests of TLS streams share: settings, and a client that dials, secures and reads.
namespace portlight::test {

inline constexpr quint8 AllProtocols =
    quint8(TlsProtocol::Tls1) | quint8(TlsProtocol::Tls11) | quint8(TlsProtocol::Tls12) | quint8(TlsProtocol::Tls13);

inline TlsClientSettings tlsDefaults()
{
    TlsClientSettings settings;
    settings.protocols = AllProtocols;
    settings.ciphers = "DEFAULT";
    return settings;
}

inline std::shared_ptr<SharedSslContext>
sharedContext(const TlsClientSettings &settings,
              SharedSslContext::Sharing sharing = SharedSslContext::Sharing::WherePossible)
{
    auto context = TlsClientContext::create(settings);
    if (!context)
        qFatal("%s", qPrintable(context.error().message));
    return std::make_shared<SharedSslContext>(*context, sharing);
}

// One connection to an origin: dialed, secured, and what it was told.
struct TlsClient : TlsHandshakeObserver, ConnectorObserver {
    TlsClient(EngineLoop &engineLoop, TlsPeer tlsPeer)
        : loop(engineLoop)
        , peer(std::move(tlsPeer))
        , connector(engineLoop, this)
    {}
    // False when no outcome came.
    bool dial(quint16 port)
    {
        connector.connectTo({*SocketAddress::fromNumeric(QByteArray("127.0.0.1"), port)}, std::chrono::seconds(30));
        return turnUntil([this] { return established || failure; });
    }
    void connected(std::unique_ptr<Stream> plain, const SocketAddress &) override
    {
        stream = std::make_unique<TlsClientStream>(loop, plain->releaseDescriptor(), peer, this);
        stream->setObserver(&observer);
    }
    void connectFailed() override { qFatal("no connection"); }
    void tlsEstablished() override { established = true; }
    void tlsFailed(const TlsFailure &told) override
    {
        failure = told;
        if (dropOnFailure)
            stream.reset();
    }
    // What the next reads give, until the end or a failure, or until `count` bytes came.
    QByteArray readAll(qsizetype count = -1)
    {
        QByteArray all;
        turnUntil([&] {
            for (;;) {
                char block[1000];
                last = stream->read(block, sizeof block);
                if (last.status != IoResult::Status::Ok)
                    break;
                all.append(block, qsizetype(last.bytes));
            }
            return last.status != IoResult::Status::WouldBlock || (count >= 0 && all.size() >= count);
        });
        return all;
    }

    EngineLoop &loop;
    TlsPeer peer;
    Connector connector;
    RecordingObserver observer;
    std::unique_ptr<TlsClientStream> stream;
    std::optional<TlsFailure> failure;
    IoResult last;
    bool established = false;
    bool dropOnFailure = false;
};

inline void inEpollLoop(const std::function<void(EngineLoop &)> &body)
{
    onLoop(LoopKind::Epoll, [&] {
        EngineLoop loop(QAbstractEventDispatcher::instance());
        body(loop);
    });
}

} // namespace portlight::test
