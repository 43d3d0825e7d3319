// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/readconfig.h"

#include "config/checkedconfig.h"
#include "config/fragment.h"
#include "config/parser.h"
#include "config/store.h"
#include "pki/localauthority.h"
#include "pki/localnames.h"
#include "proxy/compile.h"

#include <QSet>

namespace portlight {

namespace {

QString withoutHint(Diagnostic diagnostic)
{
    diagnostic.hint.clear();
    return diagnostic.toString();
}

// What can be said of certificates of the local authority while its keys stay locked: whether it may sign the names.
class LockedCertificates final : public LocalCertificates
{
public:
    explicit LockedCertificates(QByteArrayList suffixes)
        : m_suffixes(std::move(suffixes))
    {}
    Result<std::shared_ptr<const TlsCertificate>> certificateFor(const QByteArrayList &names) override
    {
        const Result<QByteArrayList> canonical = canonicalLocalNames(names);
        if (!canonical)
            return canonical.error();
        for (const QByteArray &name : *canonical) {
            if (const Result<void> allowed = checkWithinSuffixes(name, m_suffixes); !allowed)
                return allowed.error();
        }
        return Error{ErrorCode::AuthorityLocked, {}, {}, {}}; // no problem of the configuration
    }

private:
    const QByteArrayList m_suffixes;
};

std::shared_ptr<LocalCertificates> certificatesForChecking()
{
    const Result<AuthorityFacts> facts = LocalAuthority::inspect(LocalAuthority::defaultFolder());
    return facts ? std::make_shared<LockedCertificates>(facts->suffixes) : nullptr;
}

// nginx does not start without one; we do, and so does what is written for us alone.
void noteMissingEvents(ReadConfig &config, const QString &path)
{
    const ConfigNode *const http = config.tree.child("http");
    if (http && !config.tree.child("events") && path != ConfigStore::defaultPath())
        config.diagnostics.append({Severity::Warning, ErrorCode::MissingDirective,
                                   QStringLiteral("no \"events\" section in configuration"), http->position,
                                   QStringLiteral("nginx does not start without: write events { } above")});
}

} // namespace

ReadConfig readConfig(const QString &path, const ValidationOptions &options, const QString &overlayPath,
                      bool isFragment)
{
    auto outcome = parseConfigFile(path);
    if (!outcome)
        return {{}, {}, {Diagnostic::fromError(outcome.error())}, {}};
    if (!outcome->ok())
        return {outcome->tree, {}, problemsOfBrokenText(*outcome, options), {}};
    ReadConfig config{std::move(outcome->tree), {}, outcome->diagnostics, {}};
    if (isFragment) {
        FragmentOutcome whole = completeFragment(config.written);
        config.written = std::move(whole.tree);
        config.diagnostics += whole.notes;
    }
    OverlayOutcome overlay;
    if (!overlayPath.isEmpty()) {
        overlay = readOverlayFile(overlayPath);
        config.diagnostics += overlay.diagnostics;
    }
    if (!config.ok())
        return config;
    CheckedConfig checked = checkConfig(config.written, options, overlay.overlay);
    config.tree = std::move(checked.tree);
    config.diagnostics += checked.diagnostics;
    config.files = checked.files;
    if (!isFragment)
        noteMissingEvents(config, path);
    return config;
}

Diagnostics compileProblems(const ReadConfig &config, const NginxVersion &version, const QString &prefix)
{
    QSet<QString> said;
    for (const Diagnostic &known : config.diagnostics)
        said.insert(withoutHint(known));
    Diagnostics problems;
    for (const Diagnostic &found :
         compileConfig(config.tree, {version, prefix, certificatesForChecking()}).diagnostics) {
        if (found.code == ErrorCode::AuthorityLocked)
            continue;
        const QString line = withoutHint(found);
        if (said.contains(line))
            continue;
        said.insert(line);
        problems.append(found);
    }
    return problems;
}

} // namespace portlight
