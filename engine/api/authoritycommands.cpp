// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authority_p.h"
#include "api/authorityexport.h"

#include <QSysInfo>

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

static_assert(PassphraseBytesMax == LocalAuthority::PassphraseBytesMax);
static_assert(PassphraseCharactersMin >= LocalAuthority::PassphraseBytesMin);

KeyProtection protectionOf(AuthorityProtection protection)
{
    switch (protection) {
    case AuthorityProtection::Keychain: return KeyProtection::Keychain;
    case AuthorityProtection::Passphrase: return KeyProtection::Passphrase;
    case AuthorityProtection::File: return KeyProtection::File;
    }
    Q_UNREACHABLE();
}

AuthorityPlan planOf(const AuthorityRequest &request)
{
    AuthorityPlan plan;
    if (!request.suffixes.isEmpty())
        plan.suffixes.clear();
    for (const QString &suffix : request.suffixes)
        plan.suffixes.append(suffix.toUtf8());
    const QString user = qEnvironmentVariable("USER", qEnvironmentVariable("LOGNAME"));
    plan.label = user.isEmpty() ? QSysInfo::machineHostName() : user + u'@' + QSysInfo::machineHostName();
    plan.protection = protectionOf(request.protection);
    return plan;
}

Error withRemedy(Error error)
{
    if (error.code == ErrorCode::KeychainMissing || error.code == ErrorCode::KeychainRefused
        || error.code == ErrorCode::KeychainLocked || error.code == ErrorCode::KeychainTimeout)
        error.hint = u"without a keychain, protect the keys with a passphrase of yours, or with one in a file that "
                     u"only you can read (--protect passphrase, --protect file)"_s;
    return error;
}

} // namespace

// A new authority is made beside its place, its passphrase is kept, and then it takes its place: until the last step
// everything is as it was.
void Authority::Private::create(const AuthorityRequest &request)
{
    const Result<QByteArray> passphrase = chosenPassphrase(request);
    if (!passphrase) {
        fail(passphrase.error());
        return;
    }
    stopOpening();
    creating = true;
    onWorker([folder = options.folder, plan = planOf(request), passphrase = *passphrase, replace = request.replace,
              clock = options.clock] { return StagedAuthority::make(folder, plan, passphrase, replace, clock); },
             [this, passphrase = *passphrase](const Result<std::shared_ptr<StagedAuthority>> &staged) {
                 if (!staged)
                     endCreation(staged.error());
                 else if ((*staged)->facts().protection == KeyProtection::Keychain)
                     keepPassphrase(*staged, passphrase);
                 else
                     place(*staged);
             });
}

Result<QByteArray> Authority::Private::chosenPassphrase(const AuthorityRequest &request) const
{
    if (request.protection == AuthorityProtection::Keychain && !keychain)
        return withRemedy({ErrorCode::KeychainMissing, u"there is no keychain here"_s, {}, {}});
    if (request.protection != AuthorityProtection::Passphrase)
        return LocalAuthority::newPassphrase();
    if (request.passphrase.size() < PassphraseCharactersMin)
        return Error{ErrorCode::InvalidValue,
                     u"a passphrase needs %1 characters at least, not %2"_s.arg(PassphraseCharactersMin)
                         .arg(request.passphrase.size()),
                     {},
                     u"several words make a good one"_s};
    QByteArray passphrase = request.passphrase.toUtf8();
    if (passphrase.size() > PassphraseBytesMax)
        return Error{ErrorCode::InvalidValue, u"a passphrase has %1 bytes at most"_s.arg(PassphraseBytesMax), {}, {}};
    return passphrase;
}

void Authority::Private::keepPassphrase(const std::shared_ptr<StagedAuthority> &staged, const QByteArray &passphrase)
{
    const QString key = QString::fromLatin1(staged->facts().fingerprint);
    keychain->write(key, passphrase, [this, staged](const Result<void> &written) {
        if (written)
            place(staged);
        else
            discard(staged, withRemedy(written.error()));
    });
}

void Authority::Private::place(const std::shared_ptr<StagedAuthority> &staged)
{
    onWorker([staged] { return staged->takePlace(); },
             [this, staged](const Result<std::shared_ptr<LocalAuthority>> &placed) {
                 if (!placed) {
                     if (staged->facts().protection == KeyProtection::Keychain)
                         keychain->remove(QString::fromLatin1(staged->facts().fingerprint),
                                          [](const Result<void> &) {});
                     discard(staged, placed.error());
                     return;
                 }
                 takeCreated(*staged, *placed);
             });
}

void Authority::Private::takeCreated(const StagedAuthority &staged, const std::shared_ptr<LocalAuthority> &made)
{
    creating = false;
    AuthorityReading reading = describeAuthority(options.folder);
    setStatus(std::move(reading.status));
    watch();
    becomeReady(made);
    AuthorityOutcome outcome;
    outcome.ok = true;
    outcome.text = u"The authority \"%1\" was made in %2."_s.arg(status.name, options.folder);
    if (!staged.formerFolder().isEmpty())
        outcome.text +=
            u" The former one lies in %1; its root stays trusted where it was."_s.arg(staged.formerFolder());
    outcome.files = {status.rootPath};
    finish(outcome);
}

void Authority::Private::discard(const std::shared_ptr<StagedAuthority> &staged, const Error &why)
{
    onWorker(
        [staged] {
            staged->discard();
            return true;
        },
        [this, why](bool) { endCreation(why); });
}

void Authority::Private::endCreation(const Error &error)
{
    creating = false;
    startOpening(); // it was stopped
    fail(error);
}

void Authority::Private::unlock(const QByteArray &passphrase)
{
    if (authority) {
        finish({0, true, {}, u"The authority is open already."_s, {}, {}});
        return;
    }
    onWorker([folder = options.folder, clock = options.clock,
              passphrase] { return LocalAuthority::open(folder, passphrase, clock); },
             [this](const Result<std::shared_ptr<LocalAuthority>> &opened) {
                 if (!opened) {
                     fail(opened.error().code == ErrorCode::FileNotFound ? noAuthority() : opened.error());
                     return;
                 }
                 stopOpening();
                 AuthorityReading reading = describeAuthority(options.folder);
                 setStatus(std::move(reading.status));
                 becomeReady(*opened);
                 finish({0, true, {}, u"The authority \"%1\" is open."_s.arg(status.name), {}, {}});
             });
}

Error Authority::Private::whyClosed() const
{
    if (status.state == AuthorityState::None)
        return noAuthority();
    if (status.state == AuthorityState::Broken)
        return {ErrorCode::InvalidCertificate, status.problem, {}, status.remedy};
    return {ErrorCode::AuthorityLocked,
            status.problem.isEmpty() ? u"the local authority is not open yet"_s
                                     : u"the local authority cannot be used: %1"_s.arg(status.problem),
            {},
            status.remedy};
}

void Authority::Private::issue(const QByteArrayList &names)
{
    if (!authority) {
        fail(whyClosed());
        return;
    }
    onWorker([issuer = authority, names] { return issuer->issue(names); },
             [this](const Result<LeafFacts> &leaf) {
                 if (!leaf) {
                     fail(leaf.error());
                     return;
                 }
                 const IssuedCertificate issued = issuedCertificate(*leaf);
                 refreshCertificates();
                 finish({0,
                         true,
                         {},
                         u"Issued for %1, until %2."_s.arg(issued.names.join(u", "_s),
                                                           issued.notAfter.date().toString(Qt::ISODate)),
                         {issued.certificatePath, issued.keyPath},
                         {}});
             });
}

void Authority::Private::exportRoot(const QString &file, CertificateFormat format, const QByteArray &password)
{
    onWorker(
        [folder = options.folder, held = authority, file, format, password]() -> Result<QStringList> {
            const Result<AuthorityFacts> facts = LocalAuthority::inspect(folder);
            if (!facts)
                return facts.error().code == ErrorCode::FileNotFound ? noAuthority() : facts.error();
            return exportRootTo(file, *facts, held.get(), format, password);
        },
        [this](const Result<QStringList> &files) { finishExport(files); });
}

void Authority::Private::exportCertificate(const QString &fingerprint, const QString &file, CertificateFormat format,
                                           const QByteArray &password)
{
    if (!authority) {
        fail(whyClosed());
        return;
    }
    onWorker(
        [folder = options.folder, held = authority, wanted = fingerprint.toLatin1(), file, format,
         password]() -> Result<QStringList> {
            const QList<LeafFacts> leaves = LocalAuthority::leaves(folder);
            const auto leaf = std::find_if(leaves.begin(), leaves.end(),
                                           [&wanted](const LeafFacts &each) { return each.fingerprint == wanted; });
            if (leaf == leaves.end())
                return Error{ErrorCode::NotFound, u"there is no such certificate any more"_s, {}, {}};
            return exportLeafTo(file, *leaf, *held, format, password);
        },
        [this](const Result<QStringList> &files) { finishExport(files); });
}

void Authority::Private::finishExport(const Result<QStringList> &files)
{
    if (files)
        finish({0, true, {}, u"Wrote %1."_s.arg(files->join(u", "_s)), *files, {}});
    else
        fail(files.error());
}

} // namespace portlight
