// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

QByteArray written(QByteArrayView text)
{
    return writeConfig(parseConfig(text, u"t"_s).tree);
}

// The tree without what layout alone decides, to compare meaning.
QByteArray meaning(const std::vector<ConfigNode> &nodes)
{
    QByteArray text;
    for (const ConfigNode &node : nodes) {
        text += node.isComment() ? node.comment : '<' + node.name + '|' + node.nameWritten + '>';
        text += node.onSameLine ? "~" : "";
        text += node.blankLineBefore ? "^" : "";
        for (const ConfigArgument &argument : node.arguments)
            text += '(' + argument.value + '|' + argument.written + ')';
        text += node.isBlock() ? '{' + meaning(node.children) + '}' : ";"_ba;
    }
    return text;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : "cannot read "_ba + path.toUtf8();
}

QString goldenDirectory()
{
    return QStringLiteral(PORTLIGHT_SOURCE_DIR "/tests/golden/config");
}

void verifyFixedPoint(const QByteArray &text)
{
    const ParseOutcome first = parseConfig(text, u"t"_s);
    if (!first.ok())
        return;
    const QByteArray once = writeConfig(first.tree);
    const ParseOutcome second = parseConfig(once, u"t"_s);
    QVERIFY2(second.ok(), text.toHex().constData());
    if (meaning(second.tree.nodes) != meaning(first.tree.nodes))
        qWarning("input:\n%s\nwritten:\n%s", text.constData(), once.constData());
    QCOMPARE(meaning(second.tree.nodes), meaning(first.tree.nodes));
    QCOMPARE(writeConfig(second.tree), once);
}

// A small generator with a fixed seed: the same mutations in every run.
class Mutator
{
public:
    quint32 next(quint32 bound)
    {
        m_state = m_state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<quint32>(m_state >> 33) % bound;
    }

    QByteArray mutate(QByteArray text)
    {
        static constexpr char Bytes[] = "{};#\"'\\$ \n\r\t)ab=~\0\xff";
        for (quint32 changes = 1 + next(4); changes > 0; --changes) {
            const auto at = static_cast<qsizetype>(next(static_cast<quint32>(text.size()) + 1));
            const char byte = Bytes[next(sizeof Bytes - 1)];
            switch (next(3)) {
            case 0: text.insert(at, byte); break;
            case 1: text.remove(at, 1); break;
            default:
                if (at < text.size())
                    text[at] = byte;
            }
        }
        return text;
    }

private:
    quint64 m_state = 42;
};

} // namespace

class TestConfigWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goldenFilesAreWrittenAsExpected_data();
    void goldenFilesAreWrittenAsExpected();
    void mutatedConfigurationReachesAFixedPoint();
    void anyWordSurvivesQuoting_data();
    void anyWordSurvivesQuoting();
    void randomWordsSurviveQuoting();
    void nodesMadeByTheProgramAreWritten();
    void commentCannotBreakOut();
    void changedArgumentIsNotGluedToItsNeighbour();
    void oneNodeIsWrittenWithoutIndent();
};

void TestConfigWriter::goldenFilesAreWrittenAsExpected_data()
{
    QTest::addColumn<QString>("input");
    const QStringList names = QDir(goldenDirectory()).entryList({u"*.conf"_s}, QDir::Files, QDir::Name);
    QVERIFY(names.size() >= 4);
    for (const QString &name : names)
        QTest::newRow(qPrintable(name)) << goldenDirectory() + u'/' + name;
}

void TestConfigWriter::goldenFilesAreWrittenAsExpected()
{
    QFETCH(QString, input);
    const QByteArray text = contentOf(input);
    const ParseOutcome outcome = parseConfig(text, input);
    QVERIFY2(outcome.ok(), outcome.ok() ? "" : qPrintable(outcome.diagnostics.first().toString()));
    const QByteArray expected = contentOf(input.chopped(5) + u".expected"_s);
    const QByteArray actual = writeConfig(outcome.tree);
    if (actual != expected)
        qWarning("%s is written as:\n%s", qPrintable(input), actual.constData());
    QCOMPARE(actual, expected);
    verifyFixedPoint(text);
}

void TestConfigWriter::mutatedConfigurationReachesAFixedPoint()
{
    Mutator mutator;
    int understood = 0;
    const QStringList names = QDir(goldenDirectory()).entryList({u"*.conf"_s}, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        const QByteArray text = contentOf(goldenDirectory() + u'/' + name);
        for (int round = 0; round < 500; ++round) {
            const QByteArray mutated = mutator.mutate(text);
            understood += parseConfig(mutated, u"t"_s).ok() ? 1 : 0;
            verifyFixedPoint(mutated);
            if (QTest::currentTestFailed())
                return;
        }
    }
    QVERIFY(understood > 300); // else the mutations only ever broke the syntax
}

void TestConfigWriter::anyWordSurvivesQuoting_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("word");
    const auto row = [](const char *name, const QByteArray &value, const QByteArray &word) {
        QTest::newRow(name) << value << word;
    };
    row("plain", "shop.localhost", "shop.localhost");
    row("nothing", "", "\"\"");
    row("space", "a b", "\"a b\"");
    row("semicolon", "a;b", "\"a;b\"");
    row("brace", "a{b", "\"a{b\"");
    row("variable in braces", "${a}b", "\"${a}b\"");
    row("closing brace inside", "a}b", "a}b");
    row("closing brace first", "}b", "\"}b\"");
    row("hash first", "#a", "\"#a\"");
    row("hash inside", "a#b", "a#b");
    row("double quote first", "\"a", "'\"a'");
    row("double quote inside", "a\"b", "a\"b");
    row("both quotes", "' \"", "\"' \\\"\"");
    row("regular expression", "\\.php$", "\\.php$");
    row("backslash before n", "\\n", "\\\\n");
    row("line break", "a\nb", "\"a\\nb\"");
    row("trailing backslash", "a\\", "a\\\\");
    row("trailing backslash, quoted", "a b\\", "\"a b\\\\\"");
    row("tab", "\t", "\"\\t\"");
}

void TestConfigWriter::anyWordSurvivesQuoting()
{
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, word);
    QCOMPARE(quoteConfigWord(value), word);
    const ParseOutcome outcome = parseConfig("a " + word + " b;", u"t"_s);
    QVERIFY(outcome.ok());
    QCOMPARE(outcome.tree.nodes[0].argument(0), QByteArrayView(value));
    QCOMPARE(outcome.tree.nodes[0].arguments.size(), size_t(2));
}

void TestConfigWriter::randomWordsSurviveQuoting()
{
    Mutator mutator;
    for (int round = 0; round < 20000; ++round) {
        const QByteArray value = mutator.mutate(mutator.mutate("ab"));
        const ParseOutcome outcome = parseConfig(quoteConfigWord(value) + ' ' + quoteConfigWord(value) + " {}", u"t"_s);
        QVERIFY2(outcome.ok(), value.toHex().constData());
        QCOMPARE(outcome.tree.nodes[0].name, value);
        QCOMPARE(outcome.tree.nodes[0].argument(0), QByteArrayView(value));
    }
}

void TestConfigWriter::nodesMadeByTheProgramAreWritten()
{
    ConfigNode server = ConfigNode::block("server");
    server.children.push_back(ConfigNode::makeComment("made here"));
    server.children.push_back(ConfigNode::directive("return", {"200", "a b"}));
    ConfigNode location = ConfigNode::block("location", {"=", "/x y"});
    location.blankLineBefore = true;
    server.children.push_back(location);
    ConfigTree tree;
    tree.nodes.push_back(server);
    QCOMPARE(writeConfig(tree),
             "server {\n    # made here\n    return 200 \"a b\";\n\n    location = \"/x y\" {}\n}\n"_ba);
}

void TestConfigWriter::commentCannotBreakOut()
{
    ConfigTree tree;
    tree.nodes.push_back(ConfigNode::makeComment("a\nlisten 80;  "));
    QCOMPARE(writeConfig(tree), "# a listen 80;\n"_ba);
}

void TestConfigWriter::changedArgumentIsNotGluedToItsNeighbour()
{
    ParseOutcome outcome = parseConfig("a 'b' c;", u"t"_s);
    ConfigArgument &first = outcome.tree.nodes[0].arguments[0];
    first.value = "bb";
    first.written = "'bb'"; // one byte longer: it ends where "c" began
    QCOMPARE(writeConfig(outcome.tree), "a 'bb' c;\n"_ba);
}

void TestConfigWriter::oneNodeIsWrittenWithoutIndent()
{
    const ParseOutcome outcome = parseConfig("http { server { listen 80; } }", u"t"_s);
    QCOMPARE(writeConfig(*outcome.tree.child("http")->child("server")), "server {\n    listen 80;\n}\n"_ba);
    QCOMPARE(written("a;b;"), "a;\nb;\n"_ba);
}

QTEST_APPLESS_MAIN(TestConfigWriter)
#include "tst_configwriter.moc"
