// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "proxy/compiledconfig.h"
#include "proxy/rewritecompiler.h"
#include "proxy/rewriteescape.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class RewriteCompilerTest : public QObject
{
    Q_OBJECT

    struct Compiled {
        RewriteProgram program;
        QStringList problems;
        QList<QByteArray> levels; // the `if` blocks that asked for a level
    };
    static Compiled compiled(const QByteArray &text)
    {
        Compiled result;
        CompiledConfig config;
        VariableTable variables;
        Diagnostics diagnostics;
        CompileScope scope{config, variables, diagnostics, NginxVersion{1, 22, 1}, {}};
        const ParseOutcome parsed = parseConfig("location / {" + text + "}", u"t"_s);
        RewriteCompiler compiler(scope, [&](const ConfigNode &block) -> const LocationConfig * {
            result.levels.append(block.argument(0).toByteArray());
            return nullptr;
        });
        compiler.compile(parsed.tree.nodes.front(), result.program);
        for (const Diagnostic &problem : diagnostics)
            result.problems.append(problem.message);
        for (const VariableTable::Use &use : variables.undefined())
            result.problems.append(u"unknown \"%1\" variable"_s.arg(QString::fromUtf8(use.name)));
        return result;
    }
    static RewriteRule ruleOf(const QByteArray &text) { return std::get<RewriteRule>(compiled(text).program.front()); }
    static QByteArray unescaped(QByteArrayView text)
    {
        WireBuffer out;
        appendUnescapedRedirect(out, text);
        return out.view().toByteArray();
    }

private Q_SLOTS:
    void flagsDecideHowARewriteGoesOn()
    {
        const RewriteRule plain = ruleOf("rewrite ^/a /b;");
        QVERIFY(!plain.endsProgram && !plain.staysHere && !plain.redirectStatus && plain.keepsArgs);
        QVERIFY(ruleOf("rewrite ^/a /b last;").endsProgram);
        QVERIFY(ruleOf("rewrite ^/a /b break;").endsProgram);
        QVERIFY(ruleOf("rewrite ^/a /b break;").staysHere);
        QCOMPARE(ruleOf("rewrite ^/a /b redirect;").redirectStatus, 302);
        QCOMPARE(ruleOf("rewrite ^/a /b permanent;").redirectStatus, 301);
        QVERIFY(ruleOf("rewrite ^/a /b permanent;").endsProgram);
    }

    void aUrlRedirectsWhateverTheFlag()
    {
        QCOMPARE(ruleOf("rewrite ^/a http://b/;").redirectStatus, 302);
        QCOMPARE(ruleOf("rewrite ^/a https://b/ last;").redirectStatus, 302);
        QCOMPARE(ruleOf("rewrite ^/a $scheme://b/;").redirectStatus, 302);
        QCOMPARE(ruleOf("rewrite ^/a https://b/ permanent;").redirectStatus, 301);
        QVERIFY(ruleOf("rewrite ^/a $scheme://b/;").endsProgram);
        QCOMPARE(ruleOf("rewrite ^/a ftp://b/;").redirectStatus, 0);
    }

    void argumentsBeginAtTheFirstQuestionMark()
    {
        const RewriteRule rule = ruleOf("rewrite ^/a /b?c=d?e;");
        QCOMPARE(rule.path.literalText(), QByteArrayView("/b"));
        QCOMPARE(rule.args.literalText(), QByteArrayView("c=d?e"));
        QVERIFY(rule.hasArgs && rule.keepsArgs);
        const RewriteRule dropping = ruleOf("rewrite ^/a /b?;");
        QCOMPARE(dropping.path.literalText(), QByteArrayView("/b"));
        QVERIFY(!dropping.hasArgs && !dropping.keepsArgs);
        const RewriteRule redirect = ruleOf("rewrite ^/a /b?c=d redirect;");
        QCOMPARE(redirect.path.literalText(), QByteArrayView("/b?c=d"));
        QVERIFY(redirect.hasArgs && redirect.keepsArgs);
    }

    void anIfJumpsBehindItsBlock()
    {
        const Compiled result = compiled("set $a 1; if ($a) { set $b 2; break; } return 200;");
        QCOMPARE(result.problems, QStringList());
        QCOMPARE(result.program.size(), size_t(5));
        QCOMPARE(std::get<IfRule>(result.program[1]).end, size_t(4));
        QCOMPARE(std::get<IfRule>(result.program[1]).text, "($a)"_ba);
        QCOMPARE(result.levels, QList<QByteArray>{"($a)"});
        QVERIFY(std::holds_alternative<BreakRule>(result.program[3]));
        QVERIFY(std::holds_alternative<ReturnRule>(result.program[4]));
    }

    void conditionsOfEveryKind_data()
    {
        using Kind = RewriteCondition::Kind;
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("negated");
        const auto row = [](const char *text, Kind kind, bool negated) {
            QTest::newRow(text) << QByteArray(text) << int(kind) << negated;
        };
        row("($uri)", Kind::Variable, false);
        row("( $uri )", Kind::Variable, false);
        row("($uri = a)", Kind::Equal, false);
        row("($uri != a)", Kind::Equal, true);
        row("( $uri = \"a b\" )", Kind::Equal, false);
        row("($uri ~ ^a$)", Kind::Match, false);
        row("($uri ~* ^a$)", Kind::Match, false);
        row("($uri !~ \"(a)\")", Kind::Match, true);
        row("($uri !~* ^a$)", Kind::Match, true);
        row("(-f /a)", Kind::PlainFile, false);
        row("(!-f $uri)", Kind::PlainFile, true);
        row("(-d /a)", Kind::Directory, false);
        row("(!-d /a)", Kind::Directory, true);
        row("(-e /a)", Kind::Exists, false);
        row("(!-e /a)", Kind::Exists, true);
        row("(-x /a)", Kind::Executable, false);
        row("( !-x /a )", Kind::Executable, true);
    }
    void conditionsOfEveryKind()
    {
        QFETCH(QByteArray, text);
        const Compiled result = compiled("if " + text + " { }");
        QCOMPARE(result.problems, QStringList());
        const RewriteCondition &condition = std::get<IfRule>(result.program.front()).condition;
        QTEST(int(condition.kind), "kind");
        QTEST(condition.negated, "negated");
    }

    void mistakesAreToldInNginxsWords_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("problem");
        const auto row = [](const char *text, const QString &problem) {
            QTest::newRow(text) << QByteArray(text) << problem;
        };
        row("rewrite ^/a \"\";", u"empty replacement"_s);
        row("rewrite ^/a /b now;", u"invalid parameter \"now\""_s);
        row("rewrite ( /b;", u"pcre2_compile() failed: missing closing parenthesis in \"(\""_s);
        row("rewrite ^/a /$;", u"invalid variable name"_s);
        row("rewrite ^/a /$nobody;", u"unknown \"nobody\" variable"_s);
        row("return abc;", u"invalid return code \"abc\""_s);
        row("return $uri;", u"invalid return code \"$uri\""_s);
        row("return 1000;", u"invalid return code \"1000\""_s);
        row("set a b;", u"invalid variable name \"a\""_s);
        row("set $ b;", u"invalid variable name \"$\""_s);
        row("set $uri b;", u"the duplicate \"uri\" variable"_s);
        row("if $uri { }", u"invalid condition \"$uri\""_s);
        row("if ($uri { }", u"invalid condition \"$uri\""_s);
        row("if (uri) { }", u"invalid condition \"uri\""_s);
        row("if ($uri =) { }", u"invalid condition \"$uri\""_s);
        row("if ($uri == a) { }", u"unexpected \"==\" in condition"_s);
        row("if ($uri ~ () { }", u"pcre2_compile() failed: missing closing parenthesis in \"(\""_s);
        row("if (-g /a) { }", u"invalid condition \"-g\""_s);
        row("if (-f) { }", u"invalid condition \"-f\""_s);
        row("if ($1) { }", u"unknown \"1\" variable"_s);
    }
    void mistakesAreToldInNginxsWords()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, problem);
        QCOMPARE(compiled(text).problems, QStringList{problem});
    }

    void namedGroupsBecomeVariables()
    {
        QCOMPARE(compiled("rewrite ^/(?<shop>.*)$ /x/$shop; if ($uri ~ (?<rest>.*)) { set $a $rest$shop; }").problems,
                 QStringList());
        QCOMPARE(compiled("rewrite ^/(?<uri>.*)$ /x;").problems, QStringList{u"the duplicate \"uri\" variable"_s});
    }

    void argumentsAreEscaped()
    {
        WireBuffer out;
        appendEscapedArgs(out, "aZ9-._~/:@!$'()*,=[] \"#%&+;<>?\\^`{|}\x01\x7f\xc3");
        QCOMPARE(out.view(),
                 QByteArrayView("aZ9-._~/:@!$'()*,=[]%20%22%23%25%26%2B%3B%3C%3E%3F%5C%5E%60%7B%7C%7D%01%7F%C3"));
    }

    void redirectsAreUnescaped()
    {
        QCOMPARE(unescaped("/a%41b%2Fc"), "/aAb/c");                 // printable ones
        QCOMPARE(unescaped("/%20%25%7f%c3%0A"), "/%20%25%7f%c3%0A"); // others stay as they are
        QCOMPARE(unescaped("/a?b%41"), "/a?b%41");
        QCOMPARE(unescaped("/a%3fb%41"), "/a?b%41"); // the path ends there
        QCOMPARE(unescaped("/a%zb"), "/azb");        // nginx drops what is broken
        QCOMPARE(unescaped("/a%4zb"), "/ab");
        QCOMPARE(unescaped("/a%"), "/a");
        QCOMPARE(unescaped("/a%4"), "/a");
    }
};

QTEST_GUILESS_MAIN(RewriteCompilerTest)
#include "tst_rewritecompiler.moc"
