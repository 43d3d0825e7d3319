// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/nsstruststore.h"

#include <QFile>

namespace portlight {

using namespace Qt::StringLiterals;

NssTrustStore::NssTrustStore(NssPlace place, const TrustPlaces &places)
    : m_place(std::move(place))
    , m_homeIsAnothers(places.homeIsAnothers)
    , m_programs(places.toolFolders, places.home)
    , m_certutil(m_programs.find(u"certutil"_s))
{}

QString NssTrustStore::id() const
{
    return u"nss:"_s + (m_place.folder.isEmpty() ? m_place.name : m_place.folder);
}

bool NssTrustStore::exists() const
{
    return QFile::exists(m_place.folder + u"/cert9.db"_s);
}

TrustReport NssTrustStore::startReport() const
{
    TrustReport report;
    report.id = id();
    report.name = m_place.name;
    report.place = m_place.folder;
    return report;
}

std::optional<TrustReport> NssTrustStore::refusal() const
{
    TrustReport report = startReport();
    if (m_place.folder.isEmpty()) {
        report.state = TrustState::Unavailable;
        report.detail = m_place.absence;
        report.remedy = m_place.remedy;
        return report;
    }
    if (m_homeIsAnothers) {
        report.detail = u"it belongs to another user, and root would leave files that its owner cannot change"_s;
        report.remedy = u"run this as that user, without sudo; privilege is asked for where it is needed"_s;
        return report;
    }
    if (m_certutil.isEmpty()) {
        report.state = TrustState::ToolMissing;
        report.detail = u"certutil is not installed"_s;
        report.remedy = u"install the package libnss3-tools (Debian, Ubuntu), nss-tools (Fedora), mozilla-nss-tools "
                        "(openSUSE) or nss (Arch)"_s;
        return report;
    }
    return std::nullopt;
}

TrustReport NssTrustStore::ask(const NssDatabase &database, const TrustedRoot &root) const
{
    TrustReport report = startReport();
    const Result<std::optional<NssEntry>> found = database.find(root);
    if (!found) {
        report.detail = found.error().message;
        report.remedy = found.error().hint;
        return report;
    }
    if (!*found) {
        report.state = TrustState::NotTrusted;
        report.detail = u"not among its certificates"_s;
        return report;
    }
    const NssEntry &entry = **found;
    const Result<void> proof = database.verify(root, entry);
    if (!proof) {
        report.state = TrustState::Partly;
        report.detail = u"it is there with the trust flags \"%1\", but a certificate does not verify: %2"_s.arg(
            entry.flags, proof.error().message);
        return report;
    }
    report.state = TrustState::Trusted;
    report.detail = root.leafPem.isEmpty()
                        ? u"found by its fingerprint, as an authority for TLS servers; there was no certificate to "
                          "verify with"_s
                        : u"a certificate verifies against it"_s;
    return report;
}

TrustReport NssTrustStore::inspect(const TrustedRoot &root)
{
    if (std::optional<TrustReport> refused = refusal())
        return *refused;
    if (!exists()) {
        TrustReport report = startReport();
        report.state = TrustState::NotTrusted;
        report.detail = u"the browser was not started yet; its database is made when the root is put into it"_s;
        return report;
    }
    return ask(NssDatabase(m_place.folder, m_certutil, m_programs), root);
}

TrustReport NssTrustStore::failed(const Error &error, const TrustedRoot &root)
{
    TrustReport report = inspect(root);
    report.detail = error.message;
    if (!error.hint.isEmpty())
        report.remedy = error.hint;
    return report;
}

TrustReport NssTrustStore::install(const TrustedRoot &root)
{
    if (std::optional<TrustReport> refused = refusal())
        return *refused;
    const NssDatabase database(m_place.folder, m_certutil, m_programs);
    if (!exists()) {
        if (const Result<void> made = database.create(); !made)
            return failed(made.error(), root);
    }
    const Result<std::optional<NssEntry>> found = database.find(root);
    if (!found)
        return failed(found.error(), root);
    if (*found && database.verify(root, **found))
        return inspect(root);
    const Result<void> done = *found ? database.trust(**found) : database.add(root);
    if (!done)
        return failed(done.error(), root);
    TrustReport report = ask(database, root);
    if (report.state == TrustState::Trusted)
        report.remedy = u"restart the browser if it is running"_s;
    return report;
}

TrustReport NssTrustStore::remove(const TrustedRoot &root)
{
    if (std::optional<TrustReport> refused = refusal())
        return *refused;
    if (!exists())
        return inspect(root);
    const NssDatabase database(m_place.folder, m_certutil, m_programs);
    const Result<std::optional<NssEntry>> found = database.find(root);
    if (!found)
        return failed(found.error(), root);
    if (*found) {
        if (const Result<void> done = database.remove(**found, root); !done)
            return failed(done.error(), root);
    }
    return ask(database, root);
}

} // namespace portlight
