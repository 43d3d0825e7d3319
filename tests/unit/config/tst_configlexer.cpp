// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/lexer.h"

#include <QTest>

using namespace portlight;
using Kind = ConfigToken::Kind;

namespace {

// The tokens of a text as one line: words in <>, marks as themselves.
QByteArray spelled(QByteArrayView text)
{
    ConfigLexer lexer(text);
    QByteArray line;
    while (true) {
        const ConfigToken token = lexer.next();
        switch (token.kind) {
        case Kind::Word: line += '<' + lexer.value(token) + '>'; break;
        case Kind::Semicolon: line += ';'; break;
        case Kind::OpenBrace: line += '{'; break;
        case Kind::CloseBrace: line += '}'; break;
        case Kind::Comment: line += '[' + lexer.written(token) + ']'; break;
        case Kind::UnterminatedWord: line += "!unterminated<" + lexer.value(token) + '>'; break;
        case Kind::TooLongWord: line += "!long"; break;
        case Kind::TooLongQuotedWord: line += "!longquoted"; break;
        case Kind::UnexpectedByte: line += "!unexpected(" + lexer.written(token) + ')'; break;
        case Kind::End: return line;
        }
    }
}

} // namespace

class TestConfigLexer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wordsAreReadAsNginxDoes_data();
    void wordsAreReadAsNginxDoes();
    void positionsCountFromOne();
    void wordAtTheLimitIsReadAndOnePastItRefused_data();
    void wordAtTheLimitIsReadAndOnePastItRefused();
    void everyByteIsSurvived();
};

void TestConfigLexer::wordsAreReadAsNginxDoes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("tokens");
    const auto row = [](const char *name, const QByteArray &text, const QByteArray &tokens) {
        QTest::newRow(name) << text << tokens;
    };
    row("nothing", "", "");
    row("only space", " \t\r\n ", "");
    row("directive", "listen 80;", "<listen><80>;");
    row("block", "http {}", "<http>{}");
    row("glued brace", "http{}", "<http>{}");
    row("brace ends a word", "a b{c;}", "<a><b>{<c>;}");
    row("closing brace inside a word stays", "a b}c;", "<a><b}c>;");
    row("all kinds of space", "a\tb\r\nc\n;", "<a><b><c>;");
    row("double quotes", "a \"b c\";", "<a><b c>;");
    row("single quotes", "a 'b \"c\"';", "<a><b \"c\">;");
    row("empty quotes", "'' \"\";", "<><>;");
    row("quote inside a word is plain", "a b\"c\"d;", "<a><b\"c\"d>;");
    row("quoted marks", "a ';{}#';", "<a><;{}#>;");
    row("line break in quotes", "a 'b\nc';", "<a><b\nc>;");
    row("parenthesis may follow a quote", "if ($a = \"b\") {", "<if><($a><=><b><)>{");
    row("byte behind a quote", "a \"b\"c;", "<a><b>!unexpected(c)<c>;");
    row("comment behind a quote is none", "a \"b\"#c\n;", "<a><b>!unexpected(#)[#c];");
    row("brace behind a quote", "a \"b\"{", "<a><b>{");
    row("closing brace behind a quote", "a \"b\"}", "<a><b>}");
    row("escaped quote", "a \"b\\\"c\";", "<a><b\"c>;");
    row("escaped single quote", "a 'b\\'c';", "<a><b'c>;");
    row("escaped backslash", "a \"b\\\\\";", "<a><b\\>;");
    row("tab return feed", "a \"\\t\\r\\n\";", "<a><\t\r\n>;");
    row("other escapes keep the backslash", "a \\.php$ \\d\\x;", "<a><\\.php$><\\d\\x>;");
    row("escaped space joins", "a b\\ c;", "<a><b\\ c>;");
    row("escaped semicolon joins", "a b\\;c;", "<a><b\\;c>;");
    row("escaped first byte", "a \\#b;", "<a><\\#b>;");
    row("three backslashes", "a \\\\\\d;", "<a><\\\\d>;");
    row("variable in braces", "a ${b}c;", "<a><${b}c>;");
    row("variable in braces inside a word", "a x${b}c;", "<a><x${b}c>;");
    row("dollar at the end", "a b$;", "<a><b$>;");
    row("dollar then space then brace", "a b$ {", "<a><b$>{");
    row("second brace behind dollar", "a ${{b;", "<a><${{b>;");
    row("escaped dollar is no variable", "a \\${b}", "<a><\\$>{!unterminated<b}>");
    row("comment", "# one\na; # two", "[# one]<a>;[# two]");
    row("hash inside a word", "a b#c;", "<a><b#c>;");
    row("comment without end", "a;#", "<a>;[#]");
    row("comment loses its carriage return", "# one \r\na;", "[# one]<a>;");
    row("comment between words", "a # x\nb;", "<a>[# x]<b>;");
    row("unterminated", "a b", "<a>!unterminated<b>");
    row("unterminated quote", "a 'b; c", "<a>!unterminated<b; c>");
    row("escape at the end", "a b\\", "<a>!unterminated<b\\>");
    row("escape at the end of a quote", "a 'b\\", "<a>!unterminated<b\\>");
    row("NUL is a byte like others", QByteArray("a b\0c;", 6), QByteArray("<a><b\0c>;", 9));
    row("high bytes", "a \xc3\xa4\xff;", "<a><\xc3\xa4\xff>;");
    row("stray marks", "; } {", ";}{");
}

void TestConfigLexer::wordsAreReadAsNginxDoes()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, tokens);
    QCOMPARE(spelled(text), tokens);
}

void TestConfigLexer::positionsCountFromOne()
{
    ConfigLexer lexer("a\n  bb 'c\nd' e\\\nf;g");
    const auto position = [&] {
        const ConfigToken token = lexer.next();
        return std::pair(token.line, token.column);
    };
    QCOMPARE(position(), std::pair(1, 1));
    QCOMPARE(position(), std::pair(2, 3));
    QCOMPARE(position(), std::pair(2, 6));
    QCOMPARE(position(), std::pair(3, 4)); // behind a quoted line break
    QCOMPARE(position(), std::pair(4, 2)); // behind an escaped one
    QCOMPARE(position(), std::pair(4, 3));
}

void TestConfigLexer::wordAtTheLimitIsReadAndOnePastItRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("read");
    const auto plain = [](qsizetype size) { return QByteArray(size, 'x') + ';'; };
    const auto quoted = [](qsizetype size) { return '"' + QByteArray(size, 'x') + "\";"; };
    const auto comment = [](qsizetype size) { return '#' + QByteArray(size - 1, 'x') + "\n;"; };
    QTest::newRow("plain") << plain(ConfigPlainWordBytesMax) << true;
    QTest::newRow("plain, one more") << plain(ConfigPlainWordBytesMax + 1) << false;
    QTest::newRow("quoted") << quoted(ConfigQuotedWordBytesMax) << true;
    QTest::newRow("quoted, one more") << quoted(ConfigQuotedWordBytesMax + 1) << false;
    QTest::newRow("comment") << comment(ConfigPlainWordBytesMax) << true;
    QTest::newRow("comment, one more") << comment(ConfigPlainWordBytesMax + 1) << false;
}

void TestConfigLexer::wordAtTheLimitIsReadAndOnePastItRefused()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, read);
    QCOMPARE(!spelled(text).startsWith("!long"), read);
}

void TestConfigLexer::everyByteIsSurvived()
{
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const QByteArray text{QByteArray(1, static_cast<char>(first)) + static_cast<char>(second)};
            ConfigLexer lexer(text);
            int tokens = 0;
            while (lexer.next().kind != Kind::End)
                QVERIFY(++tokens <= 4);
        }
    }
}

QTEST_APPLESS_MAIN(TestConfigLexer)
#include "tst_configlexer.moc"
