// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/lexer.h"
#include "config/parser.h"
#include "config/parserlimits.h"

#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

// "line:column: message" of every problem.
QStringList problems(const QByteArray &text)
{
    QStringList list;
    for (const Diagnostic &found : parseConfig(text, u"t.conf"_s).diagnostics)
        list += u"%1:%2: %3"_s.arg(found.where.line).arg(found.where.column).arg(found.message);
    return list;
}

QByteArray nested(size_t depth)
{
    const auto count = static_cast<qsizetype>(depth);
    return QByteArray("a{").repeated(count) + QByteArray("}").repeated(count);
}

} // namespace

class TestConfigParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void treeHoldsNamesArgumentsAndPositions();
    void commentsKeepTheirPlace();
    void commentInsideADirectiveMovesBeforeIt();
    void mapEntriesAreStatements();
    void syntaxErrorsAreReported_data();
    void syntaxErrorsAreReported();
    void severalSlipsAreReportedAtOnce();
    void hintsNameTheCause();
    void restOfTheTreeSurvivesASlip();
    void nestingIsBounded();
    void reportsAreBounded();
    void sizeIsBounded();
    void missingFileIsNamed();
    void directoryIsNoFile();
    void fileIsRead();
};

void TestConfigParser::treeHoldsNamesArgumentsAndPositions()
{
    const ParseOutcome outcome = parseConfig("http {\n    server { listen '80' ; }\n}\n", u"a.conf"_s);
    QVERIFY(outcome.ok());
    const ConfigNode *const http = outcome.tree.child("http");
    QVERIFY(http && http->isBlock());
    const ConfigNode *const server = http->child("server");
    QVERIFY(server);
    QCOMPARE(server->position, (TextPosition{u"a.conf"_s, 2, 5}));
    const ConfigNode *const listen = server->child("listen");
    QVERIFY(listen && !listen->isBlock());
    QCOMPARE(listen->argument(0), QByteArrayView("80"));
    QCOMPARE(listen->arguments[0].written, "'80'"_ba);
    QCOMPARE(listen->arguments[0].line, 2);
    QCOMPARE(listen->arguments[0].column, 21);
    QVERIFY(listen->argument(1).isEmpty());
    QVERIFY(!server->child("root"));
}

void TestConfigParser::commentsKeepTheirPlace()
{
    const ParseOutcome outcome = parseConfig("# top\n\na; # behind\n\n# own\nb { # inside\n} # after\n", u"t"_s);
    const std::vector<ConfigNode> &nodes = outcome.tree.nodes;
    QCOMPARE(nodes.size(), size_t(6));
    QCOMPARE(nodes[0].comment, "# top"_ba);
    QVERIFY(!nodes[0].onSameLine);
    QVERIFY(nodes[1].blankLineBefore);
    QVERIFY(nodes[2].onSameLine);
    QVERIFY(!nodes[3].onSameLine && nodes[3].blankLineBefore);
    QCOMPARE(nodes[4].children.size(), size_t(1));
    QVERIFY(nodes[4].children[0].onSameLine);
    QVERIFY(nodes[5].onSameLine);
}

void TestConfigParser::commentInsideADirectiveMovesBeforeIt()
{
    const ParseOutcome outcome = parseConfig("a;\n\nb one # why\n  two;\n", u"t"_s);
    QVERIFY(outcome.ok());
    const std::vector<ConfigNode> &nodes = outcome.tree.nodes;
    QCOMPARE(nodes.size(), size_t(3));
    QVERIFY(nodes[1].isComment() && nodes[1].blankLineBefore && !nodes[1].onSameLine);
    QCOMPARE(nodes[2].arguments.size(), size_t(2));
}

void TestConfigParser::mapEntriesAreStatements()
{
    const ParseOutcome outcome = parseConfig("map $a $b { default x; '' y; ~*^a\\.b 'z z'; }", u"t"_s);
    QVERIFY(outcome.ok());
    const std::vector<ConfigNode> &entries = outcome.tree.nodes[0].children;
    QCOMPARE(entries.size(), size_t(3));
    QCOMPARE(entries[1].name, ""_ba);
    QCOMPARE(entries[1].nameWritten, "''"_ba);
    QCOMPARE(entries[2].name, "~*^a\\.b"_ba);
    QCOMPARE(entries[2].argument(0), QByteArrayView("z z"));
}

void TestConfigParser::syntaxErrorsAreReported_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char *name, const QByteArray &text, const QStringList &expected) {
        QTest::newRow(name) << text << expected;
    };
    row("empty", "", {});
    row("stray semicolon", "a;\n ;", {u"2:2: unexpected \";\""_s});
    row("block without name", "http { {} }", {u"1:8: unexpected \"{\""_s});
    row("too many braces", "http {}\n}", {u"2:1: unexpected \"}\""_s});
    row("missing semicolon", "http {\n  a b\n}", {u"3:1: unexpected \"}\""_s});
    row("missing brace", "http {\n  a b;\n", {u"3:1: unexpected end of file, expecting \"}\""_s});
    row("end in a directive", "a b", {u"1:4: unexpected end of file, expecting \";\" or \"}\""_s});
    row("end behind a quoted word", "a 'b'", {u"1:6: unexpected end of file, expecting \";\" or \"}\""_s});
    row("open quote", "a 'b;\nc;\n", {u"3:1: unexpected end of file, expecting \";\" or \"}\""_s});
    row("byte behind a quote", "a \"b\"c;", {u"1:6: unexpected \"c\""_s});
    row("brace behind a quote", "h { a \"b\"}", {u"1:10: unexpected \"}\""_s});
    row("long word", "a " + QByteArray(5000, 'x') + ";", {u"1:3: too long parameter \"xxxxxxxxxx...\" started"_s});
    row("long quote", "a \"" + QByteArray(5000, 'x') + "\";",
        {u"1:3: too long parameter, probably missing terminating \"\"\" character"_s});
    row("long comment", "a; #" + QByteArray(5000, 'x') + "\nb;",
        {u"1:4: too long parameter \"#xxxxxxxxx...\" started"_s});
}

void TestConfigParser::syntaxErrorsAreReported()
{
    QFETCH(QByteArray, text);
    QFETCH(QStringList, expected);
    QCOMPARE(problems(text), expected);
}

void TestConfigParser::severalSlipsAreReportedAtOnce()
{
    const QStringList found = problems("http {\n  a b\n}\n;\nserver { c \"d\"e; }\n}\n");
    QCOMPARE(found, (QStringList{u"3:1: unexpected \"}\""_s, u"4:1: unexpected \";\""_s, u"5:15: unexpected \"e\""_s,
                                 u"6:1: unexpected \"}\""_s}));
}

void TestConfigParser::hintsNameTheCause()
{
    const auto hint = [](const QByteArray &text) { return parseConfig(text, u"t"_s).diagnostics.first().hint; };
    QCOMPARE(hint("http {\n  a b\n}"), u"a \";\" is missing behind line 2, column 5"_s);
    QCOMPARE(hint("a;\nhttp {\n"), u"\"http\" began at line 2, column 1"_s);
    QCOMPARE(hint("a;\nb 'c\n"), u"the quote opened at line 2, column 3 is not closed"_s);
    QVERIFY(hint("}").contains(u"no block is open"_s));
}

void TestConfigParser::restOfTheTreeSurvivesASlip()
{
    const ParseOutcome outcome = parseConfig("http { server { listen 80 } server { listen 81; } }", u"t"_s);
    QVERIFY(!outcome.ok());
    QCOMPARE(outcome.tree.child("http")->childrenNamed("server").size(), size_t(2));
    QCOMPARE(outcome.tree.child("http")->child("server")->child("listen")->argument(0), QByteArrayView("80"));
}

void TestConfigParser::nestingIsBounded()
{
    QVERIFY(parseConfig(nested(ConfigDepthMax), u"t"_s).ok());
    const ParseOutcome tooDeep = parseConfig(nested(ConfigDepthMax + 1), u"t"_s);
    QCOMPARE(tooDeep.diagnostics.size(), 1);
    QVERIFY(tooDeep.diagnostics[0].message.contains(u"nested more than 100 deep"_s));
    QVERIFY(!parseConfig(nested(1'000'000), u"t"_s).ok()); // and the program's stack is still there
}

void TestConfigParser::reportsAreBounded()
{
    QCOMPARE(parseConfig(QByteArray(";").repeated(ConfigSyntaxErrorsMax), u"t"_s).diagnostics.size(),
             ConfigSyntaxErrorsMax);
    QCOMPARE(parseConfig(QByteArray(";").repeated(ConfigSyntaxErrorsMax + 1), u"t"_s).diagnostics.size(),
             ConfigSyntaxErrorsMax);
}

void TestConfigParser::sizeIsBounded()
{
    QByteArray text(ConfigFileBytesMax, ' ');
    QVERIFY(parseConfig(text, u"t"_s).ok());
    text += ' ';
    const ParseOutcome outcome = parseConfig(text, u"t"_s);
    QVERIFY(!outcome.ok());
    QVERIFY(outcome.diagnostics[0].message.contains(QString::number(ConfigFileBytesMax)));
}

void TestConfigParser::missingFileIsNamed()
{
    const Result<ParseOutcome> outcome = parseConfigFile(u"/nonexistent/portlight.conf"_s);
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::FileNotFound);
    QVERIFY(outcome.error().message.contains(u"/nonexistent/portlight.conf"_s));
}

void TestConfigParser::directoryIsNoFile()
{
    const QTemporaryDir directory;
    const Result<ParseOutcome> outcome = parseConfigFile(directory.path());
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::FileNotReadable);
}

void TestConfigParser::fileIsRead()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"a.conf"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("http {}\n");
    file.close();
    const Result<ParseOutcome> outcome = parseConfigFile(file.fileName());
    QVERIFY(outcome && outcome->ok());
    QCOMPARE(outcome->tree.fileName, file.fileName());
    QVERIFY(outcome->tree.child("http"));
}

QTEST_APPLESS_MAIN(TestConfigParser)
#include "tst_configparser.moc"
