// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "net/socketaddress.h"
#include "proxy/compile.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

// What becomes of root, alias, index, types and their like, of try_files, limit_except, allow and deny when a
// configuration is compiled.
class FileSettingsTest : public QObject
{
    Q_OBJECT

    CompileOutcome m_outcome;

    void compile(const QByteArray &server, const QByteArray &http = {})
    {
        CompileOptions options;
        options.prefix = u"/prefix"_s;
        const QByteArray text = "http { " + http + " server { listen 127.0.0.1:8080; " + server + " } }";
        m_outcome = compileConfig(parseConfig(text, u"t.conf"_s).tree, options);
    }
    const LocationConfig &root() const { return *m_outcome.config->servers.front()->root; }
    const LocationConfig &location(size_t index = 0) const { return *root().locations[index]; }
    static QByteArray baseOf(const LocationConfig &level)
    {
        return level.settings.files->base.literalText().toByteArray();
    }

private Q_SLOTS:
    void defaultsAreNginxs()
    {
        compile({});
        const FileSettings &files = *root().settings.files;
        QCOMPARE(baseOf(root()), "/prefix/html");
        QVERIFY(files.indexNames.empty());
        QCOMPARE(files.types.size(), 3);
        QVERIFY(files.etag);
        QVERIFY(files.logNotFound);
        QCOMPARE(files.rangesMax, RangesUnlimited);
        QVERIFY(files.ifModifiedSince == IfModifiedSince::Exact);
        QVERIFY(files.symlinks == SymlinkRule::Mode::Follow);
        QVERIFY(root().settings.access->rules.isEmpty());
        QVERIFY(root().core().bodyStore.file == BodyFile::Off);
        QVERIFY(root().core().bodyStore.folder.path.isEmpty());
    }

    void pathsAreMadeAbsolute_data()
    {
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QByteArray>("meant");
        QTest::newRow("absolute") << QByteArray("/srv/www") << QByteArray("/srv/www");
        QTest::newRow("with a slash behind") << QByteArray("/srv/www/") << QByteArray("/srv/www");
        QTest::newRow("relative") << QByteArray("www") << QByteArray("/prefix/www");
        QTest::newRow("the file system") << QByteArray("/") << QByteArray();
        QTest::newRow("nothing") << QByteArray("\"\"") << QByteArray("/prefix/");
    }
    void pathsAreMadeAbsolute()
    {
        QFETCH(QByteArray, written);
        QFETCH(QByteArray, meant);
        compile("root " + written + ';');
        QCOMPARE(baseOf(root()), meant);
    }

    void aliasKnowsItsLocation()
    {
        compile("location /i/ { alias img/; location /i/x/ { } } location ~ x { alias /y; }");
        QCOMPARE(baseOf(location()), "/prefix/img/");
        QVERIFY(location().settings.files->baseKind == FileBase::Kind::Alias);
        QCOMPARE(location().settings.files->aliasBytes, 3);
        QCOMPARE(location().locations.front()->settings.files->aliasBytes, 3); // inherited with the path
        QVERIFY(location(1).settings.files->baseKind == FileBase::Kind::RegexAlias);
    }

    void rootTakesAnInheritedAliasBack()
    {
        compile("location /i/ { alias img/; location /i/x/ { root /y; } }");
        const FileSettings &inner = *location().locations.front()->settings.files;
        QVERIFY(inner.baseKind == FileBase::Kind::Root);
        QCOMPARE(inner.aliasBytes, 0);
    }

    void listsAreReplacedAsAWhole()
    {
        compile("location / { index c.html; types { a/b x; } allow 10.0.0.1; } location /same/ { }",
                "index a.html b.html; types { c/d y; e/f z; } deny all;");
        QCOMPARE(location().settings.files->indexNames.size(), size_t(1));
        QCOMPARE(location().settings.files->types.size(), 1);
        const SocketAddress other = SocketAddress::fromNumeric("10.0.0.2", 1).value();
        QVERIFY(location().settings.access->rules.check(other) == AccessRules::Verdict::NoRule);
        QCOMPARE(location(1).settings.files->indexNames.size(), size_t(2));
        QCOMPARE(location(1).settings.files->types.find("Y"), "c/d");
        QVERIFY(location(1).settings.access->rules.check(other) == AccessRules::Verdict::Denied);
    }

    void bodyFolderAndLevels()
    {
        compile("client_body_in_file_only clean; client_body_temp_path temp/ 1 2;");
        const BodyStoreOptions &options = root().core().bodyStore;
        QVERIFY(options.file == BodyFile::Clean);
        QCOMPARE(options.folder.path, "/prefix/temp");
        QCOMPARE(options.folder.levels, (std::array<quint8, 3>{1, 2, 0}));
    }

    void symlinkRules()
    {
        compile("disable_symlinks if_not_owner from=$document_root;");
        QVERIFY(root().settings.files->symlinks == SymlinkRule::Mode::RefuseOthers);
        QVERIFY(!root().settings.files->trustedPath.isLiteral());
    }

    void tryFilesHasCandidatesAndATarget()
    {
        compile("location / { try_files $uri $uri/ /x?y; } location /c { try_files a =418; }");
        const TryFiles &first = *location().tryFiles;
        QCOMPARE(first.candidates.size(), size_t(2));
        QVERIFY(!first.candidates[0].isFolder);
        QVERIFY(first.candidates[1].isFolder);
        QCOMPARE(first.target.literalText(), "/x?y");
        QCOMPARE(first.code, -1);
        QCOMPARE(location(1).tryFiles->code, 418);
    }

    void limitExceptIsALevelOfItsOwn()
    {
        compile("location / { limit_except GET { deny all; } proxy_pass http://127.0.0.1:1; try_files a b; }");
        const LocationConfig &limited = location().forMethod("POST");
        QVERIFY(&limited != &location());
        QVERIFY(&location().forMethod("GET") == &location());
        QVERIFY(&location().forMethod("HEAD") == &location());
        QVERIFY(!limited.settings.access->rules.isEmpty());
        QVERIFY(location().settings.access->rules.isEmpty());
        QVERIFY(limited.content == ContentKind::Proxy);
        QVERIFY(!limited.tryFiles);
    }

    void mistakesAreNamedInNginxsWords_data()
    {
        QTest::addColumn<QByteArray>("server");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *server, const char *message) {
            QTest::newRow(server) << QByteArray(server) << QString::fromUtf8(message);
        };
        row("location @a { alias /x; }", "the \"alias\" directive cannot be used inside the named location");
        row("root $document_root/x;", "the $document_root variable cannot be used in the \"root\" directive");
        row("location / { alias ${realpath_root}; }",
            "the $realpath_root variable cannot be used in the \"alias\" directive");
        row("index \"\";", "index \"\" in \"index\" directive is invalid");
        row("disable_symlinks maybe;", "invalid parameter \"maybe\"");
        row("disable_symlinks from=/x;",
            "\"disable_symlinks\" must have \"off\", \"on\" or \"if_not_owner\" parameter");
        row("disable_symlinks on off;", "duplicate parameters \"on off\"");
        row("disable_symlinks off from=/x;", "\"from=\" cannot be used with \"off\" parameter");
        row("deny nobody;", "invalid parameter \"nobody\"");
        row("location / { try_files a =1000; }", "invalid code \"=1000\"");
        row("location / { limit_except STRANGE { deny all; } }", "invalid method \"STRANGE\"");
        row("client_body_temp_path x 0;", "invalid value \"0\"");
        row("client_body_temp_path x 5 6;", "invalid value \"6\"");
        row("root /$nothing_of_that_name;", "unknown \"nothing_of_that_name\" variable");
    }
    void mistakesAreNamedInNginxsWords()
    {
        QFETCH(QByteArray, server);
        QFETCH(QString, message);
        compile(server);
        QVERIFY(!m_outcome.config);
        QCOMPARE(m_outcome.diagnostics.first().message, message);
        QVERIFY(m_outcome.diagnostics.first().where.isKnown());
    }
};

QTEST_GUILESS_MAIN(FileSettingsTest)
#include "tst_filesettings.moc"
