// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "proxy/compile.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

// What the directives of ngx_http_log_module and error_log become.
class CompileLogsTest : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;
    QString m_prefix = m_dir.path();

    // `main` stands outside http, `http` in it, `server` and `location` in the one of each.
    CompileOutcome compiled(const QByteArray &main, const QByteArray &http, const QByteArray &server = {},
                            const QByteArray &location = {}) const
    {
        const QByteArray text = main + " events { } http { " + http + " server { listen 127.0.0.1:8080; " + server
                                + " location / { return 204; " + location + " } } }";
        const ParseOutcome parsed = parseConfig(text, u"test.conf"_s);
        CompileOptions options;
        options.prefix = m_prefix;
        return compileConfig(parsed.tree, options);
    }
    QString problem(const QByteArray &http) const
    {
        const CompileOutcome outcome = compiled({}, http);
        return outcome.config || outcome.diagnostics.isEmpty() ? u"compiled"_s : outcome.diagnostics.first().message;
    }
    QByteArray path(const char *name) const { return m_prefix.toUtf8() + '/' + name; }
    static const LevelSettings &serverOf(const CompileOutcome &outcome)
    {
        return outcome.config->servers.front()->root->settings;
    }
    static const LevelSettings &locationOf(const CompileOutcome &outcome)
    {
        return outcome.config->servers.front()->root->locations.front()->settings;
    }

private Q_SLOTS:
    void nothingIsLoggedWithoutAFolderForIt()
    {
        const CompileOutcome without = compiled({}, {});
        QVERIFY(serverOf(without).log->rules.empty());
        QVERIFY(QDir(m_prefix).mkdir(u"logs"_s));
        const CompileOutcome with = compiled({}, {});
        QVERIFY(QDir(m_prefix).rmdir(u"logs"_s));
        QCOMPARE(serverOf(with).log->rules.size(), size_t(1));
        QCOMPARE(with.config->logs.files.front().path, path("logs/access.log"));
        QCOMPARE(serverOf(with).log->rules.front().format->name, "combined"_ba);
    }
    void aLowerLevelReplacesAllLogsOfTheOneAbove()
    {
        const CompileOutcome outcome =
            compiled({}, "log_format short '$status'; access_log a.log; access_log b.log short;", {},
                     "access_log /var/c.log Short if=$arg_log;");
        QVERIFY(outcome.config);
        QCOMPARE(serverOf(outcome).log->rules.size(), size_t(2));
        QCOMPARE(locationOf(outcome).log->rules.size(), size_t(1));
        const AccessLogRule &rule = locationOf(outcome).log->rules.front();
        QCOMPARE(rule.format->name, "short"_ba); // found in any case
        QVERIFY(rule.condition.has_value());
        QCOMPARE(outcome.config->logs.files[size_t(rule.file)].path, "/var/c.log"_ba);
        QCOMPARE(outcome.config->logs.files[0].path, path("a.log"));
        QVERIFY(outcome.config->logs.files[0].position.isKnown());
    }
    void offSilencesItsLevelAndIsReplacedBelow()
    {
        const CompileOutcome outcome = compiled({}, "access_log off;", {}, "access_log a.log;");
        QVERIFY(serverOf(outcome).log->off);
        QVERIFY(!locationOf(outcome).log->off);
        QVERIFY(serverOf(compiled({}, "access_log a.log; access_log off;")).log->off);
    }
    void oneFileIsOpenedOnceWithOneBuffer()
    {
        const CompileOutcome outcome =
            compiled({}, "access_log a.log combined buffer=8k flush=1s;", {}, "access_log a.log;");
        QVERIFY(outcome.config);
        QCOMPARE(outcome.config->logs.files.size(), size_t(1));
        QCOMPARE(outcome.config->logs.files[0].options.bufferBytes, 8192);
        QCOMPARE(problem("access_log a.log combined buffer=8k; access_log a.log combined buffer=16k;"),
                 u"access_log \"a.log\" already defined with conflicting parameters"_s);
    }
    void anErrorLogOfTheSamePathHasNoBuffer()
    {
        const CompileOutcome outcome = compiled({}, "access_log a.log combined buffer=8k; error_log a.log;");
        QCOMPARE(outcome.config->logs.files.size(), size_t(2));
        QCOMPARE(outcome.config->logs.files[1].options.bufferBytes, 0);
    }
    void formatsAreLookedUp()
    {
        QCOMPARE(problem("access_log a.log nosuch;"), u"unknown log format \"nosuch\""_s);
        QCOMPARE(problem("access_log a.log late; log_format late x;"), u"unknown log format \"late\""_s);
        QCOMPARE(problem("log_format a x; log_format a y;"), u"duplicate \"log_format\" name \"a\""_s);
        QCOMPARE(problem("log_format combined x;"), u"duplicate \"log_format\" name \"combined\""_s);
        QCOMPARE(problem("log_format a $nosuch;"), u"unknown \"nosuch\" variable"_s);
        QCOMPARE(problem("log_format a $pipe$msec; access_log x a;"), u"compiled"_s);
    }
    void pathsWithVariablesAreTemplates()
    {
        const CompileOutcome outcome = compiled({}, "access_log logs/$host.log; open_log_file_cache max=7;");
        QVERIFY(outcome.config);
        QVERIFY(outcome.config->logs.files.empty());
        QVERIFY(!serverOf(outcome).log->rules.front().path.isLiteral());
        QCOMPARE(outcome.config->logs.caches.size(), size_t(1));
        QCOMPARE(outcome.config->logs.caches[0].filesMax, 7);
        QCOMPARE(serverOf(outcome).log->fileCache, 0);
        QCOMPARE(locationOf(compiled({}, "open_log_file_cache max=7;", {}, "open_log_file_cache off;")).log->fileCache,
                 -1);
    }
    void errorLogsOfALevelGoTogetherAndReplaceThoseAbove()
    {
        const CompileOutcome outcome = compiled("error_log m.log warn;", "error_log a.log; error_log b.log info;", {},
                                                "error_log stderr debug_http;");
        QVERIFY(outcome.config);
        const LogPlan &plan = outcome.config->logs;
        const ErrorLogRules &main = plan.errorLogs[size_t(plan.mainErrorLog)];
        QCOMPARE(main.size(), size_t(1));
        QCOMPARE(main[0].level, LogLevel::Warn);
        const ErrorLogRules &server = plan.errorLogs[size_t(serverOf(outcome).log->errorLog)];
        QCOMPARE(server.size(), size_t(2));
        QCOMPARE(server[0].level, LogLevel::Error);
        QCOMPARE(server[1].level, LogLevel::Info);
        const ErrorLogRules &location = plan.errorLogs[size_t(locationOf(outcome).log->errorLog)];
        QCOMPARE(location.size(), size_t(1));
        QCOMPARE(location[0].level, LogLevel::Debug);
        QCOMPARE(plan.files[size_t(location[0].file)].path, "stderr"_ba);
        QCOMPARE(plan.files[size_t(main[0].file)].path, path("m.log"));
    }
    void anErrorLogTakesOneLevel()
    {
        QCOMPARE(problem("error_log a.log info warn;"), u"duplicate log level \"warn\""_s);
        QCOMPARE(problem("error_log a.log loud;"), u"invalid log level \"loud\""_s);
        QCOMPARE(problem("error_log syslog:tag=a;"), u"no syslog server specified"_s);
        QCOMPARE(problem("error_log syslog:server=127.0.0.1:99999;"),
                 u"invalid port in syslog server \"127.0.0.1:99999\""_s);
    }
    void addedFieldsAreReplacedAsAWhole()
    {
        const CompileOutcome outcome =
            compiled({}, "add_header A 1; add_header B 2 always;", "add_trailer T 3;", "add_header C $uri;");
        QVERIFY(outcome.config);
        QCOMPARE(serverOf(outcome).headers->headers.all.size(), size_t(2));
        QVERIFY(serverOf(outcome).headers->headers.all[1].always);
        QCOMPARE(locationOf(outcome).headers->headers.all.size(), size_t(1));
        QCOMPARE(locationOf(outcome).headers->headers.all[0].name, "C"_ba);
        QCOMPARE(locationOf(outcome).headers->trailers.all.size(), size_t(1));
    }
    void addHeaderInheritSaysWhatIsHandedDown()
    {
        const auto names = [&](const QByteArray &server, const QByteArray &location) {
            const CompileOutcome outcome = compiled({}, "add_header A 1;", server, location);
            QByteArray text;
            if (!outcome.config)
                return "refused: "_ba + outcome.diagnostics.first().message.toUtf8();
            for (const AddedField &field : locationOf(outcome).headers->headers.all)
                text += field.name;
            return text;
        };
        QCOMPARE(names({}, {}), "A"_ba);
        QCOMPARE(names({}, "add_header B 1;"), "B"_ba);
        QCOMPARE(names({}, "add_header B 1; add_header_inherit merge;"), "BA"_ba);
        QCOMPARE(names("add_header_inherit merge;", "add_header B 1;"), "BA"_ba);
        QCOMPARE(names({}, "add_header_inherit off;"), ""_ba);
        QCOMPARE(names("add_header B 1; add_header_inherit off;", {}), ""_ba);
        QCOMPARE(names("add_header B 1; add_header_inherit off;", "add_header_inherit on;"), "B"_ba);
        QCOMPARE(names("add_header B 1; add_header_inherit merge;", {}), "BA"_ba);
        QCOMPARE(names("add_header B 1; add_header_inherit off;", "add_header C 1; add_header D 1;"), "CD"_ba);
    }
    void brokenHeaderDirectivesGetNginxsWords()
    {
        QCOMPARE(problem("add_header A b c;"), u"invalid parameter \"c\""_s);
        QCOMPARE(problem("expires soon;"), u"\"expires\" directive invalid value"_s);
        QCOMPARE(problem("expires modifed 1h;"), u"\"expires\" directive invalid value"_s);
        QCOMPARE(problem("expires modified @1h;"),
                 u"\"expires\" directive daily time cannot be used with \"modified\" parameter"_s);
        QCOMPARE(problem("add_header A $nosuch;"), u"unknown \"nosuch\" variable"_s);
    }
};

QTEST_GUILESS_MAIN(CompileLogsTest)
#include "tst_compilelogs.moc"
