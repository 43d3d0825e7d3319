// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlreports.h"

namespace portlight {

using namespace Qt::StringLiterals;

QJsonObject domainReport(const DomainView &domain)
{
    QJsonObject report{{u"name"_s, domain.name()},
                       {u"names"_s, QJsonArray::fromStringList(domain.names)},
                       {u"url"_s, domain.url},
                       {u"target"_s, domain.target},
                       {u"display"_s, domain.display},
                       {u"https"_s, domain.https},
                       {u"localCertificate"_s, domain.localCertificate},
                       {u"listens"_s, QJsonArray::fromStringList(domain.listens)},
                       {u"enabled"_s, domain.enabled},
                       {u"ours"_s, domain.ours},
                       {u"locations"_s, domain.locationCount}};
    if (domain.position.isKnown()) {
        report.insert(u"file"_s, domain.position.file);
        report.insert(u"line"_s, domain.position.line);
    }
    return report;
}

QJsonArray domainsReport(const QList<DomainView> &domains)
{
    QJsonArray report;
    for (const DomainView &domain : domains)
        report.append(domainReport(domain));
    return report;
}

QJsonObject statusReport(const EngineStatus &status)
{
    QJsonArray listeners;
    for (const ListenerStatus &listener : status.listeners) {
        QJsonObject entry{{u"address"_s, QString::fromLatin1(listener.address)},
                          {u"open"_s, listener.open},
                          {u"acceptingPaused"_s, listener.acceptingPaused}};
        if (!listener.error.isEmpty())
            entry.insert(u"error"_s, listener.error);
        listeners.append(entry);
    }
    QJsonObject domains;
    for (auto it = status.domains.cbegin(); it != status.domains.cend(); ++it) {
        domains.insert(QString::fromUtf8(it.key()), QJsonObject{{u"requests"_s, qint64(it->requests)},
                                                                {u"failures"_s, qint64(it->failures)},
                                                                {u"lastStatus"_s, it->lastStatus}});
    }
    return {{u"running"_s, status.running},
            {u"active"_s, status.active},
            {u"accepted"_s, qint64(status.accepted)},
            {u"handled"_s, qint64(status.handled)},
            {u"requests"_s, qint64(status.requests)},
            {u"reading"_s, status.reading},
            {u"writing"_s, status.writing},
            {u"waiting"_s, status.waiting},
            {u"requestsPerSecond"_s, status.requestsPerSecond},
            {u"capturing"_s, status.capturing},
            {u"captureCount"_s, status.captureCount},
            {u"captureDropped"_s, qint64(status.captureDropped)},
            {u"listeners"_s, listeners},
            {u"domains"_s, domains}};
}

QJsonArray diagnosticsReport(const Diagnostics &diagnostics)
{
    QJsonArray report;
    for (const Diagnostic &diagnostic : diagnostics)
        report.append(diagnostic.toJson());
    return report;
}

QByteArray stubStatusText(const QJsonObject &status)
{
    const auto number = [&status](const QString &name) { return QByteArray::number(status.value(name).toInteger()); };
    return "Active connections: " + number(u"active"_s) + " \nserver accepts handled requests\n "
           + number(u"accepted"_s) + ' ' + number(u"handled"_s) + ' ' + number(u"requests"_s) + " \nReading: "
           + number(u"reading"_s) + " Writing: " + number(u"writing"_s) + " Waiting: " + number(u"waiting"_s) + " \n";
}

QByteArray listenersText(const QJsonObject &status)
{
    QByteArray text;
    for (const QJsonValue &value : status.value(u"listeners"_s).toArray()) {
        const QJsonObject listener = value.toObject();
        text += listener.value(u"address"_s).toString().toUtf8();
        if (!listener.value(u"open"_s).toBool())
            text += " closed: " + listener.value(u"error"_s).toString().toUtf8();
        else
            text += listener.value(u"acceptingPaused"_s).toBool() ? " open, accepting is paused" : " open";
        text += '\n';
    }
    return text;
}

} // namespace portlight
