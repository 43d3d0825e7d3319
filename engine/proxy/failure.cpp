// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/failure.h"

#include "base/errorlog.h"
#include "proxy/tlsfailurewords.h"

#include <QStringList>

#include <cerrno>
#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

QString seconds(std::chrono::milliseconds time)
{
    return time.count() % 1000 == 0 ? u"%1 s"_s.arg(time.count() / 1000) : u"%1 ms"_s.arg(time.count());
}

QString systemWords(int error)
{
    return QString::fromLocal8Bit(std::strerror(error)).toLower();
}

QString port(const QByteArray &peer)
{
    return QString::fromUtf8(peer.mid(peer.lastIndexOf(':') + 1));
}

QString adviceOnEnd(const Failure &failure)
{
    const QString log = u"Look at the backend's own log: it ended this connection, perhaps because it crashed."_s;
    if (failure.bytesSeen > 0 || failure.phase != Failure::Phase::ReadingHead)
        return log;
    return log + u" A port that expects TLS ends plain HTTP like this too: then proxy_pass needs https://."_s;
}

QString adviceOnProtocol(QLatin1String spoken, const QString &port)
{
    if (spoken == QLatin1String("TLS"))
        return u"Write https:// in proxy_pass: port %1 expects TLS."_s.arg(port);
    if (spoken == QLatin1String("HTTP/2"))
        return u"Let the program on port %1 answer HTTP/1.1 too, which is what proxy_pass speaks."_s.arg(port);
    return u"Port %1 is no web server's: write in proxy_pass the port where the web server listens."_s.arg(port);
}

} // namespace

int Failure::status() const
{
    switch (kind) {
    case Kind::TimedOut: return 504;
    case Kind::LoopDetected: return 508;
    case Kind::BodyStoreFailed:
    case Kind::LocalAddressFailed:
    case Kind::ResponseStoreFailed: return 500;
    case Kind::PassedOver: return answer;
    case Kind::TlsFailed: return tls == TlsFailure::Kind::OwnSettings ? 500 : 502;
    default: return 502;
    }
}

NextUpstream Failure::condition() const
{
    switch (kind) {
    case Kind::TlsFailed: return tls == TlsFailure::Kind::OwnSettings ? NextUpstream::None : NextUpstream::Error;
    case Kind::ConnectFailed:
    case Kind::ClosedEarly:
    case Kind::ReadFailed:
    case Kind::WriteFailed: return NextUpstream::Error;
    case Kind::TimedOut: return NextUpstream::Timeout;
    case Kind::InvalidResponse:
    case Kind::HeadTooLarge: return NextUpstream::InvalidHeader;
    case Kind::PassedOver: return nextUpstreamOf(answer);
    case Kind::None:
    case Kind::NotResolved:
    case Kind::NoLivePeer:
    case Kind::LoopDetected:
    case Kind::BodyStoreFailed:
    case Kind::LocalAddressFailed:
    case Kind::ResponseStoreFailed: return NextUpstream::None;
    }
    Q_UNREACHABLE();
}

PeerFailure Failure::peerFailure() const
{
    switch (kind) {
    case Kind::ConnectFailed: return PeerFailure::Connect;
    case Kind::TlsFailed: return PeerFailure::Tls;
    case Kind::ClosedEarly: return PeerFailure::Closed;
    case Kind::ReadFailed:
    case Kind::WriteFailed: return PeerFailure::Transfer;
    case Kind::TimedOut: return PeerFailure::Timeout;
    case Kind::InvalidResponse:
    case Kind::HeadTooLarge: return PeerFailure::Invalid;
    case Kind::PassedOver: return PeerFailure::Status;
    case Kind::None:
    case Kind::NotResolved:
    case Kind::NoLivePeer:
    case Kind::LoopDetected:
    case Kind::BodyStoreFailed:
    case Kind::LocalAddressFailed:
    case Kind::ResponseStoreFailed: return PeerFailure::None;
    }
    Q_UNREACHABLE();
}

QByteArray Failure::phaseWords() const
{
    switch (phase) {
    case Phase::Connecting: return "while connecting to upstream";
    case Phase::Handshaking: return "while SSL handshaking to upstream";
    case Phase::SendingRequest: return "while sending request to upstream";
    case Phase::ReadingHead: return "while reading response header from upstream";
    case Phase::ReadingBody: return "while reading upstream";
    case Phase::Tunneling: return "while proxying upgraded connection";
    }
    Q_UNREACHABLE();
}

QByteArray Failure::logText() const
{
    QByteArray text;
    switch (kind) {
    case Kind::None: break;
    case Kind::NotResolved: return detail;
    case Kind::TlsFailed: text = detail; break;
    case Kind::ConnectFailed: text = "connect() failed (" + describeErrno(error) + ')'; break;
    case Kind::TimedOut: text = "upstream timed out (" + describeErrno(ETIMEDOUT) + ')'; break;
    case Kind::ClosedEarly: text = "upstream prematurely closed connection"; break;
    case Kind::ReadFailed:
        text = !detail.isEmpty() ? detail
                                 : (gathered ? "readv() failed (" : "recv() failed (") + describeErrno(error) + ')';
        break;
    case Kind::WriteFailed: text = "writev() failed (" + describeErrno(error) + ')'; break;
    case Kind::InvalidResponse: text = detail; break;
    case Kind::HeadTooLarge: text = "upstream sent too big header"; break;
    case Kind::PassedOver: text = "upstream answered " + QByteArray::number(answer); break;
    case Kind::NoLivePeer: text = "no live upstreams"; break;
    case Kind::LoopDetected: return "the request came back to this server more than 10 times";
    case Kind::BodyStoreFailed: return "the request body could not be kept (" + describeErrno(error) + ')';
    case Kind::LocalAddressFailed: text = detail + " failed (" + describeErrno(error) + ')'; break;
    case Kind::ResponseStoreFailed: text = detail; break;
    }
    text += ' ';
    text += phaseWords();
    return text;
}

QString Failure::sentence() const
{
    const QString who = QString::fromUtf8(peer);
    switch (kind) {
    case Kind::None: return {};
    case Kind::NotResolved: return u"the name of the backend %1 leads to no address"_s.arg(who);
    case Kind::TlsFailed: return tlsSentence(*this);
    case Kind::ConnectFailed:
        if (error == ECONNREFUSED)
            return u"nothing listens on %1 (connection refused)"_s.arg(who);
        if (error == ENOENT)
            return u"there is no socket %1"_s.arg(who);
        return u"no connection to %1 (%2)"_s.arg(who, systemWords(error));
    case Kind::TimedOut:
        if (phase == Phase::Connecting)
            return u"%1 did not take the connection within %2"_s.arg(who, seconds(timeout));
        if (phase == Phase::Handshaking)
            return u"%1 did not finish the TLS handshake within %2"_s.arg(who, seconds(timeout));
        if (phase == Phase::SendingRequest)
            return u"%1 took no more of the request for %2"_s.arg(who, seconds(timeout));
        return u"%1 sent nothing for %2"_s.arg(who, seconds(timeout));
    case Kind::ClosedEarly:
        if (phase == Phase::ReadingBody)
            return u"%1 closed after %2 bytes of the body, before its end"_s.arg(who).arg(bytesSeen);
        if (bytesSeen == 0)
            return u"%1 closed the connection without an answer"_s.arg(who);
        return u"%1 answered %2 bytes, then closed before the headers ended"_s.arg(who).arg(bytesSeen);
    case Kind::ReadFailed:
        return u"the connection to %1 broke (%2) after %3 bytes"_s.arg(who, systemWords(error)).arg(bytesSeen);
    case Kind::WriteFailed: return u"%1 stopped taking the request (%2)"_s.arg(who, systemWords(error));
    case Kind::InvalidResponse:
        if (spoken)
            return u"%1 speaks %2, not plain HTTP/1"_s.arg(who, QLatin1String(spoken));
        return u"%1 answered with something that is not HTTP: %2"_s.arg(who, QString::fromUtf8(detail));
    case Kind::HeadTooLarge:
        return u"the headers of the answer from %1 are larger than proxy_buffer_size allows"_s.arg(who);
    case Kind::PassedOver: return u"%1 answered %2, so the next backend is asked"_s.arg(who).arg(answer);
    case Kind::NoLivePeer: return u"no backend of the group %1 is left to ask"_s.arg(who);
    case Kind::LoopDetected: return u"the request came back to Portlight more than 10 times"_s;
    case Kind::BodyStoreFailed: return u"the request body could not be kept (%1)"_s.arg(systemWords(error));
    case Kind::LocalAddressFailed:
        return u"%1 could not be dialed from the address of proxy_bind: %2 failed (%3)"_s.arg(
            who, QString::fromUtf8(detail), systemWords(error));
    case Kind::ResponseStoreFailed: return u"the response could not be kept (%1)"_s.arg(systemWords(error));
    }
    Q_UNREACHABLE();
}

QString Failure::advice() const
{
    const QString p = port(peer);
    switch (kind) {
    case Kind::None: return {};
    case Kind::NotResolved:
        return u"Check the spelling of the name, and that `resolver` names a DNS server that knows it."_s;
    case Kind::TlsFailed: return tlsAdvice(*this);
    case Kind::ConnectFailed:
        if (error == ECONNREFUSED)
            return u"Start the program that should listen on port %1, or point the domain at the port it really uses."_s
                .arg(p);
        return u"Check the address of the backend."_s;
    case Kind::TimedOut:
        return phase == Phase::Connecting || phase == Phase::Handshaking
                   ? u"Check that the backend is reachable; proxy_connect_timeout sets how long to wait."_s
                   : u"Look at what the backend is doing; proxy_read_timeout and proxy_send_timeout set how long to wait."_s;
    case Kind::ClosedEarly:
    case Kind::ReadFailed: return adviceOnEnd(*this);
    case Kind::WriteFailed: return u"The backend may refuse bodies of this size or kind: look at its log."_s;
    case Kind::InvalidResponse:
        if (spoken)
            return adviceOnProtocol(QLatin1String(spoken), p);
        return u"Check that port %1 speaks plain HTTP: it may expect TLS or another protocol."_s.arg(p);
    case Kind::HeadTooLarge: return u"Raise proxy_buffer_size, or look for an outsized cookie or header."_s;
    case Kind::PassedOver: return u"proxy_next_upstream names the statuses after which another backend is asked."_s;
    case Kind::NoLivePeer:
        return u"All of them are down, busy (max_conns), or have failed lately (max_fails, fail_timeout): see Backends."_s;
    case Kind::LoopDetected: return u"Point the domain at the backend itself, not at a name that Portlight serves."_s;
    case Kind::BodyStoreFailed: return u"Make room in the folder for temporary files."_s;
    case Kind::LocalAddressFailed:
        return error == EPERM ? u"proxy_bind with \"transparent\" needs the capability CAP_NET_RAW or CAP_NET_ADMIN, "
                                u"which desktop "
                                "programs do not have: leave \"transparent\" out on this machine."_s
                              : u"proxy_bind takes an address of this machine, of the same family as the backend's."_s;
    case Kind::ResponseStoreFailed:
        return u"Make room in the folder for temporary files (proxy_temp_path), or keep responses in memory alone: "
               "proxy_max_temp_file_size 0."_s;
    }
    Q_UNREACHABLE();
}

} // namespace portlight
