// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/workspacefile.h"

#include "config/checkedconfig.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

Error firstErrorOf(const Diagnostics &diagnostics)
{
    for (const Diagnostic &diagnostic : diagnostics) {
        if (diagnostic.severity == Severity::Error)
            return {diagnostic.code, diagnostic.message, diagnostic.where, diagnostic.hint};
    }
    Q_UNREACHABLE();
}

} // namespace

WorkspaceFile::WorkspaceFile(const QString &path, const ValidationOptions &validation)
    : m_store(path)
    , m_validation(validation)
    , m_tree(emptyConfig(path))
    , m_served(m_tree)
{}

bool WorkspaceFile::load()
{
    if (!m_store.exists()) {
        m_tree = m_served = emptyConfig(path());
        m_diagnostics.clear();
        m_readOnly = false;
        return true;
    }
    auto outcome = m_store.load();
    if (!outcome)
        return refuseFile({Diagnostic::fromError(outcome.error())});
    Diagnostics problems = outcome->diagnostics;
    CheckedConfig checked;
    if (outcome->ok()) {
        checked = checkConfig(outcome->tree, m_validation, m_overlay);
        noteIncludes(checked); // also of one that is refused: mending may be done there
        problems += checked.diagnostics;
    }
    if (hasErrors(problems))
        return refuseFile(std::move(problems));
    m_tree = std::move(outcome->tree);
    m_served = std::move(checked.tree);
    m_diagnostics = std::move(problems);
    m_readOnly = false;
    return true;
}

// Read again and compared: what a pattern stands for changes with a file that comes or goes, too.
bool WorkspaceFile::includesChanged() const
{
    if (m_includedPaths.isEmpty())
        return false;
    const CheckedConfig now = checkConfig(m_tree, m_validation, m_overlay);
    return !now.ok() || m_readOnly || writeConfig(now.tree) != writeConfig(m_served);
}

bool WorkspaceFile::refuseFile(Diagnostics &&problems)
{
    m_diagnostics = std::move(problems);
    m_readOnly = true;
    return false;
}

Result<int> WorkspaceFile::edit(const std::function<Result<int>(ConfigTree &)> &edit)
{
    if (m_readOnly) {
        return Error{ErrorCode::FileNotWritable, u"%1 has errors, so it is left as it is"_s.arg(path()),
                     firstErrorOf(m_diagnostics).where,
                     u"mend the file first: %1"_s.arg(firstErrorOf(m_diagnostics).message)};
    }
    ConfigTree candidate = m_tree;
    const Result<int> index = edit(candidate);
    if (!index)
        return index;
    // Read back what will stand in the file, so that positions are those of its lines.
    ParseOutcome written = parseConfig(writeConfig(candidate), path());
    Diagnostics problems = written.diagnostics;
    CheckedConfig checked;
    if (written.ok()) {
        checked = checkConfig(written.tree, m_validation, m_overlay);
        problems += checked.diagnostics;
    }
    if (hasErrors(problems))
        return firstErrorOf(problems);
    if (const auto saved = m_store.save(written.tree); !saved)
        return saved.error();
    m_tree = std::move(written.tree);
    m_served = std::move(checked.tree);
    noteIncludes(checked);
    m_diagnostics = std::move(problems);
    return index;
}

std::function<Result<int>(ConfigTree &)> additionOf(const DomainDraft &draft)
{
    return [draft](ConfigTree &tree) { return addDomain(tree, draft); };
}

std::function<Result<int>(ConfigTree &)> removalOf(int index, RemovedDomain *removed)
{
    return [index, removed](ConfigTree &tree) -> Result<int> {
        Result<RemovedDomain> domain = removeDomain(tree, index);
        if (!domain)
            return domain.error();
        if (removed)
            *removed = std::move(*domain);
        return index;
    };
}

quint16 customaryListenPort(const ConfigTree &tree)
{
    for (const DomainView &domain : listDomains(tree)) {
        if (!domain.ours)
            continue;
        if (const auto draft = draftOfDomain(tree, domain.index); draft && draft->listenPort != 0)
            return draft->listenPort;
    }
    return DefaultListenPort;
}

} // namespace portlight
