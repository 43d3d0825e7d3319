// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/localpages.h"

#include "proxy/errorpages.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr const char *Style =
    ":root{color-scheme:light "
    "dark;--bg:#f6f7f9;--card:#fff;--text:#1b1f24;--dim:#57606a;--line:#d9dde3;--accent:#2f6feb;"
    "--bad:#cf222e}"
    "@media(prefers-color-scheme:dark){:root{--bg:#16181d;--card:#1e2128;--text:#e6e8eb;--dim:#9da5b0;--line:#30353e;"
    "--accent:#5b8def;--bad:#f85149}}"
    "*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--bg);"
    "color:var(--text);font:16px/1.5 system-ui,sans-serif}"
    "main{width:min(640px,calc(100vw - 32px));margin:32px 0;padding:32px;background:var(--card);border:1px solid "
    "var(--line);"
    "border-radius:12px}"
    ".status{display:inline-block;padding:2px 10px;border-radius:6px;font-weight:600;color:var(--bad);"
    "background:color-mix(in srgb,var(--bad) 12%,transparent)}"
    "h1{font-size:22px;margin:16px 0 8px}p{margin:8px 0}.cause{font-family:ui-monospace,monospace;font-size:14px;"
    "overflow-wrap:anywhere}ul{list-style:none;margin:16px 0 0;padding:0;border-top:1px solid var(--line)}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:4px 16px;margin:16px 0 0;padding:16px 0 0;border-top:1px solid "
    "var(--line);font-size:14px}dt{color:var(--dim)}dd{margin:0;font-family:ui-monospace,monospace;overflow-wrap:"
    "anywhere}"
    "li{border-bottom:1px solid var(--line)}a{display:block;padding:8px 0;color:var(--accent);text-decoration:none}"
    "a:hover,a:focus{text-decoration:underline}footer{margin-top:24px;color:var(--dim);font-size:13px}";

// The quality that an Accept field gives to a media type; -1: not named.
double qualityOf(QByteArrayView accept, QByteArrayView type)
{
    double found = -1;
    for (const QByteArray &part : accept.toByteArray().split(',')) {
        const QList<QByteArray> words = part.split(';');
        const QByteArray range = words.first().trimmed().toLower();
        if (range != type)
            continue;
        double quality = 1;
        for (const QByteArray &word : words.mid(1)) {
            const QByteArray parameter = word.trimmed();
            if (parameter.startsWith("q="))
                quality = parameter.mid(2).toDouble();
        }
        found = qMax(found, quality);
    }
    return found;
}

QString factsList(const LocalPageContent &content)
{
    QString list;
    for (const auto &[name, value] : content.facts)
        list += u"<dt>%1</dt><dd>%2</dd>"_s.arg(name.toHtmlEscaped(), value.toHtmlEscaped());
    return list.isEmpty() ? list : u"<dl>"_s + list + u"</dl>"_s;
}

QByteArray html(const LocalPageContent &content)
{
    QString list;
    for (qsizetype i = 0; i < content.domains.size(); ++i) {
        list += u"<li><a href=\"%1\">%2</a></li>"_s.arg(content.domainAddresses.value(i).toHtmlEscaped(),
                                                        content.domains[i].toHtmlEscaped());
    }
    if (!list.isEmpty())
        list = u"<ul>"_s + list + u"</ul>"_s;
    return u"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width\"><title>%1 · Portlight</title><style>%2</style></head><body><main>"
           "<span class=\"status\">%3</span><h1>%1</h1><p class=\"cause\">%4</p><p>%5</p>%7%6"
           "<footer>Portlight shows this page to this machine only.</footer></main></body></html>\n"_s
               .arg(content.title.toHtmlEscaped(), QString::fromLatin1(Style),
                    QString::fromLatin1(errorPageTitle(content.status)), content.cause.toHtmlEscaped(),
                    content.advice.toHtmlEscaped(), list, factsList(content))
               .toUtf8();
}

QByteArray json(const LocalPageContent &content)
{
    QJsonObject object{{u"status"_s, content.status},
                       {u"error"_s, content.title},
                       {u"cause"_s, content.cause},
                       {u"advice"_s, content.advice}};
    QJsonObject facts;
    for (const auto &[name, value] : content.facts)
        facts.insert(name, value);
    if (!facts.isEmpty())
        object.insert(u"facts"_s, facts);
    if (!content.domains.isEmpty())
        object.insert(u"domains"_s, QJsonArray::fromStringList(content.domainAddresses));
    return QJsonDocument(object).toJson();
}

QByteArray text(const LocalPageContent &content)
{
    QString result = u"%1\n\n%2\n%3\n%4\n"_s.arg(QString::fromLatin1(errorPageTitle(content.status)), content.title,
                                                 content.cause, content.advice);
    for (const auto &[name, value] : content.facts)
        result += u"  %1: %2\n"_s.arg(name, value);
    for (const QString &address : content.domainAddresses)
        result += u"  %1\n"_s.arg(address);
    return result.toUtf8();
}

} // namespace

LocalPage renderLocalPage(const LocalPageContent &content, QByteArrayView accept)
{
    const double wantsHtml = qMax(qualityOf(accept, "text/html"), qualityOf(accept, "application/xhtml+xml"));
    const double wantsJson = qualityOf(accept, "application/json");
    const double wantsText = qualityOf(accept, "text/plain");
    if (wantsHtml > 0 && wantsHtml >= wantsJson && wantsHtml >= wantsText)
        return {"text/html; charset=utf-8", html(content)};
    if (wantsJson > 0 && wantsJson >= wantsText)
        return {"application/json", json(content)};
    return {"text/plain; charset=utf-8", text(content)};
}

QByteArray stubStatusText(const ProxyCounters &counters)
{
    return "Active connections: " + QByteArray::number(counters.active) + " \nserver accepts handled requests\n "
           + QByteArray::number(counters.accepted) + ' ' + QByteArray::number(counters.handled) + ' '
           + QByteArray::number(counters.requests) + " \nReading: " + QByteArray::number(counters.reading)
           + " Writing: " + QByteArray::number(counters.writing) + " Waiting: " + QByteArray::number(counters.waiting)
           + " \n";
}

} // namespace portlight
