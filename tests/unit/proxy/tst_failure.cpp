// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/failure.h"

#include <QTest>

#include <cerrno>

using namespace portlight;
using Kind = Failure::Kind;
using Phase = Failure::Phase;

Q_DECLARE_METATYPE(portlight::Failure)

class FailureTest : public QObject
{
    Q_OBJECT

    static Failure failure(Kind kind, Phase phase, int error = 0, qint64 bytes = 0)
    {
        Failure result;
        result.kind = kind;
        result.phase = phase;
        result.error = error;
        result.bytesSeen = bytes;
        result.peer = "127.0.0.1:3000";
        result.timeout = std::chrono::milliseconds(1500);
        if (kind == Failure::Kind::InvalidResponse)
            result.detail = "upstream sent invalid chunked response";
        return result;
    }

private Q_SLOTS:
    void eachFailureHasAStatusNginxsWordsAndASentence_data()
    {
        QTest::addColumn<Failure>("cause");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("log");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char *name, const Failure &cause, int status, const char *log, const char *sentence) {
            QTest::newRow(name) << cause << status << QByteArray(log) << QString::fromUtf8(sentence);
        };
        row("refused", failure(Kind::ConnectFailed, Phase::Connecting, ECONNREFUSED), 502,
            "connect() failed (111: Connection refused) while connecting to upstream",
            "nothing listens on 127.0.0.1:3000 (connection refused)");
        row("no socket", failure(Kind::ConnectFailed, Phase::Connecting, ENOENT), 502,
            "connect() failed (2: No such file or directory) while connecting to upstream",
            "there is no socket 127.0.0.1:3000");
        row("unreachable", failure(Kind::ConnectFailed, Phase::Connecting, EHOSTUNREACH), 502,
            "connect() failed (113: No route to host) while connecting to upstream",
            "no connection to 127.0.0.1:3000 (no route to host)");
        row("connect timeout", failure(Kind::TimedOut, Phase::Connecting), 504,
            "upstream timed out (110: Connection timed out) while connecting to upstream",
            "127.0.0.1:3000 did not take the connection within 1500 ms");
        row("send timeout", failure(Kind::TimedOut, Phase::SendingRequest), 504,
            "upstream timed out (110: Connection timed out) while sending request to upstream",
            "127.0.0.1:3000 took no more of the request for 1500 ms");
        row("read timeout", failure(Kind::TimedOut, Phase::ReadingHead), 504,
            "upstream timed out (110: Connection timed out) while reading response header from upstream",
            "127.0.0.1:3000 sent nothing for 1500 ms");
        row("closed at once", failure(Kind::ClosedEarly, Phase::ReadingHead), 502,
            "upstream prematurely closed connection while reading response header from upstream",
            "127.0.0.1:3000 closed the connection without an answer");
        row("closed in the head", failure(Kind::ClosedEarly, Phase::ReadingHead, 0, 17), 502,
            "upstream prematurely closed connection while reading response header from upstream",
            "127.0.0.1:3000 answered 17 bytes, then closed before the headers ended");
        row("closed in the body", failure(Kind::ClosedEarly, Phase::ReadingBody, 0, 17), 502,
            "upstream prematurely closed connection while reading upstream",
            "127.0.0.1:3000 closed after 17 bytes of the body, before its end");
        row("reset", failure(Kind::ReadFailed, Phase::ReadingHead, ECONNRESET, 3), 502,
            "recv() failed (104: Connection reset by peer) while reading response header from upstream",
            "the connection to 127.0.0.1:3000 broke (connection reset by peer) after 3 bytes");
        row("write failed", failure(Kind::WriteFailed, Phase::SendingRequest, EPIPE), 502,
            "writev() failed (32: Broken pipe) while sending request to upstream",
            "127.0.0.1:3000 stopped taking the request (broken pipe)");
        row("garbage", failure(Kind::InvalidResponse, Phase::ReadingHead), 502,
            "upstream sent invalid chunked response while reading response header from upstream",
            "127.0.0.1:3000 answered with something that is not HTTP: upstream sent invalid chunked response");
        row("large head", failure(Kind::HeadTooLarge, Phase::ReadingHead), 502,
            "upstream sent too big header while reading response header from upstream",
            "the headers of the answer from 127.0.0.1:3000 are larger than proxy_buffer_size allows");
        row("nobody", failure(Kind::NoLivePeer, Phase::Connecting), 502,
            "no live upstreams while connecting to upstream", "no backend of the group 127.0.0.1:3000 is left to ask");
        Failure passedOver = failure(Kind::PassedOver, Phase::ReadingHead);
        passedOver.answer = 503;
        row("passed over", passedOver, 503, "upstream answered 503 while reading response header from upstream",
            "127.0.0.1:3000 answered 503, so the next backend is asked");
        Failure handshake = failure(Kind::TlsFailed, Phase::Handshaking);
        handshake.detail = "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number)";
        row("no TLS", handshake, 502,
            "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking "
            "to "
            "upstream",
            "no TLS connection with 127.0.0.1:3000: SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong "
            "version number)");
        Failure unknown = failure(Kind::NotResolved, Phase::Connecting);
        unknown.detail = "shop could not be resolved (3: Host not found)";
        row("unknown name", unknown, 502, "shop could not be resolved (3: Host not found)",
            "the name of the backend 127.0.0.1:3000 leads to no address");
        row("loop", failure(Kind::LoopDetected, Phase::Connecting), 508,
            "the request came back to this server more than 10 times",
            "the request came back to Portlight more than 10 times");
        row("disk full", failure(Kind::BodyStoreFailed, Phase::Connecting, ENOSPC), 500,
            "the request body could not be kept (28: No space left on device)",
            "the request body could not be kept (no space left on device)");
        Failure noRoom = failure(Kind::ResponseStoreFailed, Phase::ReadingBody, ENOSPC);
        noRoom.detail = "pwrite() \"/temp/0000000001\" failed (28: No space left on device)";
        row("disk full of a response", noRoom, 500,
            "pwrite() \"/temp/0000000001\" failed (28: No space left on device) while reading upstream",
            "the response could not be kept (no space left on device)");
        Failure bound = failure(Kind::LocalAddressFailed, Phase::Connecting, EADDRNOTAVAIL);
        bound.detail = "bind(10.0.0.1)";
        row("an address of others", bound, 500,
            "bind(10.0.0.1) failed (99: Cannot assign requested address) while connecting to upstream",
            "127.0.0.1:3000 could not be dialed from the address of proxy_bind: bind(10.0.0.1) failed (cannot assign "
            "requested address)");
    }
    void eachFailureHasAStatusNginxsWordsAndASentence()
    {
        QFETCH(Failure, cause);
        QVERIFY(bool(cause));
        QTEST(cause.status(), "status");
        QTEST(cause.logText(), "log");
        QTEST(cause.sentence(), "sentence");
        QVERIFY(!cause.advice().isEmpty());
    }

    void noFailureSaysNothing()
    {
        const Failure none;
        QVERIFY(!bool(none));
        QVERIFY(none.sentence().isEmpty());
        QVERIFY(none.advice().isEmpty());
    }

    void wholeSecondsAreToldAsSeconds()
    {
        Failure cause = failure(Kind::TimedOut, Phase::ReadingHead);
        cause.timeout = std::chrono::seconds(60);
        QCOMPARE(cause.sentence(), QStringLiteral("127.0.0.1:3000 sent nothing for 60 s"));
    }

    void conditionsAreThoseOfProxyNextUpstream()
    {
        QCOMPARE(failure(Kind::ConnectFailed, Phase::Connecting, ECONNREFUSED).condition(), NextUpstream::Error);
        QCOMPARE(failure(Kind::ClosedEarly, Phase::ReadingHead).condition(), NextUpstream::Error);
        QCOMPARE(failure(Kind::TimedOut, Phase::Connecting).condition(), NextUpstream::Timeout);
        QCOMPARE(failure(Kind::HeadTooLarge, Phase::ReadingHead).condition(), NextUpstream::InvalidHeader);
        QCOMPARE(failure(Kind::InvalidResponse, Phase::ReadingHead).condition(), NextUpstream::InvalidHeader);
        QCOMPARE(failure(Kind::NoLivePeer, Phase::Connecting).condition(), NextUpstream::None);
        Failure passedOver = failure(Kind::PassedOver, Phase::ReadingHead);
        passedOver.answer = 429;
        QCOMPARE(passedOver.condition(), NextUpstream::Http429);
        for (const int status : {200, 301, 401, 418, 501, 505})
            QCOMPARE(nextUpstreamOf(status), NextUpstream::None);
    }

    void factsNameTheSystemsWordAndTheDirective()
    {
        const FailureFacts refused = failure(Kind::ConnectFailed, Phase::Connecting, ECONNREFUSED).facts();
        QCOMPARE(refused.kind, QStringLiteral("connect"));
        QCOMPARE(refused.origin, QStringLiteral("backend"));
        QCOMPARE(refused.phase, QStringLiteral("connecting to upstream"));
        QCOMPARE(refused.system, QStringLiteral("ECONNREFUSED (111): Connection refused"));
        QCOMPARE(failure(Kind::ConnectFailed, Phase::Connecting, ENETUNREACH).facts().origin,
                 QStringLiteral("network"));
        QCOMPARE(failure(Kind::ConnectFailed, Phase::Connecting, EMFILE).facts().origin,
                 QStringLiteral("this machine"));
        QCOMPARE(failure(Kind::TimedOut, Phase::SendingRequest).facts().directive, QByteArray("proxy_send_timeout"));
        QCOMPARE(failure(Kind::HeadTooLarge, Phase::ReadingHead).facts().directive, QByteArray("proxy_buffer_size"));
        Failure handshake = failure(Kind::TlsFailed, Phase::Handshaking);
        handshake.tlsAlert = 40;
        QCOMPARE(handshake.facts().system, QStringLiteral("TLS alert 40"));
    }

    void adviceNamesThePort()
    {
        QVERIFY(failure(Kind::ConnectFailed, Phase::Connecting, ECONNREFUSED)
                    .advice()
                    .contains(QStringLiteral("port 3000")));
    }
};

QTEST_GUILESS_MAIN(FailureTest)
#include "tst_failure.moc"
