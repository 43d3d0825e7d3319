// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authorityreading.h"
#include "api/controlclient.h"
#include "api/controlreports.h"
#include "api/httpsdefault.h"
#include "api/workspacefile.h"
#include "commands/commandline.h"
#include "config/domainhttps.h"
#include "pki/localnames.h"

// add, remove and list: done by the Portlight that runs, or else in its file.
namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// The running Portlight's answer, or that of `inFile` when none runs.
Result<QJsonObject> askOrEdit(const QJsonObject &request,
                              const std::function<Result<QJsonObject>(WorkspaceFile &)> &inFile)
{
    Result<QJsonObject> answer = callControl(request);
    if (answer || answer.error().code != ErrorCode::NotRunning)
        return answer;
    WorkspaceFile file(ConfigStore::defaultPath());
    if (!file.load()) {
        const Diagnostic problem = file.diagnostics().value(0);
        return Error{problem.code, problem.message, problem.where, problem.hint};
    }
    return inFile(file);
}

QJsonObject domainAnswer(const DomainView &domain, bool running)
{
    return {{u"domain"_s, domainReport(domain)}, {u"running"_s, running}};
}

Result<QJsonObject> addInFile(WorkspaceFile &file, const QString &text)
{
    const auto draft = parseDomainLine(text, customaryListenPort(file.tree()));
    if (!draft)
        return draft.error();
    // Made by hand or by the window: a domain has HTTPS once this desk has an authority.
    const auto facts = LocalAuthority::inspect(LocalAuthority::defaultFolder());
    const QByteArrayList suffixes = facts ? facts->suffixes : QByteArrayList();
    const auto index = file.edit(additionOf(withDefaultHttps(*draft, file.tree(), suffixes)));
    if (!index)
        return index.error();
    return domainAnswer(listDomains(file.tree()).value(*index), false);
}

Result<QJsonObject> removeInFile(WorkspaceFile &file, const QString &name)
{
    const auto index = findDomain(file.tree(), name);
    if (!index)
        return index.error();
    const DomainView domain = listDomains(file.tree()).value(*index);
    if (const auto removed = file.edit(removalOf(*index)); !removed)
        return removed.error();
    return domainAnswer(domain, false);
}

QString arrow(const QJsonObject &domain)
{
    const QString display = domain.value(u"display"_s).toString();
    const QString target = domain.value(u"target"_s).toString();
    const QString shown = !display.isEmpty() ? display : !target.isEmpty() ? target : u"(see its locations)"_s;
    return u"%1 → %2"_s.arg(domain.value(u"url"_s).toString(), shown);
}

// Why a new domain has no HTTPS although this desk has an authority, and what would give it.
std::optional<Error> whyWithoutHttps(const QJsonObject &domain)
{
    const Result<AuthorityFacts> facts = LocalAuthority::inspect(LocalAuthority::defaultFolder());
    const Result<QByteArray> name = canonicalLocalName(domain.value(u"name"_s).toString().toUtf8());
    if (domain.value(u"https"_s).toBool() || !facts || !name)
        return {};
    if (const Result<void> within = checkWithinSuffixes(*name, facts->suffixes); !within)
        return within.error();
    WorkspaceFile file(ConfigStore::defaultPath()); // which a running Portlight has written, too
    const Result<void> usable = file.load() ? checkCustomaryTlsPort(file.tree()) : Result<void>();
    return usable ? std::nullopt : std::optional(usable.error());
}

int report(const CommandLine &line, const Result<QJsonObject> &answer, const QString &verb)
{
    if (!answer) {
        if (line.isSet(u"json"_s))
            printJson(controlAnswer(answer.error()));
        else
            printFailure(answer.error());
        return ExitFailed;
    }
    QJsonObject shown = *answer;
    const bool running = shown.value(u"running"_s).toBool(true);
    shown.insert(u"running"_s, running);
    shown.insert(u"ok"_s, true);
    const QJsonObject domain = shown.value(u"domain"_s).toObject();
    const std::optional<Error> plain = verb == u"added"_s ? whyWithoutHttps(domain) : std::nullopt;
    if (line.isSet(u"json"_s)) {
        if (plain.has_value())
            shown.insert(u"withoutHttps"_s, QJsonObject{{u"message"_s, plain->message}, {u"hint"_s, plain->hint}});
        printJson(shown);
        return ExitOk;
    }
    print(u"%1 %2\n"_s.arg(verb, arrow(domain)));
    if (plain.has_value())
        printError(u"It has no HTTPS: %1%2\n  %3\n"_s.arg(
            plain->message, plain->where.isKnown() ? u" at "_s + plain->where.toString() : QString(), plain->hint));
    if (!running)
        printError(u"portlightctl: no Portlight is running; the configuration file was changed\n"_s);
    return ExitOk;
}

} // namespace

int runAdd(const QStringList &arguments)
{
    CommandLine line(u"add"_s,
                     u"Adds a domain, to the running Portlight or else to its configuration file. A bare name gets "
                     u".localhost, a bare port is one of this machine:\n"
                     u"  portlightctl add shop 3000\n"
                     u"  portlightctl add shop.localhost http://localhost:3000/app\n"
                     u"  portlightctl add shop unix:/run/shop.sock"_s);
    line.addOperand(u"name"_s, u"The domain's name."_s, u"NAME"_s);
    line.addOperand(u"target"_s, u"Port, address, URL or unix socket of the backend."_s, u"TARGET"_s);
    line.addJsonOption();
    if (const auto over = line.parse(arguments, 1, -1))
        return *over;
    const QString text = line.operands().join(u' ');
    return report(line,
                  askOrEdit({{u"command"_s, u"add"_s}, {u"line"_s, text}},
                            [&](WorkspaceFile &file) { return addInFile(file, text); }),
                  u"added"_s);
}

int runRemove(const QStringList &arguments)
{
    CommandLine line(u"remove"_s,
                     u"Removes a domain from the running Portlight or else from its configuration file."_s);
    line.addOperand(u"name"_s, u"The domain's name; \"shop\" finds shop.localhost too."_s, u"NAME"_s);
    line.addJsonOption();
    if (const auto over = line.parse(arguments, 1, 1))
        return *over;
    const QString name = line.operands().first();
    return report(line,
                  askOrEdit({{u"command"_s, u"remove"_s}, {u"name"_s, name}},
                            [&](WorkspaceFile &file) { return removeInFile(file, name); }),
                  u"removed"_s);
}

int runList(const QStringList &arguments)
{
    CommandLine line(u"list"_s, u"Lists the domains of the running Portlight or else of its configuration file."_s);
    line.addJsonOption();
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    const auto answer = askOrEdit({{u"command"_s, u"list"_s}}, [](WorkspaceFile &file) -> Result<QJsonObject> {
        return QJsonObject{{u"domains"_s, domainsReport(listDomains(file.tree()))}, {u"running"_s, false}};
    });
    if (!answer) {
        printFailure(answer.error());
        return ExitFailed;
    }
    QJsonObject shown = *answer;
    shown.insert(u"running"_s, shown.value(u"running"_s).toBool(true));
    if (line.isSet(u"json"_s)) {
        shown.insert(u"ok"_s, true);
        printJson(shown);
        return ExitOk;
    }
    const QJsonArray domains = shown.value(u"domains"_s).toArray();
    for (const QJsonValue &domain : domains)
        print(arrow(domain.toObject()) + (domain[u"enabled"_s].toBool() ? u"\n"_s : u" (off)\n"_s));
    if (domains.isEmpty())
        printError(u"There is no domain yet; add one: portlightctl add shop 3000\n"_s);
    return ExitOk;
}

} // namespace portlight
