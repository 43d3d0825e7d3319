// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/httpbattery.h"
#include "support/httpmutations.h"
#include "support/nginxserver.h"

#include <QRegularExpression>
#include <QTest>

#include <map>
#include <memory>
#include <random>
#include <set>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;
using Code = HttpProtocolError::Code;

namespace {

// Where we mean to differ from nginx 1.22 on a sample of the battery: what it answers, which samples, and why not we.
struct SampleDifference {
    const char *nginx;
    std::vector<const char *> samples;
    const char *argument;
};

const std::vector<SampleDifference> &sampleDifferences()
{
    static const std::vector<SampleDifference> all = {
        {"400", {"CONNECT"}, "nginx 1.29 reads the authority form and answers 405 where tunnels are off; so do we"},
        {"405", {"CONNECT with a path"}, "nginx 1.29: not an authority, so not a request (RFC 9112 section 3.2.3)"},
        {"200",
         {"userinfo in Host", "letters for a port", "two ports", "port 65536", "letters behind a literal",
          "port too large in target"},
         "nginx 1.29 refuses them; hops that cut a host off at '@' or ':' differently route differently"},
        {"200", {"CR CR LF"}, "a CR alone ends a line for some hops (RFC 9112 section 2.2: must not be taken for one)"},
        {"200", {"close inside a word"}, "nginx looks for the letters; RFC 9110 section 7.6.1 has tokens"},
        {"501",
         {"coding without colon", "no coding", "two words", "chunked behind tab", "chunked before tab",
          "chunked behind vertical tab", "chunked before vertical tab", "chunked before form feed",
          "chunked before no-break space", "chunked in quotes", "chunked, chunked", "chunked, identity",
          "chunked with comma", "comma with chunked", "chunked with parameter", "chunked and semicolon"},
         "refused either way; a coding that another hop may read as chunked is malformed here, not merely unknown"},
        {"501", {"length and unknown coding"}, "refused either way; two framings are refused before either is read"},
        {"200",
         {"LF behind size", "LF behind last size", "LF for the last line", "LF behind data", "LF in extension"},
         "nginx 1.29 refuses them too: a hop that wants CRLF goes on reading (CVE-2025-22871)"},
        {"200",
         {"space behind size", "tab behind size", "space before extension", "space behind last size"},
         "hops disagree about white space behind a size (RFC 9112 section 7.1 has none)"},
        {"200", {"17 digits with leading zeros"}, "a hop with a counter of 64 bits may count digits instead of value"},
        {"200",
         {"NUL in extension", "tab in extension", "empty extension", "extension without value",
          "space behind extension", "bad token in extension", "text behind quotes"},
         "nginx skips to the line's end; hops that read extensions find another end"},
        {"200",
         {"trailer with bare LF", "folded trailer", "space before colon of trailer", "NUL in trailer",
          "request for a trailer"},
         "nginx skips trailers; we pass them on, so they must be fields"},
    };
    return all;
}

// The same for bytes that nobody wrote down: by the reason of our refusal and by nginx's answer at the first place
// where the two differ ("" for none). Each line must still occur.
struct ClassDifference {
    Code code;
    const char *ours;
    std::set<QByteArray> nginx;
    const char *argument;
};

const std::vector<ClassDifference> &classDifferences()
{
    static const std::vector<ClassDifference> all = {
        {Code::None, "405", {"400"}, "CONNECT in authority form, as above"},
        {Code::None, "200", {""}, "\"close\" inside a word, as above: nginx reads no second request"},
        {Code::InvalidRequestLine,
         "400",
         {"405", "501", ""},
         "CONNECT with a path, as above; nginx goes on to the fields"},
        {Code::InvalidHost, "400", {"200", "", "405", "501", "400"}, "ports and what is behind a literal, as above"},
        {Code::BareCr, "400", {"200", "501", ""}, "CR CR LF, as above; nginx waits or judges what comes later"},
        {Code::LengthWithTransferEncoding, "400", {"501"}, "two framings, as above"},
        {Code::InvalidTransferEncoding, "400", {"501"}, "malformed codings, as above"},
        {Code::InvalidChunk, "400", {"200", ""}, "chunk lines, as above; nginx waits where it skips"},
        {Code::ChunkOverflow, "400", {"200", ""}, "digits, as above"},
        {Code::InvalidHeader, "400", {"200", ""}, "trailers, as above"},
        {Code::NulByte, "400", {"200", ""}, "trailers, as above"},
        {Code::ObsFold, "400", {"200", ""}, "trailers, as above"},
    };
    return all;
}

} // namespace

// The same bytes for our parsers and for the real nginx: who takes them, and with which status are they refused.
class TestHttpBytes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        // The first server reads the whole body before it asks the second: so its answer says that the body was fine.
        m_nginx = std::make_unique<NginxServer>(
            "client_max_body_size 0;\n"
            "server { listen 127.0.0.1:@port@; location / { proxy_pass http://127.0.0.1:@port-origin@;"
            " proxy_ignore_client_abort on; } }\n"
            "server { listen 127.0.0.1:@port-small@; client_header_buffer_size 128;"
            " large_client_header_buffers 3 512; return 200 taken; }\n"
            "server { listen 127.0.0.1:@port-origin@; location / { return 200 taken; } }");
        QVERIFY2(m_nginx->isRunning(), qPrintable(m_nginx->problem()));
    }

    void samplesDifferOnlyAsListed()
    {
        std::map<QByteArray, QByteArray> intended;
        for (const SampleDifference &difference : sampleDifferences()) {
            for (const char *name : difference.samples)
                intended[name] = difference.nginx;
        }
        for (const HttpSample &sample : httpBattery()) {
            const QByteArray theirs = nginxVerdict(m_nginx->port(), sample.bytes);
            const auto found = intended.find(sample.name);
            const QByteArray expected = found == intended.end() ? QByteArray(sample.verdict) : found->second;
            QVERIFY2(theirs == expected, sample.name + ": nginx says "_ba + theirs + ", the table " + expected);
            if (found != intended.end()) {
                QVERIFY2(theirs != sample.verdict, sample.name + " is no difference any more"_ba);
                intended.erase(found);
            }
        }
        QVERIFY2(intended.empty(), intended.empty() ? "" : intended.begin()->first + " is no sample"_ba);
    }

    void mutationsDifferOnlyAsListed()
    {
        constexpr int count = 4000;
        constexpr quint32 seed = 7;
        std::vector<bool> occurred(classDifferences().size());
        QByteArray unlisted;
        for (const QByteArray &bytes : mutatedSamples(count, seed)) {
            Code code = Code::None;
            const QByteArrayList ours = verdictOn(bytes, &code).split(' ');
            const QByteArrayList theirs = nginxVerdict(m_nginx->port(), bytes).split(' ');
            qsizetype at = 0;
            while (at < ours.size() && at < theirs.size() && ours[at] == theirs[at])
                ++at;
            if (at == ours.size() && at == theirs.size())
                continue;
            const bool refusedHere = at + 1 == ours.size() && ours[at] != "200" && ours[at] != "405";
            int row = differenceOf(refusedHere ? code : Code::None, ours.value(at), theirs.value(at));
            if (row < 0 && at > 0 && at == theirs.size() && bytes.toLower().contains("close"))
                row = differenceOf(Code::None, "200", ""); // whatever we make of what nginx did not read
            if (row >= 0) {
                occurred[size_t(row)] = true;
                continue;
            }
            unlisted += "ours "_ba + ours.join(' ') + " (" + QByteArray::number(int(code)) + "), nginx "
                        + theirs.join(' ') + "\n    " + bytes.toPercentEncoding(" :/;,=") + "\n";
        }
        QVERIFY2(unlisted.isEmpty(), unlisted.constData());
        for (size_t row = 0; row < occurred.size(); ++row)
            QVERIFY2(occurred[row], classDifferences()[row].argument);
    }

    // Heads of every length around the limits, in the usual buffers and in small ones.
    void bufferAccountingIsTheSame_data()
    {
        QTest::addColumn<QByteArray>("port");
        QTest::addColumn<quint32>("first");
        QTest::addColumn<quint32>("large");
        QTest::addColumn<quint32>("number");
        QTest::newRow("1k, 4 8k") << "origin"_ba << 1024u << 8192u << 4u;
        QTest::newRow("128, 3 512") << "small"_ba << 128u << 512u << 3u;
    }

    void bufferAccountingIsTheSame()
    {
        QFETCH(QByteArray, port);
        QFETCH(quint32, first);
        QFETCH(quint32, large);
        QFETCH(quint32, number);
        const RequestLimits limits{.firstBufferBytes = first, .largeBufferBytes = large, .largeBuffers = number};
        std::mt19937 random{11};
        std::set<QByteArray> seen;
        constexpr int heads = 600;
        for (int i = 0; i < heads; ++i) {
            const QByteArray bytes = headOfRandomLengths(random, first, large);
            RequestParser parser{limits};
            const ParseStatus status = parser.parse(bytes.constData(), bytes.size());
            const int refusal = parser.error().status == 494 ? 400 : parser.error().status;
            const QByteArray ours = status == ParseStatus::Failed     ? QByteArray::number(refusal)
                                    : status == ParseStatus::Complete ? "200"_ba
                                                                      : ""_ba;
            QByteArray lengths;
            for (const QByteArray &line : bytes.split('\n'))
                lengths += QByteArray::number(line.size() + 1) + " ";
            const QByteArray theirs = nginxVerdict(m_nginx->port(port), bytes);
            QVERIFY2(ours == theirs, "lines of "_ba + lengths + "bytes: ours " + ours + ", nginx " + theirs);
            seen.insert(ours);
        }
        QCOMPARE(seen, (std::set<QByteArray>{"200", "400", "414"}));
    }

private:
    static int differenceOf(Code code, const QByteArray &ours, const QByteArray &theirs)
    {
        const auto &all = classDifferences();
        for (size_t row = 0; row < all.size(); ++row) {
            if (all[row].code == code && ours == all[row].ours && all[row].nginx.contains(theirs))
                return int(row);
        }
        return -1;
    }

    // A request whose lines are as long as, or a few bytes off, what fills a buffer or what is left of it.
    static QByteArray headOfRandomLengths(std::mt19937 &random, quint32 first, quint32 large)
    {
        const auto below = [&random](quint32 bound) { return random() % bound; };
        const auto length = [&]() -> quint32 {
            switch (below(5)) {
            case 0: return first - 3 + below(7);
            case 1: return large - 3 + below(7);
            case 2: return large / 2 - 3 + below(7);
            case 3: return first / 2 + below(first);
            default: return 30 + below(large);
            }
        };
        QByteArray bytes;
        const quint32 lineBytes = below(3) ? 30 + below(first) : length();
        const QByteArray ends = " HTTP/1.1\r\n";
        bytes += "GET /" + QByteArray(qsizetype(std::max(lineBytes, 20u)) - 5 - ends.size(), 'a') + ends;
        bytes += "Host: a\r\n";
        for (quint32 fields = below(7); fields > 0; --fields)
            bytes += "X: " + QByteArray(qsizetype(std::max(length(), 10u)) - 5, 'b') + "\r\n";
        return bytes + "\r\n";
    }

    static QByteArray nginxVerdict(quint16 port, const QByteArray &bytes)
    {
        const QByteArray answer = exchangeBytes(port, bytes);
        static const QRegularExpression statusLine(u"HTTP/1\\.1 (\\d{3}) |^<html>\\r\\n<head><title>(\\d{3}) "_s);
        QByteArrayList statuses;
        auto matches = statusLine.globalMatch(QString::fromLatin1(answer));
        while (matches.hasNext()) {
            const QRegularExpressionMatch match = matches.next();
            // An error page without a status line answers a request in HTTP/0.9.
            QByteArray status = match.captured(match.captured(1).isEmpty() ? 2 : 1).toLatin1();
            if (status == "412")
                status = "200"; // If-Match of a page without a tag: the request itself was taken
            if (status != "100")
                statuses << status;
        }
        if (answer.endsWith("taken") && answer.count("taken") > statuses.count("200"_ba))
            statuses << "0.9"_ba;
        return statuses.join(' ');
    }

    std::unique_ptr<NginxServer> m_nginx;
};

QTEST_GUILESS_MAIN(TestHttpBytes)
#include "tst_http_bytes.moc"
