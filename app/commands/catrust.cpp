// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authorityreading.h"
#include "api/authoritytrust.h"
#include "commands/ca.h"
#include "commands/careports.h"
#include "commands/commandline.h"
#include "commands/passphraseinput.h"
#include "pki/privilege.h"

#include <unistd.h>

// trust, untrust and status: what other programs think of the root. None of them needs a key, or a running Portlight.
namespace portlight {

using namespace Qt::StringLiterals;

namespace {

using Stores = std::vector<std::unique_ptr<TrustStore>>;

void describe(CommandLine &line)
{
    line.addOption(u"system-root"_s,
                   u"Look for the system's own stores below this folder: for images and containers that are being "
                   u"built."_s,
                   u"folder"_s);
    line.addJsonOption();
}

TrustPlaces placesOf(const CommandLine &line)
{
    TrustPlaces places = TrustPlaces::ofThisUser();
    if (line.isSet(u"system-root"_s))
        places.systemRoot = line.value(u"system-root"_s);
    return places;
}

// One run over the stores, one way or the other.
class TrustRun
{
public:
    TrustRun(const CommandLine &line, TrustAction action, const TrustedRoot &root, const QStringList &ids)
        : m_line(line)
        , m_action(action)
        , m_root(root)
        , m_places(placesOf(line))
        , m_ids(ids)
    {}

    // Store by store: what one changed with privilege, those behind it may follow.
    Result<QList<TrustStoreStatus>> visit()
    {
        const Stores stores = findTrustStores(m_places);
        QStringList ids;
        for (const auto &store : stores)
            ids.append(store->id());
        for (const QString &wanted : m_ids) {
            if (!ids.contains(wanted))
                return Error{ErrorCode::NotFound,
                             u"there is no trust store \"%1\""_s.arg(wanted),
                             {},
                             u"there is: "_s + ids.join(u", "_s)};
        }
        QList<TrustStoreStatus> reports;
        for (const auto &store : stores) {
            if (m_ids.isEmpty() || m_ids.contains(store->id()))
                reports.append(visitOne(*store));
        }
        return reports;
    }
    int exitCode(const QList<TrustStoreStatus> &reports) const
    {
        return trustFailure(reports, m_action, !m_ids.isEmpty()).code == ErrorCode::None ? ExitOk : ExitFailed;
    }

private:
    TrustStoreStatus visitOne(TrustStore &store)
    {
        const TrustReport report = m_action == TrustAction::Install ? store.install(m_root) : store.remove(m_root);
        TrustStoreStatus status = storeStatus(report);
        if (status.privilegedCommand.isEmpty() || isAsWanted(status, m_action, true))
            return status;
        if (const Result<void> done = runWithPrivilege(status); !done) {
            if (done.error().code != ErrorCode::PermissionDenied) // which was chosen
                printFailure(done.error());
            return status;
        }
        return storeStatus(store.inspect(m_root));
    }

    Result<void> runWithPrivilege(const TrustStoreStatus &store) const
    {
        const PrivilegeWay way = privilegeWay(
            {::geteuid() == 0, qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY"),
             hasTerminal(), m_places.toolFolders});
        const QString command = shellText(store.privilegedCommand);
        if (way == PrivilegeWay::None)
            return Error{ErrorCode::PermissionDenied, u"there is neither sudo nor pkexec"_s, {}, {}};
        const QString prefix = way == PrivilegeWay::Sudo     ? u"sudo "_s
                               : way == PrivilegeWay::Pkexec ? u"pkexec "_s
                                                             : QString();
        printError(u"%1 needs privilege:\n  %2%3\n"_s.arg(store.name, prefix, command));
        if (way != PrivilegeWay::Direct && !m_line.isSet(u"yes"_s) && !askYes(u"Run it now?"_s))
            return Error{ErrorCode::PermissionDenied, u"it was not run"_s, {}, {}};
        return runPrivileged(store.privilegedCommand, way, m_places.toolFolders);
    }

    const CommandLine &m_line;
    const TrustAction m_action;
    const TrustedRoot &m_root;
    const TrustPlaces m_places;
    const QStringList m_ids;
};

// The ids of the stores that have this root.
QStringList storesWith(const TrustedRoot &root, const CommandLine &line)
{
    const QStringList asked = line.values(u"store"_s);
    const auto reports = visitStores(findTrustStores(placesOf(line)), {}, root, TrustAction::Inspect);
    QStringList ids;
    for (const TrustStoreStatus &store : reports ? *reports : QList<TrustStoreStatus>()) {
        const bool has =
            store.state == TrustStoreStatus::State::Trusted || store.state == TrustStoreStatus::State::Partly;
        if (has && (asked.isEmpty() || asked.contains(store.id)))
            ids.append(store.id);
    }
    return ids;
}

// Those of authorities that were replaced, wherever they still are. False when one stays.
bool removeFormerRoots(const CommandLine &line)
{
    bool allGone = true;
    for (const QString &folder : formerAuthorities(LocalAuthority::defaultFolder())) {
        const Result<TrustedRoot> root = removableRoot(folder, QDateTime::currentDateTimeUtc());
        const QStringList ids = root ? storesWith(*root, line) : QStringList();
        if (ids.isEmpty())
            continue;
        TrustRun run(line, TrustAction::Remove, *root, ids);
        const Result<QList<TrustStoreStatus>> reports = run.visit();
        const bool gone = reports && run.exitCode(*reports) == ExitOk;
        printError(u"The root of the former authority \"%1\" %2\n"_s.arg(root->name, gone ? u"was taken out, too."_s
                                                                                          : u"is still trusted:"_s));
        if (!gone && reports)
            printError(storesText(*reports, TrustAction::Remove));
        allGone = allGone && gone;
    }
    return allGone;
}

int runTrustAction(CommandLine &line, const QStringList &arguments, TrustAction action)
{
    line.addOption(u"store"_s, u"This store alone, by its ID in portlightctl ca status; may be repeated."_s, u"id"_s);
    line.addOption(u"yes"_s, u"Run what needs privilege without asking here; sudo or pkexec ask all the same."_s);
    describe(line);
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const bool removes = action == TrustAction::Remove;
    const QString folder = LocalAuthority::defaultFolder();
    const Result<TrustedRoot> root = removes ? removableRoot(folder, now) : trustedRoot(folder, now);
    if (!root) {
        if (removes)
            removeFormerRoots(line); // which do not depend on it
        return commandFailure(line, root.error());
    }
    TrustRun run(line, action, *root, line.values(u"store"_s));
    const Result<QList<TrustStoreStatus>> reports = run.visit();
    if (!reports)
        return commandFailure(line, reports.error());
    const bool formerGone = !removes || removeFormerRoots(line);
    const int exitCode = formerGone ? run.exitCode(*reports) : ExitFailed;
    if (line.isSet(u"json"_s)) {
        printJson({{u"ok"_s, exitCode == ExitOk}, {u"stores"_s, storesReport(*reports)}});
        return exitCode;
    }
    print(storesText(*reports, action) + u'\n' + trustSummary(*reports, action) + u'\n');
    if (action == TrustAction::Install)
        print(u"A browser that runs already takes it up when it is started again.\n"_s);
    return exitCode;
}

} // namespace

int runCaTrust(const QStringList &arguments)
{
    CommandLine line(
        u"ca trust"_s,
        u"Puts the root of the local authority into the trust stores of this desk: the system's own, those "
        u"of Chromium and of each Firefox profile, and Java's. Each is proven afterwards, by fingerprint "
        u"and by verifying a certificate against it; one that fails stops none of the others. Exits with 1 "
        u"when one that is there, or that was named, does not trust it in the end."_s);
    return runTrustAction(line, arguments, TrustAction::Install);
}

int runCaUntrust(const QStringList &arguments)
{
    CommandLine line(u"ca untrust"_s,
                     u"Takes the root of the local authority out of the trust stores of this desk, by its fingerprint, "
                     u"and those of authorities that it replaced. Exits with 1 when one still trusts it in the end."_s);
    return runTrustAction(line, arguments, TrustAction::Remove);
}

int runCaStatus(const QStringList &arguments)
{
    CommandLine line(u"ca status"_s,
                     u"Proves in which trust stores of this desk the root of the local authority is, and says which "
                     u"setting other programs need. Changes nothing. Exits with 1 when there is no authority."_s);
    describe(line);
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    const AuthorityReading reading = describeAuthority(LocalAuthority::defaultFolder());
    const Result<TrustedRoot> root = trustedRoot(LocalAuthority::defaultFolder(), QDateTime::currentDateTimeUtc());
    if (!reading.facts || !root)
        return commandFailure(line, reading.facts ? root.error() : reading.problem);
    const auto reports = visitStores(findTrustStores(placesOf(line)), {}, *root, TrustAction::Inspect);
    if (!reports)
        return commandFailure(line, reports.error());
    if (line.isSet(u"json"_s)) {
        printJson({{u"ok"_s, true},
                   {u"authority"_s, authorityReport(reading.status)},
                   {u"stores"_s, storesReport(*reports)},
                   {u"settings"_s, settingsReport(reading.status.settings)}});
        return ExitOk;
    }
    print(u"%1\n"_s.arg(reading.status.name));
    if (const QString warning = protectionWarning(reading.status.protection); !warning.isEmpty())
        print(u"warning: %1\n"_s.arg(warning));
    if (const QString warning = dateWarning(reading.status); !warning.isEmpty())
        print(u"warning: %1\n"_s.arg(warning));
    print(u'\n' + storesText(*reports, TrustAction::Inspect) + settingsText(reading.status.settings));
    return ExitOk;
}

} // namespace portlight
