// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/httpsdefault.h"

#include "config/parser.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

const QByteArrayList Suffixes{"test", "localhost"};

ConfigTree treeOf(const QByteArray &text)
{
    return parseConfig(text, u"portlight.conf"_s).tree;
}

DomainDraft draftOf(const QString &name)
{
    return {name, u"http://127.0.0.1:3000"_s};
}

} // namespace

class HttpsDefaultTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aNameThatTheAuthoritySignsHasHttps()
    {
        const DomainDraft draft = withDefaultHttps(draftOf(u"shop.localhost"_s), treeOf(""), Suffixes);
        QCOMPARE(draft.https, std::optional<bool>(true));
        QCOMPARE(draft.tlsPort, DefaultTlsPort);
    }

    void withoutAnAuthorityNothingIsSaid()
    {
        QCOMPARE(withDefaultHttps(draftOf(u"shop.localhost"_s), treeOf(""), {}), draftOf(u"shop.localhost"_s));
    }

    void otherNamesAreLeftAlone()
    {
        for (const QString &name : {u"shop.example.com"_s, u"evillocalhost"_s})
            QCOMPARE(withDefaultHttps(draftOf(name), treeOf(""), Suffixes), draftOf(name));
    }

    void whatAPersonSaidStands()
    {
        DomainDraft draft = draftOf(u"shop.localhost"_s);
        draft.https = false;
        QCOMPARE(withDefaultHttps(draft, treeOf(""), Suffixes), draft);
    }

    void thePortOfTheOthersIsTaken()
    {
        const ConfigTree tree = treeOf("http { server { listen 127.0.0.1:8080; listen 127.0.0.1:9443 ssl; "
                                       "server_name a.localhost; portlight_domain on; "
                                       "portlight_local_certificate on; location / { return 204; } } }");
        QCOMPARE(withDefaultHttps(draftOf(u"shop.localhost"_s), tree, Suffixes).tlsPort, quint16(9443));
    }

    void aPortThatSpeaksPlainHttpKeepsADomainWithoutIt()
    {
        const ConfigTree tree = treeOf("http { server { listen 127.0.0.1:8443; server_name a.localhost; } }");
        QCOMPARE(withDefaultHttps(draftOf(u"shop.localhost"_s), tree, Suffixes), draftOf(u"shop.localhost"_s));
    }
};

QTEST_APPLESS_MAIN(HttpsDefaultTest)
#include "tst_httpsdefault.moc"
