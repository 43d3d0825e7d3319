// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/accesslog.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class AccessLogTest : public QObject
{
    Q_OBJECT
    static Result<AccessLogText> parsed(const std::vector<QByteArray> &arguments)
    {
        return parseAccessLog(ConfigNode::directive("access_log", arguments));
    }
    static QString problem(const std::vector<QByteArray> &arguments)
    {
        const auto log = parsed(arguments);
        return log ? u"taken"_s : log.error().message;
    }
    static Result<LogFileCacheOptions> cache(const std::vector<QByteArray> &arguments)
    {
        return parseLogFileCache(ConfigNode::directive("open_log_file_cache", arguments));
    }

private Q_SLOTS:
    void aPathAloneIsCombinedAndUnbuffered()
    {
        const auto log = parsed({"logs/a.log"});
        QVERIFY(log.ok());
        QCOMPARE(log->path, "logs/a.log"_ba);
        QCOMPARE(log->format, "combined"_ba);
        QVERIFY(log->file == LogFileOptions{});
        QVERIFY(!log->off && !log->hasVariables && !log->hasCondition && !log->syslog);
    }
    void parametersAreTaken()
    {
        const auto log = parsed({"a.log", "main", "buffer=32k", "flush=5s", "gzip=9", "if=$loggable"});
        QVERIFY(log.ok());
        QCOMPARE(log->format, "main"_ba);
        QCOMPARE(log->file.bufferBytes, 32 * 1024);
        QVERIFY(log->file.flush == 5s);
        QCOMPARE(log->file.gzipLevel, 9);
        QVERIFY(log->hasCondition);
        QCOMPARE(log->condition, "$loggable"_ba);
        const auto gzip = parsed({"a.log", "main", "gzip"});
        QCOMPARE(gzip->file.gzipLevel, 1);
        QCOMPARE(gzip->file.bufferBytes, 64 * 1024);
        QVERIFY(parsed({"off"})->off);
        QVERIFY(parsed({"/var/log/$host.log"})->hasVariables);
        QVERIFY(parsed({"syslog:server=127.0.0.1", "main"})->syslog.has_value());
    }
    void whatNginxRefusesIsRefusedInItsWords()
    {
        QCOMPARE(problem({"off", "main"}), u"invalid parameter \"main\""_s);
        QCOMPARE(problem({"a.log", "main", "buffer=0"}), u"invalid buffer size \"0\""_s);
        QCOMPARE(problem({"a.log", "main", "buffer=x"}), u"invalid buffer size \"x\""_s);
        QCOMPARE(problem({"a.log", "main", "flush=0"}), u"invalid flush time \"0\""_s);
        QCOMPARE(problem({"a.log", "main", "flush=1m"}), u"no buffer is defined for access_log \"a.log\""_s);
        QCOMPARE(problem({"a.log", "main", "gzip=0"}), u"invalid compression level \"0\""_s);
        QCOMPARE(problem({"a.log", "main", "gzip=10"}), u"invalid compression level \"10\""_s);
        QCOMPARE(problem({"a.log", "main", "gzipped"}), u"invalid parameter \"gzipped\""_s);
        QCOMPARE(problem({"a.log", "main", "max=1"}), u"invalid parameter \"max=1\""_s);
        QCOMPARE(problem({"$host.log", "main", "buffer=1k"}), u"buffered logs cannot have variables in name"_s);
        QCOMPARE(problem({"syslog:server=127.0.0.1", "main", "gzip"}), u"logs to syslog cannot be buffered"_s);
        QCOMPARE(problem({"syslog:"}), u"unknown syslog parameter \"\""_s);
        QCOMPARE(problem({"syslog:tag=a"}), u"no syslog server specified"_s);
    }
    void theLargestBufferIsTakenAndOneLargerIsNot()
    {
        QCOMPARE(problem({"a.log", "main", "buffer=64m"}), u"taken"_s);
        QCOMPARE(problem({"a.log", "main", "buffer=67108865"}), u"invalid buffer size \"67108865\""_s);
    }
    void theCacheOfOpenFilesHasNginxsDefaults()
    {
        const auto options = cache({"max=100"});
        QVERIFY(options.ok());
        QCOMPARE(options->filesMax, 100);
        QVERIFY(options->inactive == 10s && options->valid == 60s);
        QCOMPARE(options->usesMin, 1);
        const auto all = cache({"max=5", "inactive=20s", "valid=1m", "min_uses=2"});
        QVERIFY(all->inactive == 20s && all->valid == 60s);
        QCOMPARE(all->usesMin, 2);
        QCOMPARE(cache({"off"})->filesMax, 0);
    }
    void brokenCacheParametersGetNginxsWords()
    {
        QCOMPARE(cache({"inactive=20s"}).error().message, u"\"open_log_file_cache\" must have \"max\" parameter"_s);
        QCOMPARE(cache({"max=x"}).error().message, u"invalid \"open_log_file_cache\" parameter \"max=x\""_s);
        QCOMPARE(cache({"size=1"}).error().message, u"invalid \"open_log_file_cache\" parameter \"size=1\""_s);
    }
};

QTEST_APPLESS_MAIN(AccessLogTest)
#include "tst_accesslog.moc"
