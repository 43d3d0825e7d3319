// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/logclock.h"
#include "base/logfile.h"

namespace portlight {

// "syslog:server=…,facility=…,severity=…,tag=…,nohostname" of access_log and error_log (ngx_syslog.c).
struct SyslogOptions {
    static constexpr qsizetype TagBytesMax = 32; // RFC 3164 §4.1.3
    static constexpr quint16 DefaultPort = 514;

    QByteArray server; // as written: "10.0.0.1:1514", "localhost", "unix:/dev/log"
    int facility = 23; // local7
    int severity = 6;  // info; an error log's lines have their own
    QByteArray tag = "nginx";
    bool noHostName = false;

    friend bool operator==(const SyslogOptions &, const SyslogOptions &) = default;
};

bool isSyslog(QByteArrayView argument);
// Takes apart what begins with "syslog:"; errors are nginx's, without position. The server's address is not looked at.
Result<SyslogOptions> parseSyslog(QByteArrayView argument);

// Sends lines as datagrams to one syslog server (RFC 3164), never waiting: what the socket does not take is lost, and
// the complaint about it comes back at most once a minute. One thread.
class SyslogPeer
{
public:
    // `address` is the bytes of a sockaddr.
    SyslogPeer(const SyslogOptions &options, const QByteArray &address, const QByteArray &hostName);

    const SyslogOptions &options() const { return m_options; }
    // One line, without its end. `severity` 0..7 in place of the options' own.
    std::optional<LogComplaint> send(QByteArrayView line, LogClock &clock, std::optional<int> severity = {});

private:
    bool connectSocket();

    const SyslogOptions m_options;
    const QByteArray m_address;
    const QByteArray m_hostName;
    LogDescriptor m_socket;
    QByteArray m_datagram;
    LogComplaintGate m_gate;
};

} // namespace portlight
