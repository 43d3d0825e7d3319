// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/syslog.h"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr QByteArrayView Scheme = "syslog:";

constexpr const char *Facilities[] = {"kern",   "user",   "mail",     "daemon", "auth",   "intern", "lpr",    "news",
                                      "uucp",   "clock",  "authpriv", "ftp",    "ntp",    "audit",  "alert",  "cron",
                                      "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};

Error problem(const QString &message)
{
    return {ErrorCode::InvalidValue, message, {}, {}};
}

QString shown(QByteArrayView text)
{
    return QString::fromUtf8(text);
}

struct SeenParameters {
    bool facility = false;
    bool severity = false;
    bool tag = false;
};

Result<void> takeFacility(QByteArrayView value, SyslogOptions &options, bool seen)
{
    if (seen)
        return problem(u"duplicate syslog \"facility\""_s);
    const auto found = std::find_if(std::begin(Facilities), std::end(Facilities),
                                    [&](const char *name) { return value == QByteArrayView(name); });
    if (found == std::end(Facilities))
        return problem(u"unknown syslog facility \"%1\""_s.arg(shown(value)));
    options.facility = int(found - std::begin(Facilities));
    return {};
}

Result<void> takeSeverity(QByteArrayView value, SyslogOptions &options, bool seen)
{
    if (seen)
        return problem(u"duplicate syslog \"severity\""_s);
    const auto level = parseLogLevel(value); // the same words, in the order of RFC 3164's numbers
    if (!level)
        return problem(u"unknown syslog severity \"%1\""_s.arg(shown(value)));
    options.severity = int(*level) - 1;
    return {};
}

Result<void> takeTag(QByteArrayView value, SyslogOptions &options, bool seen)
{
    if (seen)
        return problem(u"duplicate syslog \"tag\""_s);
    if (value.size() > SyslogOptions::TagBytesMax)
        return problem(u"syslog tag length exceeds 32"_s);
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    });
    if (!plain)
        return problem(u"syslog \"tag\" only allows alphanumeric characters and underscore"_s);
    options.tag = value.toByteArray();
    return {};
}

// `rest` is what nginx quotes when it knows no such parameter.
Result<void> takeParameter(QByteArrayView word, SyslogOptions &options, SeenParameters &seen)
{
    if (word.startsWith("server=")) {
        if (!options.server.isEmpty())
            return problem(u"duplicate syslog \"server\""_s);
        if (word.size() == 7)
            return problem(u"no host in syslog server \"\""_s);
        options.server = word.sliced(7).toByteArray();
        return {};
    }
    if (word.startsWith("facility="))
        return takeFacility(word.sliced(9), options, std::exchange(seen.facility, true));
    if (word.startsWith("severity="))
        return takeSeverity(word.sliced(9), options, std::exchange(seen.severity, true));
    if (word.startsWith("tag="))
        return takeTag(word.sliced(4), options, std::exchange(seen.tag, true));
    if (word == "nohostname") {
        options.noHostName = true;
        return {};
    }
    return problem(u"unknown syslog parameter \"%1\""_s.arg(shown(word)));
}

} // namespace

bool isSyslog(QByteArrayView argument)
{
    return argument.startsWith(Scheme);
}

Result<SyslogOptions> parseSyslog(QByteArrayView argument)
{
    Q_ASSERT(isSyslog(argument));
    SyslogOptions options;
    SeenParameters seen;
    QByteArrayView rest = argument.sliced(Scheme.size());
    for (qsizetype comma = 0; comma >= 0;) {
        comma = rest.indexOf(',');
        if (const auto taken = takeParameter(comma < 0 ? rest : rest.first(comma), options, seen); !taken)
            return taken.error();
        if (comma >= 0)
            rest = rest.sliced(comma + 1);
    }
    if (options.server.isEmpty())
        return problem(u"no syslog server specified"_s);
    return options;
}

SyslogPeer::SyslogPeer(const SyslogOptions &options, const QByteArray &address, const QByteArray &hostName)
    : m_options(options)
    , m_address(address)
    , m_hostName(hostName)
{}

bool SyslogPeer::connectSocket()
{
    const auto *address = reinterpret_cast<const sockaddr *>(m_address.constData());
    m_socket = LogDescriptor(::socket(address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    return m_socket.isOpen() && ::connect(m_socket.get(), address, socklen_t(m_address.size())) == 0;
}

// A socket that failed is made anew for the next line: the server may have come back under its name.
std::optional<LogComplaint> SyslogPeer::send(QByteArrayView line, LogClock &clock, std::optional<int> severity)
{
    m_datagram.resize(0);
    m_datagram += '<' + QByteArray::number(m_options.facility * 8 + severity.value_or(m_options.severity)) + '>';
    m_datagram += clock.syslogTime();
    m_datagram += ' ';
    if (!m_options.noHostName)
        m_datagram += m_hostName + ' ';
    m_datagram += m_options.tag + ": ";
    m_datagram += line;
    const bool connected = m_socket.isOpen() || connectSocket();
    if (connected && ::send(m_socket.get(), m_datagram.constData(), size_t(m_datagram.size()), MSG_NOSIGNAL) >= 0)
        return {};
    const int error = errno;
    if (!connected || error != EAGAIN)
        m_socket.close();
    if (!m_gate.passes(std::chrono::seconds(clock.time())))
        return {};
    return LogComplaint{LogLevel::Alert,
                        QByteArray(connected ? "send()" : "connect()") + " failed (" + describeErrno(error)
                            + ") while logging to syslog, server: " + m_options.server,
                        error};
}

} // namespace portlight
