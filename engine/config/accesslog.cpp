// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/accesslog.h"

#include "config/values.h"

#include <climits>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qsizetype GzipBufferBytes = 64 * 1024; // nginx: where gzip names no buffer
constexpr int GzipFastest = 1;
constexpr int GzipSmallest = 9;

Error problem(const QString &message, const QString &hint = {})
{
    return {ErrorCode::InvalidValue, message, {}, hint};
}

QString shown(QByteArrayView text)
{
    return QString::fromUtf8(text);
}

Result<void> takeBuffer(QByteArrayView value, AccessLogText &log)
{
    const Result<qint64> size = parseSize(value, false);
    if (!size || *size == 0)
        return problem(u"invalid buffer size \"%1\""_s.arg(shown(value)));
    if (*size > LogFile::BufferBytesMax)
        return problem(u"invalid buffer size \"%1\""_s.arg(shown(value)), u"at most 64m"_s);
    log.file.bufferBytes = *size;
    return {};
}

Result<void> takeFlush(QByteArrayView value, AccessLogText &log)
{
    const Result<std::chrono::milliseconds> time = parseDuration(value);
    if (!time || time->count() == 0)
        return problem(u"invalid flush time \"%1\""_s.arg(shown(value)));
    log.file.flush = *time;
    return {};
}

Result<void> takeGzip(QByteArrayView word, AccessLogText &log)
{
    if (log.file.bufferBytes == 0)
        log.file.bufferBytes = GzipBufferBytes;
    log.file.gzipLevel = GzipFastest;
    if (word == "gzip")
        return {};
    const QByteArrayView value = word.sliced(5);
    const Result<qint64> level = parseNumber(value, GzipFastest, GzipSmallest);
    if (!level)
        return problem(u"invalid compression level \"%1\""_s.arg(shown(value)), u"1 to 9"_s);
    log.file.gzipLevel = int(*level);
    return {};
}

Result<void> takeParameter(QByteArrayView word, AccessLogText &log)
{
    if (word.startsWith("buffer="))
        return takeBuffer(word.sliced(7), log);
    if (word.startsWith("flush="))
        return takeFlush(word.sliced(6), log);
    if (word == "gzip" || word.startsWith("gzip="))
        return takeGzip(word, log);
    if (word.startsWith("if=")) {
        log.condition = word.sliced(3).toByteArray();
        log.hasCondition = true;
        return {};
    }
    return problem(u"invalid parameter \"%1\""_s.arg(shown(word)));
}

Result<void> checkBuffering(QByteArrayView written, const AccessLogText &log)
{
    if (log.file.flush.count() != 0 && log.file.bufferBytes == 0)
        return problem(u"no buffer is defined for access_log \"%1\""_s.arg(shown(written)),
                       u"flush= needs buffer= as well"_s);
    if (log.file.bufferBytes == 0)
        return {};
    if (log.hasVariables)
        return problem(u"buffered logs cannot have variables in name"_s);
    if (log.syslog)
        return problem(u"logs to syslog cannot be buffered"_s);
    return {};
}

template<typename T, typename Field>
bool store(const Result<T> &parsed, Field &field)
{
    if (parsed)
        field = Field(*parsed);
    return parsed.ok();
}

bool takeCacheParameter(QByteArrayView word, LogFileCacheOptions &options)
{
    if (word.startsWith("max="))
        return store(parseNumber(word.sliced(4), 0, INT_MAX), options.filesMax);
    if (word.startsWith("inactive="))
        return store(parseSeconds(word.sliced(9)), options.inactive);
    if (word.startsWith("min_uses="))
        return store(parseNumber(word.sliced(9), 0, INT_MAX), options.usesMin);
    return word.startsWith("valid=") && store(parseSeconds(word.sliced(6)), options.valid);
}

} // namespace

Result<AccessLogText> parseAccessLog(const ConfigNode &directive)
{
    AccessLogText log;
    const QByteArrayView target = directive.argument(0);
    if (target == "off") {
        if (directive.arguments.size() > 1)
            return problem(u"invalid parameter \"%1\""_s.arg(shown(directive.argument(1))));
        log.off = true;
        return log;
    }
    if (isSyslog(target)) {
        Result<SyslogOptions> syslog = parseSyslog(target);
        if (!syslog)
            return syslog.error();
        log.syslog = std::move(*syslog);
    } else {
        log.path = target.toByteArray();
        log.hasVariables = target.contains('$');
    }
    if (directive.arguments.size() > 1)
        log.format = directive.argument(1).toByteArray();
    for (size_t i = 2; i < directive.arguments.size(); ++i) {
        if (const auto taken = takeParameter(directive.argument(i), log); !taken)
            return taken.error();
    }
    if (const auto checked = checkBuffering(target, log); !checked)
        return checked.error();
    return log;
}

Result<LogFileCacheOptions> parseLogFileCache(const ConfigNode &directive)
{
    LogFileCacheOptions options;
    bool off = false;
    for (const ConfigArgument &argument : directive.arguments) {
        off |= argument.value == "off";
        if (argument.value != "off" && !takeCacheParameter(argument.value, options))
            return problem(u"invalid \"open_log_file_cache\" parameter \"%1\""_s.arg(shown(argument.value)));
    }
    if (off)
        return LogFileCacheOptions{};
    if (options.filesMax == 0)
        return problem(u"\"open_log_file_cache\" must have \"max\" parameter"_s);
    return options;
}

} // namespace portlight
