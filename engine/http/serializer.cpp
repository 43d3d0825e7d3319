// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/serializer.h"

namespace portlight {

void appendStatusLine(WireBuffer &out, int status, QByteArrayView reason)
{
    out.appendLiteral("HTTP/1.1 ");
    // Three digits always (RFC 9112 §4), also for a number that no reason phrase belongs to.
    char *digits = out.reserve(3);
    digits[0] = char('0' + status / 100 % 10);
    digits[1] = char('0' + status / 10 % 10);
    digits[2] = char('0' + status % 10);
    out.commit(3);
    if (reason.isEmpty())
        reason = reasonPhrase(status);
    out.append(' '); // stands there even when no phrase follows (RFC 9112 §4), and nginx writes it
    out.append(reason);
    out.appendLiteral("\r\n");
}

void appendField(WireBuffer &out, QByteArrayView name, QByteArrayView value)
{
    char *place = out.reserve(size_t(name.size() + value.size()) + 4);
    const auto put = [&place](const char *bytes, qsizetype count) {
        if (count > 0)
            std::memcpy(place, bytes, size_t(count));
        place += count;
    };
    put(name.data(), name.size());
    put(": ", 2);
    put(value.data(), value.size());
    put("\r\n", 2);
    out.commit(size_t(name.size() + value.size()) + 4);
}

void appendField(WireBuffer &out, QByteArrayView name, quint64 value)
{
    out.append(name);
    out.appendLiteral(": ");
    out.appendNumber(value);
    out.appendLiteral("\r\n");
}

void appendChunkHead(WireBuffer &out, quint64 size)
{
    out.appendHex(size);
    out.appendLiteral("\r\n");
}

void appendLastChunk(WireBuffer &out, QByteArrayView trailerLines)
{
    out.appendLiteral("0\r\n");
    out.append(trailerLines);
    out.appendLiteral("\r\n");
}

void formatHttpDate(std::chrono::system_clock::time_point time, char (&out)[30])
{
    static constexpr char days[] = "SunMonTueWedThuFriSat";
    static constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    namespace chr = std::chrono;
    const auto day = chr::floor<chr::days>(time);
    const chr::year_month_day date{day};
    const chr::hh_mm_ss clock{chr::floor<chr::seconds>(time - day)};
    const auto twoDigits = [&out](int at, unsigned value) {
        out[at] = char('0' + value / 10 % 10);
        out[at + 1] = char('0' + value % 10);
    };
    std::memcpy(out, "Day, 00 Mon 0000 00:00:00 GMT", 30);
    std::memcpy(out, days + chr::weekday{day}.c_encoding() * 3, 3);
    twoDigits(5, unsigned(date.day()));
    std::memcpy(out + 8, months + (unsigned(date.month()) - 1) * 3, 3);
    const auto year = unsigned(int(date.year()));
    twoDigits(12, year / 100);
    twoDigits(14, year % 100);
    twoDigits(17, unsigned(clock.hours().count()));
    twoDigits(20, unsigned(clock.minutes().count()));
    twoDigits(23, unsigned(clock.seconds().count()));
}

} // namespace portlight
