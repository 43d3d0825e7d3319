// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/domainrow.h"

#include <QCoreApplication>
#include <QUrl>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(DomainRow)
};

bool isProxied(const DomainView &view)
{
    return view.target.startsWith(u"http://"_s) || view.target.startsWith(u"https://"_s);
}

bool failedAtBackend(int status)
{
    return status == 502 || status == 504;
}

QString whatAnswers(const DomainView &view, const KnownPorts &ports, int lastStatus)
{
    if (view.target.isEmpty())
        return view.locationCount > 1 ? Words::tr("%1 locations").arg(view.locationCount)
                                      : Words::tr("written by hand");
    if (view.target.startsWith(u"return"_s))
        return Words::tr("fixed answer");
    if (view.target.contains(u"unix:"_s))
        return Words::tr("unix socket");
    const quint16 port = localTargetPort(view);
    if (port == 0)
        return Words::tr("another machine");
    if (!ports.known)
        return {};
    if (const ListeningPort *found = ports.find(port))
        return found->process.isEmpty() ? Words::tr("another user's process") : found->process;
    if (!view.enabled)
        return {};
    // Our own demo listens inside this process and is not in the list: an answer proves it.
    return lastStatus > 0 && !failedAtBackend(lastStatus) ? QString() : Words::tr("nothing listens");
}

const ListenerStatus *closedListener(const DomainView &view, const EngineStatus &status)
{
    for (const ListenerStatus &listener : status.listeners) {
        if (!listener.open && view.listens.contains(QString::fromUtf8(listener.address)))
            return &listener;
    }
    return nullptr;
}

void setState(DomainRow &row, const QString &state, Tone tone, const QString &detail)
{
    row.state = state;
    row.tone = tone;
    row.detail = detail;
}

} // namespace

const ListeningPort *KnownPorts::find(quint16 port) const
{
    const auto it =
        std::find_if(ports.cbegin(), ports.cend(), [port](const ListeningPort &each) { return each.port == port; });
    return it == ports.cend() ? nullptr : &*it;
}

quint16 localTargetPort(const DomainView &view)
{
    if (!isProxied(view) || view.target.contains(u"unix:"_s))
        return 0;
    const QUrl url(view.target);
    const QString host = url.host();
    if (host != QLatin1String("localhost") && !host.startsWith(u"127."_s) && host != QLatin1String("::1"))
        return 0;
    return quint16(url.port(url.scheme() == QLatin1String("https") ? 443 : 80));
}

DomainRow describeDomain(const DomainView &view, const EngineStatus &status, const KnownPorts &ports)
{
    DomainRow row;
    row.view = view;
    const int lastStatus = status.domains.value(view.name().toUtf8()).lastStatus;
    row.what = whatAnswers(view, ports, lastStatus);
    const quint16 port = localTargetPort(view);
    const bool listens = port != 0 && ports.find(port) != nullptr;
    const bool silent = port != 0 && ports.known && !listens && (lastStatus == 0 || failedAtBackend(lastStatus));
    const QString scheme = view.url.startsWith(u"https:"_s) ? u"HTTPS"_s : u"HTTP"_s;
    if (!view.enabled)
        setState(row, Words::tr("off"), Tone::Neutral, Words::tr("Switched off: answers as an unknown domain"));
    else if (const ListenerStatus *closed = closedListener(view, status))
        setState(row, Words::tr("not open"), Tone::Error, closed->error);
    else if (silent)
        setState(row, u"502"_s, Tone::Error, Words::tr("Nothing listens on %1").arg(view.display));
    else if (failedAtBackend(lastStatus))
        setState(row, QString::number(lastStatus), listens ? Tone::Warning : Tone::Error,
                 Words::tr("The last answer was %1").arg(lastStatus));
    else
        setState(row, scheme, Tone::Good, Words::tr("Answers at %1").arg(view.url));
    return row;
}

} // namespace portlight
