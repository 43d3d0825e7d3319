// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authoritytrust.h"

#include "api/authorityreading.h"
#include "pki/privilege.h"

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

using State = TrustStoreStatus::State;

TrustReport visit(TrustStore &store, const TrustedRoot &root, TrustAction action)
{
    switch (action) {
    case TrustAction::Inspect: return store.inspect(root);
    case TrustAction::Install: return store.install(root);
    case TrustAction::Remove: return store.remove(root);
    }
    Q_UNREACHABLE();
}

Error unknownStore(const QString &id, const QStringList &known)
{
    return {
        ErrorCode::NotFound, u"there is no trust store \"%1\""_s.arg(id), {}, u"there is: "_s + known.join(u", "_s)};
}

} // namespace

Result<QList<TrustStoreStatus>> visitStores(const std::vector<std::unique_ptr<TrustStore>> &stores,
                                            const QStringList &ids, const TrustedRoot &root, TrustAction action,
                                            const std::stop_token &stop)
{
    QStringList known;
    for (const auto &store : stores)
        known.append(store->id());
    for (const QString &id : ids) {
        if (!known.contains(id))
            return unknownStore(id, known);
    }
    QList<TrustStoreStatus> reports;
    for (const auto &store : stores) {
        if (stop.stop_requested())
            break;
        if (ids.isEmpty() || ids.contains(store->id()))
            reports.append(storeStatus(visit(*store, root, action)));
    }
    return reports;
}

bool isAsWanted(const TrustStoreStatus &store, TrustAction action, bool byName)
{
    if (store.state == State::Unavailable)
        return action == TrustAction::Remove || !byName;
    switch (action) {
    case TrustAction::Inspect: return true;
    case TrustAction::Install: return store.state == State::Trusted;
    case TrustAction::Remove: return store.state == State::NotTrusted;
    }
    Q_UNREACHABLE();
}

Error trustFailure(const QList<TrustStoreStatus> &stores, TrustAction action, bool byName)
{
    const QString undone = action == TrustAction::Remove ? u"is still trusted in"_s : u"is not trusted in"_s;
    QStringList names;
    QStringList remedies;
    bool onlyPrivilege = true;
    for (const TrustStoreStatus &store : stores) {
        if (isAsWanted(store, action, byName))
            continue;
        names.append(store.name);
        onlyPrivilege = onlyPrivilege && !store.privilegedCommand.isEmpty();
        if (!store.privilegedCommand.isEmpty())
            remedies.append(u"run as root: "_s + shellText(store.privilegedCommand));
        else if (!store.remedy.isEmpty())
            remedies.append(store.remedy);
    }
    if (names.isEmpty())
        return {};
    remedies.removeDuplicates();
    return {onlyPrivilege ? ErrorCode::PermissionDenied : ErrorCode::ToolFailed,
            u"the root %1: %2"_s.arg(undone, names.join(u", "_s)),
            {},
            remedies.join(u"; "_s)};
}

QString trustSummary(const QList<TrustStoreStatus> &stores, TrustAction action)
{
    const auto trusted = std::count_if(stores.begin(), stores.end(),
                                       [](const TrustStoreStatus &store) { return store.state == State::Trusted; });
    const auto there = std::count_if(stores.begin(), stores.end(),
                                     [](const TrustStoreStatus &store) { return store.state != State::Unavailable; });
    if (stores.size() == 1 && action == TrustAction::Remove)
        return trusted == 0 ? u"%1 does not trust the root any more."_s.arg(stores.first().name)
                            : u"%1 still trusts the root."_s.arg(stores.first().name);
    if (stores.size() == 1)
        return trusted == 0 ? u"%1 does not trust the root."_s.arg(stores.first().name)
                            : u"%1 trusts the root."_s.arg(stores.first().name);
    if (action == TrustAction::Remove)
        return trusted == 0 ? u"The root is in none of the %1 stores."_s.arg(there)
                            : u"The root is still in %1 of %2 stores."_s.arg(trusted).arg(there);
    return u"The root is trusted in %1 of %2 stores."_s.arg(trusted).arg(there);
}

} // namespace portlight
