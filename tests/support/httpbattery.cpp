// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/httpbattery.h"

#include "http/uri.h"

#include <QByteArrayList>

namespace portlight::testing {

using namespace Qt::StringLiterals;
using C = HttpProtocolError::Code;

namespace {

// Requests that carry the given fields, or the given chunked body.
QByteArray get(const QByteArray &fields)
{
    return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
QByteArray post(const QByteArray &fields, const QByteArray &body = {})
{
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
QByteArray chunked(const QByteArray &body)
{
    return post("Transfer-Encoding: chunked\r\n", body);
}
// The body as a hop reads it that believes in the coding, when another believes in the length, and a request inside.
const QByteArray smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

std::vector<HttpSample> requestLines()
{
    return {
        {"plain request", get({}), "200"},
        {"two requests in one packet", get({}) + get({}), "200 200"},
        {"half a request", "GET / HTTP/1.1\r\nHos", ""},
        {"nothing but empty lines", "\r\n\r\n", ""},
        {"empty lines first", "\r\n\r\n" + get({}), "200"},
        {"bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", "200"},
        {"bare LF after request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "200"},
        {"bare CR after request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", "400", C::BareCr},
        {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "200"},
        {"HTTP/0.9", "GET /\r\n", "0.9"},
        {"HTTP/0.9 with spaces", "GET /  \r\n", "0.9"},
        {"HTTP/0.9 POST", "POST /\r\n", "400", C::InvalidRequestLine},
        {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "200"},
        {"HTTP/1.999", "GET / HTTP/1.999\r\nHost: a\r\n\r\n", "200"},
        {"HTTP/1.1000", "GET / HTTP/1.1000\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"HTTP/01.1", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505", C::UnsupportedVersion},
        {"HTTP/11.1", "GET / HTTP/11.1\r\nHost: a\r\n\r\n", "505", C::UnsupportedVersion},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400", C::InvalidHttp2Preface},
        {"protocol in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"another protocol", "GET / RTSP/1.0\r\n\r\n", "400", C::InvalidRequestLine},
        {"version cut short", "GET / HTTP/1.\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"space behind version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "200"},
        {"word behind version", "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"several spaces", "GET   /   HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"tab for space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidMethod},
        {"tab in target", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"space in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"space before H in target", "GET /a HTTP b HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"NUL in target", "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"_ba, "400", C::NulByte},
        {"DEL in target", "GET /a\x7f HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"control character in query", "GET /?\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"bytes over 127 in target", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"escapes in target", "GET /%41/../b%2fc?%zz HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"broken escape in target", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"escaped NUL in target", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"above the root", "GET /a/../.. HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"fragment in target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"lower-case method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidMethod},
        {"method with digit", "GET1 / HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidMethod},
        {"unknown method with lower case", "mY / HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidMethod},
        {"unknown method in capitals", "MY_METHOD-A / HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"TLS hello", "\x16\x03\x01\x02\x01\x01"_ba, "400", C::InvalidMethod},
        {"space before method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidMethod},
        {"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "405"},
        {"CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "405"},
        {"CONNECT without port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"CONNECT with a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"authority form", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"absolute form", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"absolute form, other scheme", "GET ftp+x-1.2://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"absolute form without path", "GET http://b HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"absolute form with query only", "GET http://b?c HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"absolute form without host", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidHost},
        {"absolute form without Host field", "GET http://b/ HTTP/1.1\r\n\r\n", "400", C::MissingHost},
        {"userinfo in absolute form", "GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"address literal", "GET http://[::1]:80/ HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"open address literal", "GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidRequestLine},
        {"port too large in target", "GET http://b:65536/ HTTP/1.1\r\nHost: a\r\n\r\n", "400", C::InvalidHost},
        {"empty port in target", "GET http://b:/ HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
    };
}

std::vector<HttpSample> fieldLines()
{
    return {
        {"bare CR in value", get("X: a\rb\r\n"), "400", C::BareCr},
        {"bare CR before a smuggled field", get("X: \rxTransfer-Encoding: chunked\r\n"), "400", C::BareCr},
        {"CR CR LF", get("X: a\r\r\n"), "400", C::BareCr},
        {"bare CR in name", get("X\ra: b\r\n"), "400", C::BareCr},
        {"bare CR ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\rX", "400", C::BareCr},
        {"NUL in value", get("X: a\0b\r\n"_ba), "400", C::NulByte},
        {"NUL in name", get("X\0a: b\r\n"_ba), "400", C::NulByte},
        {"space before colon", get("X : b\r\n"), "400", C::InvalidHeader},
        {"tab before colon", get("X\t: b\r\n"), "400", C::InvalidHeader},
        {"space in name", get("X a: b\r\n"), "400", C::InvalidHeader},
        {"vertical tab in name", get("X\x0b: b\r\n"), "400", C::InvalidHeader},
        {"space before colon of length", post("Content-Length : 5\r\n", "hello"), "400", C::InvalidHeader},
        {"space before colon of coding", post("Transfer-Encoding : chunked\r\n", smuggled), "400", C::InvalidHeader},
        {"folded value", get("X: a\r\n b\r\n"), "400", C::ObsFold},
        {"folded with tab", get("X: a\r\n\tb\r\n"), "400", C::ObsFold},
        {"folded coding", post("Transfer-Encoding: chunked\r\n\t\r\n", smuggled), "400", C::ObsFold},
        {"folded name", get("X:\r\n Transfer-Encoding: chunked\r\n"), "400", C::ObsFold},
        {"first field folded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400", C::ObsFold},
        {"colon first", get(": b\r\n"), "400", C::InvalidHeader},
        {"no colon", get("Xab\r\n"), "200"},
        {"coding without colon", post("Transfer-Encoding\r\n"), "400", C::InvalidTransferEncoding},
        {"length without colon", post("Content-Length\r\n"), "400", C::InvalidContentLength},
        {"invalid name, dropped", get("X@y: b\r\n"), "200"},
        {"underscore, dropped", get("X_y: b\r\n"), "200"},
        {"underscore in length, dropped", post("Content_Length: 5\r\n", get({})), "200 200"},
        {"underscore in coding, dropped", post("Transfer_Encoding: chunked\r\n", get({})), "200 200"},
        {"bytes over 127 in name, dropped", get("X\xff: b\r\n"), "200"},
        {"control characters in value", get("X: a\x01\x0b\x7f\xff b\r\n"), "200"},
        {"no value", get("X:\r\n"), "200"},
        {"two Hosts", get("Host: a\r\n"), "400", C::DuplicateHost},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", "400", C::MissingHost},
        {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "400", C::InvalidHost},
        {"userinfo in Host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400", C::InvalidHost},
        {"slash in Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400", C::InvalidHost},
        {"space in Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400", C::InvalidHost},
        {"comma in Host", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", "200"},
        {"two dots in Host", "GET / HTTP/1.1\r\nHost: a..b\r\n\r\n", "400", C::InvalidHost},
        {"dot behind Host", "GET / HTTP/1.1\r\nHost: a.\r\n\r\n", "200"},
        {"letters for a port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "400", C::InvalidHost},
        {"two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "400", C::InvalidHost},
        {"port 65535", "GET / HTTP/1.1\r\nHost: a:65535\r\n\r\n", "200"},
        {"port 65536", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", "400", C::InvalidHost},
        {"literal in Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "200"},
        {"letters behind a literal", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", "400", C::InvalidHost},
        {"tab before Host value", "GET / HTTP/1.1\r\nHost:\ta\r\n\r\n", "400", C::InvalidHost},
        {"two conditions", get("If-Match: a\r\nIf-Match: b\r\n"), "400", C::DuplicateHeader},
        {"two credentials", get("Authorization: a\r\nAuthorization: b\r\n"), "400", C::DuplicateHeader},
        {"two cookies", get("Cookie: a\r\nCookie: b\r\n"), "200"},
        {"close", get("Connection: close\r\n") + get({}), "200"},
        {"close among others", get("Connection: x, Close\r\n") + get({}), "200"},
        {"close inside a word", get("Connection: x-closed\r\n") + get({}), "200 200"},
        {"HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\n" + get({}), "200"},
        {"HTTP/1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + get({}), "200 200"},
    };
}

std::vector<HttpSample> framing()
{
    const QByteArray lengthSix = "Content-Length: 6\r\n";
    const auto coding = [](const QByteArray &value) { return post("Transfer-Encoding: " + value + "\r\n", smuggled); };
    const auto length = [](const QByteArray &value) { return post("Content-Length: " + value + "\r\n", "hello"); };
    return {
        {"length", length("5"), "200"},
        {"length 0", post("Content-Length: 0\r\n", get({})), "200 200"},
        {"length with leading zeros", length("005"), "200"},
        {"length of a GET", get("Content-Length: 5\r\n") + "hello" + get({}), "200 200"},
        {"body cut short", post("Content-Length: 5\r\n", "hell"), ""},
        {"length +5", length("+5"), "400", C::InvalidContentLength},
        {"length -0", length("-0"), "400", C::InvalidContentLength},
        {"length -5", length("-5"), "400", C::InvalidContentLength},
        {"length 0x5", length("0x5"), "400", C::InvalidContentLength},
        {"length 5.0", length("5.0"), "400", C::InvalidContentLength},
        {"length 5e0", length("5e0"), "400", C::InvalidContentLength},
        {"length 1 1", length("1 1"), "400", C::InvalidContentLength},
        {"length 5,5", length("5,5"), "400", C::InvalidContentLength},
        {"length 5, 5", length("5, 5"), "400", C::InvalidContentLength},
        {"length with comma", length("5,"), "400", C::InvalidContentLength},
        {"length behind tab", length("\t5"), "400", C::InvalidContentLength},
        {"length before tab", length("5\t"), "400", C::InvalidContentLength},
        {"length behind vertical tab",
         length("\x0b"
                "5"),
         "400", C::InvalidContentLength},
        {"length in quotes", length("\"5\""), "400", C::InvalidContentLength},
        {"no length", length(""), "400", C::InvalidContentLength},
        {"length 2^63 - 1", post("Content-Length: 9223372036854775807\r\n"), ""},
        {"length 2^63", length("9223372036854775808"), "400", C::InvalidContentLength},
        {"length of 20 digits", length("99999999999999999999"), "400", C::InvalidContentLength},
        {"length 2^64 + 5", length("18446744073709551621"), "400", C::InvalidContentLength},
        {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), "400",
         C::ConflictingContentLength},
        {"two different lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), "400",
         C::ConflictingContentLength},
        {"CL.TE", post(lengthSix + "Transfer-Encoding: chunked\r\n", smuggled), "400", C::LengthWithTransferEncoding},
        {"TE.CL", post("Transfer-Encoding: chunked\r\n" + lengthSix, smuggled), "400", C::LengthWithTransferEncoding},
        {"length and unknown coding", post("Transfer-Encoding: x\r\n" + lengthSix, smuggled), "400",
         C::LengthWithTransferEncoding},
        {"length 0 and coding", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", smuggled), "400",
         C::LengthWithTransferEncoding},
        {"coding twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", smuggled), "400",
         C::InvalidTransferEncoding},
        {"coding and identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", smuggled), "400",
         C::InvalidTransferEncoding},
        {"chunked", coding("chunked"), "200 200"},
        {"chunked in capitals", coding("CHUNKED"), "200 200"},
        {"chunked behind spaces", coding("   chunked  "), "200 200"},
        {"chunked behind tab", coding("\tchunked"), "400", C::InvalidTransferEncoding},
        {"chunked before tab", coding("chunked\t"), "400", C::InvalidTransferEncoding},
        {"chunked behind vertical tab",
         coding("\x0b"
                "chunked"),
         "400", C::InvalidTransferEncoding},
        {"chunked before vertical tab", coding("chunked\x0b"), "400", C::InvalidTransferEncoding},
        {"chunked before form feed", coding("chunked\x0c"), "400", C::InvalidTransferEncoding},
        {"chunked before no-break space", coding("chunked\xa0"), "400", C::InvalidTransferEncoding},
        {"chunked in quotes", coding("\"chunked\""), "400", C::InvalidTransferEncoding},
        {"chunked, chunked", coding("chunked, chunked"), "400", C::InvalidTransferEncoding},
        {"chunked, identity", coding("chunked, identity"), "400", C::InvalidTransferEncoding},
        {"chunked with comma", coding("chunked,"), "400", C::InvalidTransferEncoding},
        {"comma with chunked", coding(",chunked"), "400", C::InvalidTransferEncoding},
        {"chunked with parameter", coding("chunked;a=b"), "400", C::InvalidTransferEncoding},
        {"chunked and semicolon", coding("chunked;"), "400", C::InvalidTransferEncoding},
        {"no coding", coding(""), "400", C::InvalidTransferEncoding},
        {"two words", coding("x chunked"), "400", C::InvalidTransferEncoding},
        {"identity, chunked", coding("identity, chunked"), "501", C::UnsupportedTransferEncoding},
        {"gzip, chunked", coding("gzip, chunked"), "501", C::UnsupportedTransferEncoding},
        {"gzip with parameter", coding("gzip;a=b"), "501", C::UnsupportedTransferEncoding},
        {"xchunked", coding("xchunked"), "501", C::UnsupportedTransferEncoding},
        {"chunkedx", coding("chunkedx"), "501", C::UnsupportedTransferEncoding},
        {"identity", coding("identity"), "501", C::UnsupportedTransferEncoding},
        {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, "400",
         C::TransferEncodingInHttp10},
        {"unknown coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: x\r\n\r\n" + smuggled, "400",
         C::TransferEncodingInHttp10},
        {"coding named by Connection",
         post("Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n", smuggled), "200 200"},
    };
}

std::vector<HttpSample> chunks()
{
    return {
        {"no chunks", chunked("0\r\n\r\n"), "200"},
        {"two chunks", chunked("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), "200"},
        {"chunks and a request", chunked("5\r\nhello\r\n0\r\n\r\n") + get({}), "200 200"},
        {"chunk of ten in capitals", chunked("A\r\n0123456789\r\n0\r\n\r\n"), "200"},
        {"size with leading zeros", chunked("0005\r\nhello\r\n000\r\n\r\n"), "200"},
        {"chunked body cut short", chunked("5\r\nhello\r\n0\r\n"), ""},
        {"LF behind size", chunked("5\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"LF behind last size", chunked("0\n\r\n"), "400", C::InvalidChunk},
        {"LF for the last line", chunked("0\r\n\n"), "400", C::InvalidHeader},
        {"LF behind data", chunked("5\r\nhello\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"nothing behind data", chunked("5\r\nhello0\r\n\r\n"), "400", C::InvalidChunk},
        {"data too long", chunked("5\r\nhello!\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"two bytes for a CRLF", chunked("5\r\nhelloXX0\r\n\r\n"), "400", C::InvalidChunk},
        {"CR only behind size", chunked("5\rhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"CR X behind size", chunked("5\rXhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"CR CR LF behind size", chunked("5\r\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"space behind size", chunked("5 \r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"tab behind size", chunked("5\t\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"space before size", chunked(" 5\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"space before extension", chunked("5 ;a\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"space behind last size", chunked("0 \r\n\r\n"), "400", C::InvalidChunk},
        {"0x5", chunked("0x5\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"+5", chunked("+5\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"-5", chunked("-5\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"5_0", chunked("5_0\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"5,5", chunked("5,5\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"5.0", chunked("5.0\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"g", chunked("g\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"no size", chunked("\r\n\r\n"), "400", C::InvalidChunk},
        {"no size but extension", chunked(";a\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"size of 17 digits", chunked("fffffffffffffffff\r\n"), "400", C::ChunkOverflow},
        {"size 2^64 - 1", chunked("ffffffffffffffff\r\n"), "400", C::ChunkOverflow},
        {"size 2^59 - 1", chunked("7ffffffffffffff\r\n"), ""},
        {"size 2^59", chunked("800000000000000\r\n"), "400", C::ChunkOverflow},
        {"size 2^63", chunked("8000000000000000\r\n"), "400", C::ChunkOverflow},
        {"size 2^64 + 5", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), "400", C::ChunkOverflow},
        {"17 digits with leading zeros", chunked("00000000000000005\r\nhello\r\n0\r\n\r\n"), "400", C::ChunkOverflow},
        {"16 digits with leading zeros", chunked("0000000000000005\r\nhello\r\n0\r\n\r\n"), "200"},
        {"extension", chunked("5;a=b\r\nhello\r\n0\r\n\r\n"), "200"},
        {"extensions", chunked("5;a;b=c;d=\"e f;\\\"\"\r\nhello\r\n0;z\r\n\r\n"), "200"},
        {"extension behind space", chunked("5; a = b\r\nhello\r\n0\r\n\r\n"), "200"},
        {"LF in extension", chunked("5;a\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"LF ends an extension", chunked("2;\nxx\r\n5\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"), "400", C::InvalidChunk},
        {"CR in extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"CR in quotes", chunked("5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"NUL in extension", chunked("5;a\0\r\nhello\r\n0\r\n\r\n"_ba), "400", C::InvalidChunk},
        {"tab in extension", chunked("5;\ta\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"empty extension", chunked("5;\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"extension without value", chunked("5;a=\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"space behind extension", chunked("5;a \r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"bad token in extension", chunked("5;a@b\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"text behind quotes", chunked("5;a=\"b\"c\r\nhello\r\n0\r\n\r\n"), "400", C::InvalidChunk},
        {"trailer", chunked("0\r\nX-Sum: 1\r\n\r\n") + get({}), "200 200"},
        {"trailer with bare LF", chunked("0\r\nX-Sum: 1\n\r\n"), "400", C::InvalidHeader},
        {"trailer with bare CR", chunked("0\r\nX-Sum: 1\rX\r\n\r\n"), "400", C::BareCr},
        {"folded trailer", chunked("0\r\nX-Sum: 1\r\n 2\r\n\r\n"), "400", C::ObsFold},
        {"space before colon of trailer", chunked("0\r\nX-Sum : 1\r\n\r\n"), "400", C::InvalidHeader},
        {"NUL in trailer", chunked("0\r\nX-Sum: \0\r\n\r\n"_ba), "400", C::NulByte},
        {"request for a trailer", chunked("0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), "400", C::InvalidHeader},
    };
}

} // namespace

const std::vector<HttpSample> &httpBattery()
{
    static const std::vector<HttpSample> all = [] {
        std::vector<HttpSample> samples;
        for (const auto &part : {requestLines(), fieldLines(), framing(), chunks()})
            samples.insert(samples.end(), part.begin(), part.end());
        return samples;
    }();
    return all;
}

namespace {

// The body of one request: where it ends, or the word for what became of it.
struct BodyVerdict {
    ParseStatus status = ParseStatus::NeedMore;
    qsizetype consumed = 0;
    HttpProtocolError error;
};

BodyVerdict readBodyOf(const RequestHead &head, QByteArrayView bytes)
{
    BodyDecoder decoder;
    decoder.start(head.body);
    BodyVerdict verdict;
    for (;;) {
        const BodyDecoder::Piece piece = decoder.next(bytes.data() + verdict.consumed, bytes.size() - verdict.consumed);
        verdict.consumed += piece.consumed;
        switch (piece.kind) {
        case BodyDecoder::Piece::Kind::Data: continue;
        case BodyDecoder::Piece::Kind::NeedMore: return verdict;
        case BodyDecoder::Piece::Kind::End: verdict.status = ParseStatus::Complete; return verdict;
        case BodyDecoder::Piece::Kind::Failed: break;
        }
        verdict.status = ParseStatus::Failed;
        verdict.error = decoder.error();
        return verdict;
    }
}

QByteArray refusal(const HttpProtocolError &error, HttpProtocolError::Code *code)
{
    if (code)
        *code = error.code;
    return QByteArray::number(error.status == 494 ? 400 : error.status);
}

} // namespace

QByteArray verdictOn(QByteArrayView bytes, HttpProtocolError::Code *code)
{
    QByteArrayList answers;
    RequestParser parser;
    for (;;) {
        parser.reset();
        const ParseStatus status = parser.parse(bytes.data(), bytes.size());
        if (status == ParseStatus::Failed)
            answers << refusal(parser.error(), code);
        if (status != ParseStatus::Complete)
            break;
        const RequestHead &head = parser.head();
        if (head.methodId == MethodId::Connect || head.methodId == MethodId::Trace) {
            answers << "405"_ba;
            break;
        }
        QByteArray path;
        if (!normalizePath(head.path.in(bytes.data()), true, path).valid) {
            answers << "400"_ba;
            break;
        }
        bytes = bytes.sliced(parser.consumed());
        const BodyVerdict body = readBodyOf(head, bytes);
        if (body.status == ParseStatus::Failed)
            answers << refusal(body.error, code);
        if (body.status != ParseStatus::Complete)
            break;
        bytes = bytes.sliced(body.consumed);
        answers << (head.http09 ? "0.9"_ba : "200"_ba);
        if (!head.keepAlive)
            break;
    }
    return answers.join(' ');
}

} // namespace portlight::testing
