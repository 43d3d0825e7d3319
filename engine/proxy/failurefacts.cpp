// SPDX-License-Identifier: GPL-3.0-or-later
// A failure as the window and the records tell it.
#include "proxy/failure.h"

#include "base/errorlog.h"
#include "proxy/tlsfailurewords.h"

#include <cerrno>
#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

QString kindName(Failure::Kind kind)
{
    using Kind = Failure::Kind;
    switch (kind) {
    case Kind::None: return {};
    case Kind::NotResolved: return u"resolve"_s;
    case Kind::ConnectFailed: return u"connect"_s;
    case Kind::TlsFailed: return u"tls"_s;
    case Kind::TimedOut: return u"timeout"_s;
    case Kind::ClosedEarly: return u"closed"_s;
    case Kind::ReadFailed: return u"read"_s;
    case Kind::WriteFailed: return u"write"_s;
    case Kind::InvalidResponse: return u"invalid-response"_s;
    case Kind::HeadTooLarge: return u"head-too-large"_s;
    case Kind::PassedOver: return u"passed-over"_s;
    case Kind::NoLivePeer: return u"no-live-peer"_s;
    case Kind::LoopDetected: return u"loop"_s;
    case Kind::BodyStoreFailed: return u"body-store"_s;
    case Kind::LocalAddressFailed: return u"local-address"_s;
    case Kind::ResponseStoreFailed: return u"response-store"_s;
    }
    Q_UNREACHABLE();
}

bool isOfNetwork(int error)
{
    return error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN || error == ENETDOWN;
}

bool isOfThisMachine(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL
           || error == EACCES || error == EPERM;
}

QString originName(const Failure &failure)
{
    using Kind = Failure::Kind;
    switch (failure.kind) {
    case Kind::None: return {};
    case Kind::BodyStoreFailed:
    case Kind::LocalAddressFailed:
    case Kind::ResponseStoreFailed: return u"this machine"_s;
    case Kind::NotResolved:
    case Kind::LoopDetected:
    case Kind::NoLivePeer: return u"configuration"_s;
    case Kind::TlsFailed:
        if (failure.tls == TlsFailure::Kind::OwnSettings)
            return u"configuration"_s;
        break;
    default: break;
    }
    if (isOfNetwork(failure.error))
        return u"network"_s;
    return isOfThisMachine(failure.error) ? u"this machine"_s : u"backend"_s;
}

QString systemName(const Failure &failure)
{
    if (failure.tlsAlert >= 0)
        return u"TLS alert %1"_s.arg(failure.tlsAlert);
    if (failure.error == 0)
        return {};
    const char *const name = strerrorname_np(failure.error);
    return u"%1 (%2): %3"_s.arg(QString::fromLatin1(name ? name : "errno"))
        .arg(failure.error)
        .arg(QString::fromLocal8Bit(std::strerror(failure.error)));
}

} // namespace

QByteArray Failure::directive() const
{
    switch (kind) {
    case Kind::TimedOut:
        switch (phase) {
        case Phase::Connecting:
        case Phase::Handshaking: return "proxy_connect_timeout";
        case Phase::SendingRequest: return "proxy_send_timeout";
        default: return "proxy_read_timeout";
        }
    case Kind::NotResolved: return "resolver";
    case Kind::TlsFailed: return tlsDirective(*this);
    case Kind::HeadTooLarge: return "proxy_buffer_size";
    case Kind::PassedOver: return "proxy_next_upstream";
    case Kind::NoLivePeer: return "max_fails";
    case Kind::BodyStoreFailed: return "client_body_temp_path";
    case Kind::LocalAddressFailed: return "proxy_bind";
    case Kind::ResponseStoreFailed: return "proxy_temp_path";
    case Kind::ConnectFailed:
    case Kind::InvalidResponse:
    case Kind::LoopDetected: return "proxy_pass";
    case Kind::None:
    case Kind::ClosedEarly:
    case Kind::ReadFailed:
    case Kind::WriteFailed: return {};
    }
    Q_UNREACHABLE();
}

FailureFacts Failure::facts() const
{
    FailureFacts facts;
    facts.kind = kindName(kind);
    facts.origin = originName(*this);
    const bool hasPhase = kind != Kind::LoopDetected && kind != Kind::BodyStoreFailed && kind != Kind::NotResolved;
    if (hasPhase)
        facts.phase = QString::fromLatin1(phaseWords().mid(qstrlen("while ")));
    facts.system = systemName(*this);
    facts.peer = peer;
    facts.bytesSeen = bytesSeen;
    facts.sentence = sentence();
    facts.advice = advice();
    facts.directive = directive();
    facts.logText = logText();
    facts.obstacles = obstacles;
    return facts;
}

} // namespace portlight
