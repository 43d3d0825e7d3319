// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authority_p.h"
#include "pki/privilege.h"

#include <algorithm>
#include <unistd.h>

// The commands of an authority that have to do with trust stores; none of them needs a key.
namespace portlight {

using namespace Qt::StringLiterals;

namespace {

struct Visit {
    QStringList storeIds;
    TrustAction action = TrustAction::Inspect;
    QStringList privileged; // runs before the stores are looked at
    std::stop_token stop;   // nobody waits for it any more
};

struct VisitOutcome {
    QList<TrustStoreStatus> stores;
    Error error;
    bool complete = true; // all of the stores that were to be visited
};

Result<void> runOnDesktop(const QStringList &command, const std::stop_token &stop)
{
    const QStringList folders = TrustPlaces::ofThisUser().toolFolders;
    return runPrivileged(command, privilegeWay({::geteuid() == 0, true, false, folders}), folders, stop);
}

bool hasRoot(const TrustStoreStatus &store)
{
    return store.state == TrustStoreStatus::State::Trusted || store.state == TrustStoreStatus::State::Partly;
}

// What is left of a former root goes with what is left of the present one, by one command.
void noteFormerRoot(TrustStoreStatus &store, const TrustStoreStatus &former, const QString &name)
{
    if (!hasRoot(store)) {
        store.state = TrustStoreStatus::State::Partly;
        store.detail = u"the root of the former authority \"%1\" is still in it"_s.arg(name);
        store.remedy = former.remedy;
    }
    if (store.privilegedCommand.isEmpty())
        store.privilegedCommand = former.privilegedCommand;
    else if (!former.privilegedCommand.isEmpty())
        store.privilegedCommand = {
            u"sh"_s, u"-c"_s, shellText(store.privilegedCommand) + u" && "_s + shellText(former.privilegedCommand)};
}

// Those of authorities that were replaced, wherever they still are among the visited stores.
void removeFormerRoots(const AuthorityOptions &options, const Visit &visit, QList<TrustStoreStatus> &visited)
{
    const std::vector<std::unique_ptr<TrustStore>> stores = options.findStores();
    for (const QString &folder : formerAuthorities(options.folder)) {
        const Result<TrustedRoot> former = removableRoot(folder, options.clock());
        for (TrustStoreStatus &store : visited) {
            if (!former)
                break;
            const auto found = visitStores(stores, {store.id}, *former, TrustAction::Inspect, visit.stop);
            if (!found || found->isEmpty() || !hasRoot(found->first()))
                continue;
            const auto removed = visitStores(stores, {store.id}, *former, TrustAction::Remove, visit.stop);
            if (removed && !removed->isEmpty() && hasRoot(removed->first()))
                noteFormerRoot(store, removed->first(), former->name);
        }
    }
}

// On the worker.
VisitOutcome runVisit(const AuthorityOptions &options, const Visit &visit)
{
    const Result<TrustedRoot> root = visit.action == TrustAction::Remove
                                         ? removableRoot(options.folder, options.clock())
                                         : trustedRoot(options.folder, options.clock());
    if (!root)
        return {{}, root.error()};
    VisitOutcome outcome;
    if (!visit.privileged.isEmpty()) {
        const Result<void> run = options.runPrivileged ? options.runPrivileged(visit.privileged, visit.stop)
                                                       : runOnDesktop(visit.privileged, visit.stop);
        if (!run)
            outcome.error = run.error();
    }
    Result<QList<TrustStoreStatus>> stores =
        visitStores(options.findStores(), visit.storeIds, *root, visit.action, visit.stop);
    if (!stores)
        return {{}, stores.error()};
    outcome.stores = std::move(*stores);
    if (visit.action == TrustAction::Remove)
        removeFormerRoots(options, visit, outcome.stores);
    outcome.complete = !visit.stop.stop_requested();
    if (outcome.error.code == ErrorCode::None && !outcome.complete)
        outcome.error = {ErrorCode::Cancelled, u"it was given up"_s, {}, {}};
    if (outcome.error.code == ErrorCode::None)
        outcome.error = trustFailure(outcome.stores, visit.action, !visit.storeIds.isEmpty());
    return outcome;
}

void merge(QList<TrustStoreStatus> &known, const QList<TrustStoreStatus> &news)
{
    for (const TrustStoreStatus &each : news) {
        const auto place = std::find_if(known.begin(), known.end(),
                                        [&each](const TrustStoreStatus &store) { return store.id == each.id; });
        if (place == known.end())
            known.append(each);
        else
            *place = each;
    }
}

} // namespace

void Authority::Private::visitTrust(const QStringList &storeIds, TrustAction action, const QStringList &privileged)
{
    stopVisit = std::stop_source();
    const Visit visit{storeIds, action, privileged, stopVisit.get_token()};
    onWorker([options = options, visit] { return runVisit(options, visit); },
             [this, visit](const VisitOutcome &outcome) {
                 takeReports(outcome.stores, visit.storeIds.isEmpty() && outcome.complete);
                 finish({0,
                         outcome.error.code == ErrorCode::None,
                         outcome.error,
                         outcome.stores.isEmpty() ? QString() : trustSummary(outcome.stores, visit.action),
                         {},
                         outcome.stores});
             });
}

void Authority::Private::refreshTrust()
{
    visitTrust({}, TrustAction::Inspect);
}

void Authority::Private::changeTrust(const QStringList &storeIds, bool install)
{
    visitTrust(storeIds, install ? TrustAction::Install : TrustAction::Remove);
}

void Authority::Private::runPrivileged(const QString &storeId)
{
    const auto store = std::find_if(status.stores.cbegin(), status.stores.cend(),
                                    [&storeId](const TrustStoreStatus &each) { return each.id == storeId; });
    if (store == status.stores.cend() || store->privilegedCommand.isEmpty()) {
        fail({ErrorCode::NotFound, u"no command is known for the trust store \"%1\""_s.arg(storeId), {}, {}});
        return;
    }
    visitTrust({storeId}, TrustAction::Inspect, store->privilegedCommand);
}

void Authority::Private::takeReports(const QList<TrustStoreStatus> &stores, bool all)
{
    if (stores.isEmpty())
        return; // they could not be asked
    AuthorityStatus next = status;
    if (all)
        next.stores = stores;
    else
        merge(next.stores, stores);
    next.trustKnown = next.trustKnown || all;
    setStatus(std::move(next));
}

} // namespace portlight
