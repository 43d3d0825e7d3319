// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/errorpages.h"

namespace portlight {

namespace {

struct Title {
    int status;
    const char *text;
};

constexpr Title Titles[] = {
    {301, "301 Moved Permanently"},
    {302, "302 Found"},
    {303, "303 See Other"},
    {307, "307 Temporary Redirect"},
    {308, "308 Permanent Redirect"},
    {400, "400 Bad Request"},
    {401, "401 Authorization Required"},
    {402, "402 Payment Required"},
    {403, "403 Forbidden"},
    {404, "404 Not Found"},
    {405, "405 Not Allowed"},
    {406, "406 Not Acceptable"},
    {407, "407 Proxy Authentication Required"},
    {408, "408 Request Time-out"},
    {409, "409 Conflict"},
    {410, "410 Gone"},
    {411, "411 Length Required"},
    {412, "412 Precondition Failed"},
    {413, "413 Request Entity Too Large"},
    {414, "414 Request-URI Too Large"},
    {415, "415 Unsupported Media Type"},
    {416, "416 Requested Range Not Satisfiable"},
    {421, "421 Misdirected Request"},
    {429, "429 Too Many Requests"},
    {494, "400 Request Header Or Cookie Too Large"},
    {495, "400 The SSL certificate error"},
    {496, "400 No required SSL certificate was sent"},
    {497, "400 The plain HTTP request was sent to HTTPS port"},
    {500, "500 Internal Server Error"},
    {501, "501 Not Implemented"},
    {502, "502 Bad Gateway"},
    {503, "503 Service Temporarily Unavailable"},
    {504, "504 Gateway Time-out"},
    {505, "505 HTTP Version Not Supported"},
    {507, "507 Insufficient Storage"},
    {508, "508 Loop Detected"},
};

} // namespace

QByteArrayView errorPageTitle(int status)
{
    for (const Title &title : Titles) {
        if (title.status == status)
            return title.text;
    }
    return {};
}

bool isSubstatusOf400(int status)
{
    return status >= 494 && status <= 497;
}

QByteArray errorPage(int status, QByteArrayView server, bool padding)
{
    const QByteArrayView title = errorPageTitle(status);
    if (title.isEmpty())
        return {};
    const bool isSubclassed400 = isSubstatusOf400(status);
    QByteArray page = "<html>\r\n<head><title>";
    page += title;
    page += "</title></head>\r\n<body>\r\n<center><h1>";
    page += isSubclassed400 ? QByteArrayView("400 Bad Request") : title;
    page += "</h1></center>\r\n";
    if (isSubclassed400) {
        page += "<center>";
        page += title.sliced(4);
        page += "</center>\r\n";
    }
    page += "<hr><center>";
    page += server;
    page += "</center>\r\n</body>\r\n</html>\r\n";
    if (padding && status >= 400) {
        for (int i = 0; i < 6; ++i)
            page += "<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n";
    }
    return page;
}

} // namespace portlight
