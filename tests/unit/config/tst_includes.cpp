// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/checkedconfig.h"
#include "config/includes.h"
#include "config/parser.h"
#include "config/parserlimits.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

// Files in a folder of their own, and the tree of one of them with its includes.
class Folder
{
public:
    void write(const QString &name, const QByteArray &text) const
    {
        const QString path = m_dir.filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write a file of the test");
    }
    QString path(const QString &name) const { return m_dir.filePath(name); }
    ConfigTree tree(const QByteArray &main) const { return parseConfig(main, path(u"main.conf"_s)).tree; }
    ExpandOutcome expand(const QByteArray &main, const IncludeOptions &options = {}) const
    {
        return expandIncludes(tree(main), options);
    }
    // The expanded text, every problem behind it, without the folder's own name.
    QString printed(const QByteArray &main, const IncludeOptions &options = {}) const
    {
        const ExpandOutcome outcome = expand(main, options);
        QString text = QString::fromUtf8(writeConfig(outcome.tree));
        for (const Diagnostic &diagnostic : outcome.diagnostics)
            text += u"! "_s + diagnostic.toString() + u'\n';
        return text.remove(m_dir.path() + u'/');
    }

private:
    QTemporaryDir m_dir;
};

} // namespace

class TestIncludes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFileStandsWhereItIsIncluded()
    {
        Folder folder;
        folder.write(u"sub/params"_s, "a 1; # one\nb { c 'd e'; }\n");
        QCOMPARE(folder.printed("x;\nhttp {\n    include sub/params; # here\n    y;\n}\n"),
                 u"x;\nhttp {\n    a 1; # one\n    b {\n        c 'd e';\n    } # here\n    y;\n}\n"_s);
    }

    void positionsAreThoseOfTheirOwnFile()
    {
        Folder folder;
        folder.write(u"part.conf"_s, "\n  server { }\n");
        const ExpandOutcome outcome = folder.expand("http {\ninclude part.conf;\nserver { } }");
        const std::vector<ConfigNode> &servers = outcome.tree.nodes.front().children;
        QCOMPARE(servers.size(), size_t(2));
        QCOMPARE(servers[0].position, (TextPosition{folder.path(u"part.conf"_s), 2, 3}));
        QCOMPARE(servers[1].position, (TextPosition{folder.path(u"main.conf"_s), 3, 1}));
        QCOMPARE(outcome.files, QStringList{folder.path(u"part.conf"_s)});
        QVERIFY(outcome.folders.isEmpty());
    }

    void patternsGiveSortedFilesAndNoHiddenOnes()
    {
        Folder folder;
        for (const char *name : {"b.conf", "a.conf", "B.conf", "10.conf", "9.conf", ".hidden.conf", "a.txt"})
            folder.write(u"conf.d/"_s + QLatin1String(name), QByteArray("from ") + name + ";\n");
        QCOMPARE(folder.printed("include conf.d/*.conf;"),
                 u"from 10.conf;\nfrom 9.conf;\nfrom B.conf;\nfrom a.conf;\nfrom b.conf;\n"_s);
        QCOMPARE(folder.printed("include conf.d/?.conf;"),
                 u"from 9.conf;\nfrom B.conf;\nfrom a.conf;\nfrom b.conf;\n"_s);
        QCOMPARE(folder.printed("include */[ab].conf;"), u"from a.conf;\nfrom b.conf;\n"_s);
        QCOMPARE(folder.expand("include conf.d/*;").folders, QStringList{folder.path(u"conf.d/"_s)});
    }

    void aPatternForNothingIsFine()
    {
        Folder folder;
        QCOMPARE(folder.printed("a;\ninclude conf.d/*.conf;\nb;"), u"a;\nb;\n"_s);
    }

    void aFileThatIsMissingIsAnError()
    {
        Folder folder;
        QCOMPARE(folder.printed("a;\n  include none.conf;"),
                 u"a;\n! main.conf:2:3: error: open() \"none.conf\" failed (2: No such file or directory); "
                 "check the path\n"_s);
        QDir().mkpath(folder.path(u"folder"_s));
        QCOMPARE(folder.printed("include folder;"),
                 u"! main.conf:1:1: error: pread() \"folder\" failed (21: Is a directory); a file is read here, not a "
                 "folder\n"_s);
    }

    void namesAreRelativeToTheMainFileOnly()
    {
        Folder folder;
        folder.write(u"sub/one"_s, "include two;\n");
        folder.write(u"two"_s, "right;\n");
        folder.write(u"sub/two"_s, "wrong;\n");
        QCOMPARE(folder.printed("include sub/one;"), u"right;\n"_s);
        QCOMPARE(folder.printed("include " + folder.path(u"sub/two"_s).toUtf8() + ';'), u"wrong;\n"_s);
        QCOMPARE(folder.printed("include two;", {.folder = folder.path(u"sub"_s)}), u"wrong;\n"_s);
    }

    void syntaxErrorsNameTheirFileOnce()
    {
        Folder folder;
        folder.write(u"bad"_s, "a;\n}\n");
        QCOMPARE(folder.printed("b { include bad; }\nc { include bad; }"),
                 u"b {\n    a;\n}\nc {\n    a;\n}\n! bad:2:1: error: unexpected \"}\"; no block is open here\n"_s);
    }

    void entriesOfMapsTypesAndGeoMayBeIncluded()
    {
        Folder folder;
        folder.write(u"entries"_s, "a 1;\n");
        const QByteArray main = "types { include entries; }\nmap $a $b { include ent*; }\ngeo $c { include entries; }\n"
                                "upstream u { include entries; }\nsplit_clients $d $e { include entries; }\n";
        QCOMPARE(folder.printed(main),
                 u"types {\n    a 1;\n}\nmap $a $b {\n    a 1;\n}\ngeo $c {\n    a 1;\n}\nupstream u {\n    a 1;\n}\n"
                 "split_clients $d $e {\n    include entries;\n}\n"_s);
    }

    void cyclesAreNamed()
    {
        Folder folder;
        folder.write(u"main.conf"_s, "include a;\n");
        folder.write(u"a"_s, "x;\ninclude b;\n");
        folder.write(u"b"_s, "y;\ninclude a;\n");
        QVERIFY(folder.printed("include a;").startsWith(u"x;\ny;\n! b:2:1: error: \"a\" includes itself; the way is "));
        QCOMPARE(folder.printed("include main.conf;"), u"! main.conf:1:1: error: \"main.conf\" includes itself\n"_s);
    }

    void depthIsBounded()
    {
        Folder folder;
        for (int i = 1; i <= IncludeDepthMax + 1; ++i)
            folder.write(QString::number(i),
                         i <= IncludeDepthMax ? "include " + QByteArray::number(i + 1) + ';' : "x;");
        QCOMPARE(folder.printed("include 2;"), u"x;\n"_s);
        QCOMPARE(folder.printed("include 1;"),
                 u"! %1:1:1: error: includes are nested more than %1 deep\n"_s.arg(IncludeDepthMax));
    }

    void statementsAndBytesAreBounded()
    {
        Folder folder;
        folder.write(u"two"_s, "a; b;");
        QVERIFY(folder.expand("c; include two;", {.statementsMax = 4}).ok());
        const ExpandOutcome many = folder.expand("c; include two;", {.statementsMax = 3});
        QCOMPARE(many.diagnostics.size(), 1);
        QCOMPARE(many.diagnostics[0].message, u"the configuration has more than 3 statements"_s);

        QVERIFY(folder.expand("include two; include two;", {.bytesMax = 5}).ok());
        const ExpandOutcome large = folder.expand("include two;", {.bytesMax = 4});
        QCOMPARE(large.diagnostics.size(), 1);
        QCOMPARE(large.diagnostics[0].message, u"the included files have more than 4 bytes"_s);
    }

    void blocksOfAllFilesTogetherAreBounded()
    {
        Folder folder;
        const int half = int(ConfigDepthMax) / 2;
        folder.write(u"half"_s, QByteArray("b { ").repeated(half) + QByteArray("}").repeated(half));
        const auto around = [](int depth) {
            return QByteArray("b { ").repeated(depth) + "include half; " + QByteArray("}").repeated(depth);
        };
        QVERIFY(folder.expand(around(int(ConfigDepthMax) - half)).ok());
        const ExpandOutcome deeper = folder.expand(around(int(ConfigDepthMax) - half + 1));
        QCOMPARE(deeper.diagnostics.size(), 1);
        QCOMPARE(deeper.diagnostics[0].message, u"blocks are nested more than 100 deep"_s);
    }

    void theTreeItselfStaysAsWritten()
    {
        Folder folder;
        folder.write(u"two"_s, "a;");
        const ConfigTree tree = folder.tree("include two;");
        QVERIFY(expandIncludes(tree).ok());
        QCOMPARE(writeConfig(tree), QByteArray("include two;\n"));
        QVERIFY(hasIncludes(tree.nodes));
        QVERIFY(!hasIncludes(expandIncludes(tree).tree.nodes));
    }

    void findingsComeFileByFile()
    {
        Folder folder;
        folder.write(u"a.conf"_s, "server { listen 81; server_name a; }\nserver { zz; }\n");
        const CheckedConfig checked = checkConfig(
            folder.tree("events {}\nhttp {\n  server { listen 81; server_name a; }\n  include a.conf;\n  yy;\n}\n"));
        QStringList lines;
        for (const Diagnostic &finding : checked.diagnostics)
            lines += finding.toString().remove(folder.path(u"main.conf"_s).chopped(9));
        QCOMPARE(lines.size(), 3);
        QVERIFY2(lines[0].startsWith(u"main.conf:5:3: error: unknown directive \"yy\""), qPrintable(lines[0]));
        QVERIFY2(lines[1].startsWith(u"a.conf:1:33: warning: conflicting server name \"a\" on 0.0.0.0:81, ignored; "
                                     "first at "),
                 qPrintable(lines[1]));
        QVERIFY2(lines[1].endsWith(u"main.conf:3"), qPrintable(lines[1]));
        QVERIFY2(lines[2].startsWith(u"a.conf:2:10: error: unknown directive \"zz\""), qPrintable(lines[2]));
        QCOMPARE(checked.files, QStringList{folder.path(u"a.conf"_s)});
    }
};

QTEST_APPLESS_MAIN(TestIncludes)
#include "tst_includes.moc"
