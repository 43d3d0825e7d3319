// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/peerlookup.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class PeerLookupTest : public QObject
{
    Q_OBJECT

    static UpstreamSnapshot group(const QByteArray &name, const QList<QByteArray> &peers)
    {
        UpstreamSnapshot made;
        made.name = name;
        for (const QByteArray &peer : peers) {
            made.peers.append(PeerSnapshot());
            made.peers.last().name = peer;
        }
        return made;
    }
    const QList<UpstreamSnapshot> m_groups{
        group("api", {"127.0.0.1:3001", "127.0.0.1:3002", "unix:/run/api.sock"}),
        group("web", {"127.0.0.1:3002", "box.example:8080", "127.0.0.1:3003", "127.0.0.1:3003"}),
        group("127.0.0.1:5000", {"127.0.0.1:5000"}),
        group("mail", {"[::1]:2525"}),
    };
    QString find(const QString &name, const QString &peer) const
    {
        const auto found = findPeer(m_groups, name, peer);
        if (!found)
            return found.error().message + u" | "_s + found.error().hint;
        return QString::fromUtf8(found->group + " → " + found->peer);
    }

private Q_SLOTS:
    void aPeerIsFound_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("peer");
        QTest::addColumn<QString>("found");
        QTest::newRow("both whole") << u"api"_s << u"127.0.0.1:3002"_s << u"api → 127.0.0.1:3002"_s;
        QTest::newRow("in whatever case") << u"API"_s << u"unix:/run/api.sock"_s << u"api → unix:/run/api.sock"_s;
        QTest::newRow("the peer alone") << QString() << u"127.0.0.1:3001"_s << u"api → 127.0.0.1:3001"_s;
        QTest::newRow("its port") << QString() << u"3001"_s << u"api → 127.0.0.1:3001"_s;
        QTest::newRow("its port as written") << u"web"_s << u":3002"_s << u"web → 127.0.0.1:3002"_s;
        QTest::newRow("its host") << QString() << u"box.example"_s << u"web → box.example:8080"_s;
        QTest::newRow("a host in brackets") << QString() << u"[::1]"_s << u"mail → [::1]:2525"_s;
        QTest::newRow("a group of one") << QString() << u"mail"_s << u"mail → [::1]:2525"_s;
        QTest::newRow("an address of proxy_pass") << QString() << u"5000"_s << u"127.0.0.1:5000 → 127.0.0.1:5000"_s;
        QTest::newRow("written twice") << u"web"_s << u"3003"_s << u"web → 127.0.0.1:3003"_s;
    }
    void aPeerIsFound()
    {
        QFETCH(const QString, name);
        QFETCH(const QString, peer);
        QTEST(find(name, peer), "found");
    }

    void aPeerIsFoundByTheNameThatTheFileSays()
    {
        QList<UpstreamSnapshot> groups{group("api", {"10.0.0.1:80", "10.0.0.2:80"}), group("web", {"10.0.0.9:80"})};
        groups[0].peers[0].server = groups[0].peers[1].server = "api.internal:80";
        groups[1].peers[0].server = "web.internal:80";
        QCOMPARE(findPeer(groups, {}, u"web.internal:80"_s)->peer, "10.0.0.9:80"_ba);
        QCOMPARE(findPeer(groups, {}, u"web.internal"_s)->group, "web"_ba);
        QCOMPARE(findPeer(groups, {}, u"api.internal:80"_s).error().message,
                 u"\"api.internal:80\" could be 10.0.0.1:80, 10.0.0.2:80"_s);
    }

    void noNameFindsNothing() { QCOMPARE(findPeer(m_groups, u"mail"_s, {}).error().code, ErrorCode::NotFound); }

    void whatIsMissingIsAnsweredWithWhatThereIs()
    {
        QCOMPARE(find(u"ap"_s, u"3001"_s), u"there is no group \"ap\" | there is: api, web, 127.0.0.1:5000, mail"_s);
        QCOMPARE(find(u"api"_s, u"3009"_s), u"the group \"api\" has no peer \"3009\" | "
                                            u"there is: 127.0.0.1:3001, 127.0.0.1:3002, unix:/run/api.sock"_s);
        QVERIFY(find({}, u"3009"_s).startsWith(u"there is no peer \"3009\" | there is: 127.0.0.1:3001, "_s));
        QCOMPARE(findPeer({}, {}, u"x"_s).error().hint, u"nothing is proxied now"_s);
        QCOMPARE(findPeer(m_groups, {}, u"x"_s).error().code, ErrorCode::NotFound);
    }

    void whatCouldBeSeveralIsAskedBack()
    {
        QCOMPARE(find({}, u"127.0.0.1:3002"_s),
                 u"127.0.0.1:3002 is a peer of several groups: api, web | name the group before the peer"_s);
        QCOMPARE(find(u"api"_s, u"127.0.0.1"_s),
                 u"\"127.0.0.1\" could be 127.0.0.1:3001, 127.0.0.1:3002 | name it whole"_s);
        QCOMPARE(findPeer(m_groups, {}, u"3002"_s).error().code, ErrorCode::InvalidName);
    }

    void aLongListIsCut()
    {
        QList<QByteArray> peers;
        for (int i = 0; i < 9; ++i)
            peers.append("10.0.0." + QByteArray::number(i) + ":80");
        const auto eight = findPeer({group("g", peers.first(8))}, {}, u"x"_s);
        QVERIFY(eight.error().hint.endsWith(u"10.0.0.7:80"_s));
        const auto nine = findPeer({group("g", peers)}, {}, u"x"_s);
        QVERIFY(nine.error().hint.endsWith(u"10.0.0.7:80 and 1 more"_s));
    }
};

QTEST_GUILESS_MAIN(PeerLookupTest)
#include "tst_peerlookup.moc"
