// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/expires.h"

#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr std::chrono::seconds Day{24 * 60 * 60};
constexpr std::time_t EpochTime = 1;        // Thu, 01 Jan 1970 00:00:01 GMT
constexpr std::time_t MaxTime = 2145916555; // Thu, 31 Dec 2037 23:55:55 GMT
constexpr std::time_t MaxAge = 315360000;   // ten years

Error problem(const QString &message)
{
    return {ErrorCode::InvalidValue, message, {}, {}};
}

// The next time that a clock on the wall shows `sinceMidnight` (ngx_next_time).
std::time_t nextDaily(std::chrono::seconds sinceMidnight, std::time_t now)
{
    std::tm parts{};
    localtime_r(&now, &parts);
    const int seconds = int(sinceMidnight.count());
    parts.tm_hour = seconds / 3600;
    parts.tm_min = seconds % 3600 / 60;
    parts.tm_sec = seconds % 60;
    std::tm today = parts;
    if (const std::time_t next = std::mktime(&today); next > now)
        return next;
    ++parts.tm_mday;
    return std::mktime(&parts);
}

} // namespace

Result<ExpiresRule> parseExpires(QByteArrayView value, bool modified)
{
    using Kind = ExpiresRule::Kind;
    if (!modified && value == "epoch")
        return ExpiresRule{Kind::Epoch, {}};
    if (!modified && value == "max")
        return ExpiresRule{Kind::Max, {}};
    if (!modified && value == "off")
        return ExpiresRule{Kind::Off, {}};
    ExpiresRule rule{modified ? Kind::Modified : Kind::Access, {}};
    bool minus = false;
    if (value.startsWith('@')) {
        if (modified)
            return problem(u"daily time cannot be used with \"modified\" parameter"_s);
        rule.kind = Kind::Daily;
    } else {
        minus = value.startsWith('-');
    }
    const bool prefixed = minus || value.startsWith('@') || value.startsWith('+');
    const Result<std::chrono::seconds> time = parseSeconds(prefixed ? value.sliced(1) : value);
    if (!time)
        return problem(u"invalid value"_s);
    if (rule.kind == Kind::Daily && *time > Day)
        return problem(u"daily time value must be less than 24 hours"_s);
    rule.time = minus ? -*time : *time;
    return rule;
}

ExpiresAnswer answerExpires(const ExpiresRule &rule, std::time_t now, std::time_t lastModified)
{
    switch (rule.kind) {
    case ExpiresRule::Kind::Off: break;
    case ExpiresRule::Kind::Epoch: return {EpochTime, -1};
    case ExpiresRule::Kind::Max: return {MaxTime, MaxAge};
    case ExpiresRule::Kind::Daily: {
        const std::time_t next = nextDaily(rule.time, now);
        return {next, next - now};
    }
    case ExpiresRule::Kind::Modified:
        if (rule.time.count() == 0)
            return {now, 0};
        if (lastModified != -1) {
            const std::time_t expires = lastModified + rule.time.count();
            return {expires, rule.time.count() < 0 ? -1 : expires - now};
        }
        [[fallthrough]];
    case ExpiresRule::Kind::Access: return {now + rule.time.count(), rule.time.count()};
    }
    Q_UNREACHABLE();
}

} // namespace portlight
