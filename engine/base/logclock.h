// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <ctime>

namespace portlight {

// The local time in the forms that logs want it in, each made once a second at most (ngx_times.c). English month names
// whatever the locale is. One thread; owned by whoever writes logs.
class LogClock
{
public:
    // The time that the forms below show.
    void setTime(std::time_t second);
    std::time_t time() const { return m_second; }

    QByteArrayView errorLogTime(); // "2026/11/21 02:19:05"
    QByteArrayView localTime();    // "21/Nov/2026:02:19:05 +0000": $time_local
    QByteArrayView iso8601Time();  // "2026-11-21T02:19:05+00:00": $time_iso8601
    QByteArrayView syslogTime();   // "Nov 21 02:19:05", the day padded with a space (RFC 3164 §4.1.2)

private:
    // A form that has been made for m_second, or none when it is empty.
    struct Form {
        char text[40];
        int length = 0;
    };
    template<typename... Values>
    static QByteArrayView make(Form &form, const char *format, Values... values);

    std::time_t m_second = -1;
    std::tm m_parts{};
    Form m_errorLog;
    Form m_local;
    Form m_iso8601;
    Form m_syslog;
};

} // namespace portlight
