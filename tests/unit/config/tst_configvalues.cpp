// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/inetaddress.h"
#include "config/locationmatch.h"
#include "config/values.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 Bad = -1;

QString spelledListen(const QByteArray &text)
{
    std::vector<QByteArray> words;
    for (const QByteArray &word : text.split(' '))
        words.push_back(word);
    const Result<Listen> listen = parseListen(words);
    if (!listen)
        return u"! "_s + listen.error().message;
    QStringList parts;
    for (const ListenAddress &address : listen->addresses)
        parts += QString::fromUtf8(address.toString()) + (address.ipv6Only ? u""_s : u"+4"_s);
    const ListenOptions &options = listen->options;
    const std::pair<bool, QString> flags[] = {{options.defaultServer, u"default"_s},
                                              {options.ssl, u"ssl"_s},
                                              {options.http2, u"http2"_s},
                                              {options.reusePort, u"reuseport"_s}};
    for (const auto &[set, name] : flags) {
        if (set)
            parts += name;
    }
    if (options.backlog)
        parts += u"backlog %1"_s.arg(*options.backlog);
    for (const QByteArray &other : options.others)
        parts += u'(' + QString::fromUtf8(other) + u')';
    return parts.join(u' ');
}

QString spelledTarget(const QByteArray &url)
{
    const Result<ProxyTarget> target = parseProxyTarget(url);
    if (!target)
        return u"! "_s + target.error().message;
    return u"%1 %2 [%3] %4"_s.arg(QString::fromUtf8(target->scheme), QString::fromUtf8(target->peer.toString()),
                                  QString::fromUtf8(target->hostPort),
                                  target->hasUri ? QString::fromUtf8(target->uri) : u"-"_s);
}

} // namespace

class TestConfigValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sizesAreReadAsNginxDoes_data();
    void sizesAreReadAsNginxDoes();
    void timesAreReadAsNginxDoes_data();
    void timesAreReadAsNginxDoes();
    void secondsKnowNoMilliseconds();
    void flagsAndNumbersAreRead();
    void listensAreReadAsNginxDoes_data();
    void listensAreReadAsNginxDoes();
    void listenAddressesKnowTheirReach();
    void longestSocketPathIsReadAndOneMoreRefused();
    void widestPortRangeIsReadAndOneMoreRefused();
    void proxyTargetsAreReadAsNginxDoes_data();
    void proxyTargetsAreReadAsNginxDoes();
    void peersAreRead_data();
    void peersAreRead();
    void locationsAreRead_data();
    void locationsAreRead();
};

void TestConfigValues::sizesAreReadAsNginxDoes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("size");
    QTest::addColumn<qint64>("withoutGiga");
    const auto row = [](const char *text, qint64 size, qint64 withoutGiga) {
        QTest::newRow(text) << QByteArray(text) << size << withoutGiga;
    };
    row("0", 0, 0);
    row("1024", 1024, 1024);
    row("8k", 8192, 8192);
    row("8K", 8192, 8192);
    row("1m", 1 << 20, 1 << 20);
    row("2g", 2LL << 30, Bad);
    row("9223372036854775807", 9223372036854775807LL, 9223372036854775807LL);
    row("9223372036854775808", Bad, Bad);
    row("9007199254740991k", 9223372036854774784LL, 9223372036854774784LL);
    row("9007199254740992k", Bad, Bad);
    row("", Bad, Bad);
    row("k", Bad, Bad);
    row("-1", Bad, Bad);
    row("+1", Bad, Bad);
    row("1 k", Bad, Bad);
    row("1kk", Bad, Bad);
    row("1.5k", Bad, Bad);
    row("8x", Bad, Bad);
}

void TestConfigValues::sizesAreReadAsNginxDoes()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, size);
    QFETCH(qint64, withoutGiga);
    const Result<qint64> with = parseSize(text);
    const Result<qint64> without = parseSize(text, false);
    QCOMPARE(with ? *with : Bad, size);
    QCOMPARE(without ? *without : Bad, withoutGiga);
    if (!with)
        QCOMPARE(with.error().message, u"invalid value"_s);
}

void TestConfigValues::timesAreReadAsNginxDoes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("milliseconds");
    const auto row = [](const char *text, qint64 milliseconds) {
        QTest::newRow(text) << QByteArray(text) << milliseconds;
    };
    row("0", 0);
    row("30", 30'000);
    row("60s", 60'000);
    row("500ms", 500);
    row("1h30m", 5'400'000);
    row("1h 30m", 5'400'000);
    row("1m30", 90'000);
    row("1d", 86'400'000);
    row("1w", 604'800'000);
    row("1s500ms", 1500);
    row("30 ", 30'000);
    row("", Bad);
    row("s", Bad);  // nginx wants a number somewhere
    row("1M", Bad); // months and years are for directives that count in seconds
    row("1y", Bad);
    row("1m1h", Bad);
    row("1s1s", Bad);
    row("1s 1 ", Bad);
    row("8x", Bad);
    row("-1", Bad);
    row("9223372036854775807", Bad);
    row("9223372036854775ms", 9'223'372'036'854'775);
    row("99999999999999999999ms", Bad);
}

void TestConfigValues::timesAreReadAsNginxDoes()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, milliseconds);
    const Result<std::chrono::milliseconds> time = parseDuration(text);
    QCOMPARE(time ? qint64(time->count()) : Bad, milliseconds);
}

void TestConfigValues::secondsKnowNoMilliseconds()
{
    QVERIFY(!parseSeconds("5ms"));
    QVERIFY(*parseSeconds("1y") == 365 * 24h);
    QVERIFY(*parseSeconds("1M2d") == 32 * 24h);
    QVERIFY(*parseSeconds("10") == 10s);
}

void TestConfigValues::flagsAndNumbersAreRead()
{
    QVERIFY(*parseFlag("on") && *parseFlag("ON"));
    QVERIFY(!*parseFlag("off"));
    QCOMPARE(parseFlag("yes").error().message, u"invalid value \"yes\", it must be \"on\" or \"off\""_s);
    QCOMPARE(*parseNumber("7", 1, 7), 7);
    QVERIFY(!parseNumber("8", 1, 7));
    QVERIFY(!parseNumber("0", 1, 7));
    QCOMPARE(parseNumber("x", 1, 7).error().message, u"invalid number"_s);
}

void TestConfigValues::listensAreReadAsNginxDoes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *text, const QString &expected) {
        QTest::newRow(text) << QByteArray(text) << expected;
    };
    row("80", u"0.0.0.0:80"_s);
    row("*:8080", u"0.0.0.0:8080"_s);
    row("*", u"0.0.0.0:80"_s);
    row("127.0.0.1", u"127.0.0.1:80"_s);
    row("127.0.0.1:81", u"127.0.0.1:81"_s);
    row("[::1]:81", u"[::1]:81"_s);
    row("[::1]", u"[::1]:80"_s);
    row("[0:0::0001]:81", u"[::1]:81"_s);
    row("[::]:80 ipv6only=off", u"[::]:80+4"_s);
    row("localhost:81", u"127.0.0.1:81 [::1]:81"_s);
    row("unix:/run/x.sock", u"unix:/run/x.sock"_s);
    row("8000-8002", u"0.0.0.0:8000 0.0.0.0:8001 0.0.0.0:8002"_s);
    row("127.0.0.1:8000-8001", u"127.0.0.1:8000 127.0.0.1:8001"_s);
    row("80 default_server ssl http2 reuseport backlog=9", u"0.0.0.0:80 default ssl http2 reuseport backlog 9"_s);
    row("80 default", u"0.0.0.0:80 default"_s);
    row("80 bind so_keepalive=on", u"0.0.0.0:80 (bind)"_s);
    row("80 rcvbuf=x", u"! invalid rcvbuf \"rcvbuf=x\""_s);
    row("80 sndbuf=0 so_keepalive=30m", u"0.0.0.0:80"_s);
    row("80 fastopen=-1", u"! invalid fastopen \"fastopen=-1\""_s);
    row("80 so_keepalive=::", u"! invalid so_keepalive value: \"::\""_s);
    row("80 so_keepalive=30m:x:10", u"! invalid so_keepalive value: \"30m:x:10\""_s);
    row("80 so_keepalive=30m::10 rcvbuf=64k sndbuf=64k deferred fastopen=9", u"0.0.0.0:80"_s);
    row("0", u"! invalid port in \"0\" of the \"listen\" directive"_s);
    row("65535", u"0.0.0.0:65535"_s);
    row("65536", u"! invalid port in \"65536\" of the \"listen\" directive"_s);
    row("127.0.0.1:", u"! invalid port in \"127.0.0.1:\" of the \"listen\" directive"_s);
    row(":80", u"! no host in \":80\" of the \"listen\" directive"_s);
    row("[::1", u"! invalid host in \"[::1\" of the \"listen\" directive"_s);
    row("[::1]80", u"! invalid host in \"[::1]80\" of the \"listen\" directive"_s);
    row("[xyz]:80", u"! invalid IPv6 address in \"[xyz]:80\" of the \"listen\" directive"_s);
    row("127.0.0.1/x", u"! invalid host in \"127.0.0.1/x\" of the \"listen\" directive"_s);
    row("nohost.invalid", u"! host not found in \"nohost.invalid\" of the \"listen\" directive"_s);
    row("8002-8000", u"! invalid port range in \"8002-8000\" of the \"listen\" directive"_s);
    row("unix:", u"! no path in the unix domain socket in \"unix:\" of the \"listen\" directive"_s);
    row("80 foo", u"! invalid parameter \"foo\""_s);
    row("80 backlog=x", u"! invalid backlog \"backlog=x\""_s);
    row("[::]:80 ipv6only=oops", u"! invalid ipv6only flags \"oops\""_s);
}

void TestConfigValues::listensAreReadAsNginxDoes()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    QCOMPARE(spelledListen(text), expected);
}

void TestConfigValues::listenAddressesKnowTheirReach()
{
    const auto first = [](const char *text) { return parseListen({QByteArray(text)})->addresses.front(); };
    QVERIFY(first("80").isWildcard() && !first("80").isLoopback());
    QVERIFY(first("[::]:80").isWildcard());
    QVERIFY(first("127.1.2.3:80").isLoopback() && !first("127.1.2.3:80").isWildcard());
    QVERIFY(first("[::1]:80").isLoopback());
    QVERIFY(first("unix:/x").isLoopback());
    QVERIFY(!first("192.0.2.1:80").isLoopback());
    QVERIFY(!parseListen({}));
    QVERIFY(first("127.0.0.1:80") < first("127.0.0.1:81") && first("127.0.0.1:81") < first("127.0.0.2:80"));
    QVERIFY(first("80") < first("[::]:80") && first("unix:/a") < first("unix:/b"));
    QVERIFY(!(first("80") < first("*:80")) && first("80") == first("*:80"));
}

void TestConfigValues::longestSocketPathIsReadAndOneMoreRefused()
{
    const QByteArray longest = '/' + QByteArray(UnixPathBytesMax - 1, 'x');
    QVERIFY(parseListen({"unix:" + longest}));
    QVERIFY(!parseListen({"unix:" + longest + 'x'}));
    QVERIFY(parsePeerAddress("unix:" + longest, 80));
    QVERIFY(!parsePeerAddress("unix:" + longest + 'x', 80));
}

void TestConfigValues::widestPortRangeIsReadAndOneMoreRefused()
{
    QCOMPARE(parseListen({"2000-2999"})->addresses.size(), size_t(1000));
    QVERIFY(!parseListen({"2000-3000"}));
}

void TestConfigValues::proxyTargetsAreReadAsNginxDoes_data()
{
    QTest::addColumn<QByteArray>("url");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *url, const QString &expected) {
        QTest::newRow(url) << QByteArray(url) << expected;
    };
    row("http://127.0.0.1:3000", u"http 127.0.0.1:3000 [127.0.0.1:3000] -"_s);
    row("http://127.0.0.1:3000/", u"http 127.0.0.1:3000 [127.0.0.1:3000] /"_s);
    row("http://a", u"http a:80 [a] -"_s);
    row("http://a:80", u"http a:80 [a] -"_s);
    row("https://a:443/b", u"https a:443 [a] /b"_s);
    row("https://a:80", u"https a:80 [a:80] -"_s);
    row("HTTP://a/b?c", u"http a:80 [a] /b?c"_s);
    row("http://a?c", u"http a:80 [a] ?c"_s);
    row("http://[::1]:3000/x", u"http [::1]:3000 [[::1]:3000] /x"_s);
    row("http://[::1]", u"http [::1]:80 [[::1]] -"_s);
    row("http://unix:/run/x.sock", u"http unix:/run/x.sock [localhost] -"_s);
    row("http://unix:/run/x.sock:/y", u"http unix:/run/x.sock [localhost] /y"_s);
    row("http://a:99999", u"! invalid port in upstream \"a:99999\""_s);
    row("http://a:99999/x", u"! invalid port in upstream \"a:99999/x\""_s);
    row("http://", u"! no host in upstream \"\""_s);
    row("http://:80", u"! no host in upstream \":80\""_s);
    row("http://unix:", u"! no path in the unix domain socket in upstream \"unix:\""_s);
    row("ftp://a", u"! invalid URL prefix"_s);
    row("a:80", u"! invalid URL prefix"_s);
    row("", u"! invalid URL prefix"_s);
    row("http://$host", u"! variables in \"proxy_pass\" are not run yet"_s);
}

void TestConfigValues::proxyTargetsAreReadAsNginxDoes()
{
    QFETCH(QByteArray, url);
    QFETCH(QString, expected);
    QCOMPARE(spelledTarget(url), expected);
}

void TestConfigValues::peersAreRead_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected"); // empty: refused
    QTest::addColumn<bool>("hasPort");
    QTest::newRow("port") << "a:1"_ba
                          << "a:1"_ba << true;
    QTest::newRow("no port") << "a"_ba
                             << "a:80"_ba << false;
    QTest::newRow("v6") << "[::1]:5"_ba
                        << "[::1]:5"_ba << true;
    QTest::newRow("socket") << "unix:/x"_ba
                            << "unix:/x"_ba << false;
    QTest::newRow("URL") << "http://a"_ba
                         << ""_ba << false;
    QTest::newRow("path") << "a/b"_ba
                          << ""_ba << false;
    QTest::newRow("space") << "a b"_ba
                           << ""_ba << false;
    QTest::newRow("port zero") << "a:0"_ba
                               << ""_ba << false;
}

void TestConfigValues::peersAreRead()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    QFETCH(bool, hasPort);
    const Result<PeerAddress> peer = parsePeerAddress(text, 80);
    QCOMPARE(peer ? peer->toString() : QByteArray(""), expected);
    if (peer)
        QCOMPARE(peer->hasPort, hasPort);
}

void TestConfigValues::locationsAreRead_data()
{
    using Kind = LocationMatch::Kind;
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("prefix") << "/a"_ba << Kind::Prefix << "/a"_ba;
    QTest::newRow("exact") << "= /a"_ba << Kind::Exact << "/a"_ba;
    QTest::newRow("exact, glued") << "=/a"_ba << Kind::Exact << "/a"_ba;
    QTest::newRow("before regex") << "^~ /a"_ba << Kind::PrefixBeforeRegex << "/a"_ba;
    QTest::newRow("before regex, glued") << "^~/a"_ba << Kind::PrefixBeforeRegex << "/a"_ba;
    QTest::newRow("regex") << "~ a"_ba << Kind::Regex << "a"_ba;
    QTest::newRow("regex, glued") << "~a"_ba << Kind::Regex << "a"_ba;
    QTest::newRow("regex without case") << "~* a"_ba << Kind::RegexIgnoringCase << "a"_ba;
    QTest::newRow("regex without case, glued") << "~*a"_ba << Kind::RegexIgnoringCase << "a"_ba;
    QTest::newRow("named") << "@a"_ba << Kind::Named << "@a"_ba;
}

void TestConfigValues::locationsAreRead()
{
    QFETCH(QByteArray, words);
    QFETCH(LocationMatch::Kind, kind);
    QFETCH(QByteArray, text);
    const QList<QByteArray> list = words.split(' ');
    const ConfigNode node = ConfigNode::block("location", {list.begin(), list.end()});
    const Result<LocationMatch> match = parseLocation(node);
    QVERIFY(match);
    QCOMPARE(match->kind, kind);
    QCOMPARE(match->text, text);
    QVERIFY(!parseLocation(ConfigNode::block("location", {"?", "/a"})));
    QVERIFY(!parseLocation(ConfigNode::block("location")));
}

QTEST_APPLESS_MAIN(TestConfigValues)
#include "tst_configvalues.moc"
