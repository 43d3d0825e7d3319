// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compiledconfig.h"
#include "proxy/servernames.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class ServerNamesTest final : public QObject, private RegexListener
{
    Q_OBJECT
    std::vector<std::unique_ptr<ServerConfig>> m_servers;
    QList<QByteArray> m_texts;
    QList<QByteArray> m_told;

    void regexMatched(const Regex &regex, QByteArrayView subject, const RegexMatch &match) override
    {
        m_told.append(regex.pattern() + '=' + match.group(1, subject).toByteArray());
    }

    ServerNames namesOf(const QList<QByteArray> &words)
    {
        ServerNames names;
        RegexCache regexes;
        m_servers.clear();
        m_texts = words;
        for (const QByteArray &word : words) {
            m_servers.push_back(std::make_unique<ServerConfig>());
            const auto name = parseServerName(word, "desk.example", regexes);
            if (!name || names.add(*name, m_servers.back().get()) == ServerNames::Added::Invalid)
                QTest::qFail("a bad name", __FILE__, __LINE__);
        }
        return names;
    }
    // The word of server_name whose server answers.
    QByteArray found(const ServerNames &names, QByteArrayView host)
    {
        RegexMatch match;
        const ServerMatch result = names.find(host, match, this);
        if (result.failed)
            return "failed";
        for (size_t i = 0; i < m_servers.size(); ++i) {
            if (m_servers[i].get() == result.server)
                return m_texts[qsizetype(i)];
        }
        return "default";
    }
    static QString problemOf(QByteArrayView word)
    {
        RegexCache regexes;
        const auto name = parseServerName(word, {}, regexes);
        return name ? QString() : name.error().message;
    }

private Q_SLOTS:
    void init() { m_told.clear(); }

    void expressionsComeLastAndInOrder()
    {
        const ServerNames names =
            namesOf({"~^www\\.(.+)$", "~^(.+)\\.test$", "*.shop.test", "www.shop.test", "www.mail.*"});
        QCOMPARE(found(names, "www.shop.test"), "www.shop.test");
        QCOMPARE(found(names, "a.shop.test"), "*.shop.test");
        QCOMPARE(found(names, "www.mail.test"), "www.mail.*");
        QVERIFY(m_told.isEmpty());
        QCOMPARE(found(names, "www.other.test"), "~^www\\.(.+)$");
        QCOMPARE(found(names, "a.test"), "~^(.+)\\.test$");
        QCOMPARE(found(names, "a.org"), "default");
        QCOMPARE(m_told, (QList<QByteArray>{"^www\\.(.+)$=other.test", "^(.+)\\.test$=a"}));
    }

    void theMatchTellsTheExpressionAndItsCaptures()
    {
        const ServerNames names = namesOf({"~^(?<user>\\w+)\\.(?<zone>\\w+)$"});
        RegexMatch match;
        const ServerMatch result = names.find("ann.test", match);
        QVERIFY(result.regex);
        QCOMPARE(result.regex->groups()[1].name, "zone"_ba);
        QCOMPARE(match.group(2, "ann.test"), QByteArrayView("test"));
        QVERIFY(!names.find("a.b.c", match).regex);
    }

    void theEmptyHostIsNotGivenToExpressions()
    {
        QCOMPARE(found(namesOf({"~^.*$"}), ""), "default");
        QCOMPARE(found(namesOf({"~^.*$", ""}), ""), "");
    }

    void anExpressionWithoutAnAnswerFails()
    {
        const QByteArray host = QByteArray(60, 'a') + '!';
        QCOMPARE(found(namesOf({"~^(a+)+$", "~."}), host), "failed");
    }

    void capitalsInAnExpressionMakeItIgnoreCase()
    {
        QCOMPARE(found(namesOf({"~^Shop"}), "shop.test"), "~^Shop");
        QCOMPARE(found(namesOf({"~^shop"}), "Shop.test"), "default");
    }

    void hostnameStandsForTheMachinesOwn()
    {
        QCOMPARE(found(namesOf({"$hostname"}), "desk.example"), "$hostname");
        QCOMPARE(found(namesOf({"$HOSTNAME"}), "desk.example"), "$HOSTNAME");
    }

    void badNamesAreRefusedInNginxsWords()
    {
        QCOMPARE(problemOf("*"), u"server name \"*\" is invalid"_s);
        QCOMPARE(problemOf("*."), u"server name \"*.\" is invalid"_s);
        QCOMPARE(problemOf("*a.b"), u"server name \"*a.b\" is invalid"_s);
        QCOMPARE(problemOf("."), u"server name \".\" is invalid"_s);
        QCOMPARE(problemOf("~"), u"empty regex in server name \"~\""_s);
        QCOMPARE(problemOf("~("), u"pcre2_compile() failed: missing closing parenthesis in \"(\""_s);
        QCOMPARE(problemOf("a.b"), QString());
    }

    void aTakenNameIsIgnored()
    {
        ServerNames names;
        const ServerConfig first{};
        const ServerConfig second{};
        QCOMPARE(names.add({"a.b", {}}, &first), ServerNames::Added::Yes);
        QCOMPARE(names.add({"a.b", {}}, &second), ServerNames::Added::Conflict);
        QCOMPARE(names.add({"*.b", {}}, &second), ServerNames::Added::Yes);
        RegexMatch match;
        QCOMPARE(names.find("a.b", match).server, &first);
        QCOMPARE(names.find("c.b", match).server, &second);
    }
};

QTEST_GUILESS_MAIN(ServerNamesTest)
#include "tst_servernames.moc"
