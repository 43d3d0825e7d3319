// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/logclock.h"

#include <cstdio>
#include <cstdlib>

namespace portlight {

namespace {

constexpr const char *Months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

char signOf(long offset)
{
    return offset < 0 ? '-' : '+';
}

} // namespace

template<typename... Values>
QByteArrayView LogClock::make(Form &form, const char *format, Values... values)
{
    if (form.length == 0)
        form.length = std::snprintf(form.text, sizeof form.text, format, values...);
    return {form.text, form.length};
}

void LogClock::setTime(std::time_t second)
{
    if (second == m_second)
        return;
    m_second = second;
    localtime_r(&second, &m_parts);
    m_errorLog.length = m_local.length = m_iso8601.length = m_syslog.length = 0;
}

QByteArrayView LogClock::errorLogTime()
{
    return make(m_errorLog, "%4d/%02d/%02d %02d:%02d:%02d", m_parts.tm_year + 1900, m_parts.tm_mon + 1, m_parts.tm_mday,
                m_parts.tm_hour, m_parts.tm_min, m_parts.tm_sec);
}

QByteArrayView LogClock::localTime()
{
    const int minutes = std::abs(int(m_parts.tm_gmtoff / 60));
    return make(m_local, "%02d/%s/%4d:%02d:%02d:%02d %c%02d%02d", m_parts.tm_mday, Months[m_parts.tm_mon],
                m_parts.tm_year + 1900, m_parts.tm_hour, m_parts.tm_min, m_parts.tm_sec, signOf(m_parts.tm_gmtoff),
                minutes / 60, minutes % 60);
}

QByteArrayView LogClock::iso8601Time()
{
    const int minutes = std::abs(int(m_parts.tm_gmtoff / 60));
    return make(m_iso8601, "%4d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", m_parts.tm_year + 1900, m_parts.tm_mon + 1,
                m_parts.tm_mday, m_parts.tm_hour, m_parts.tm_min, m_parts.tm_sec, signOf(m_parts.tm_gmtoff),
                minutes / 60, minutes % 60);
}

QByteArrayView LogClock::syslogTime()
{
    return make(m_syslog, "%s %2d %02d:%02d:%02d", Months[m_parts.tm_mon], m_parts.tm_mday, m_parts.tm_hour,
                m_parts.tm_min, m_parts.tm_sec);
}

} // namespace portlight
