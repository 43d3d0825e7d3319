// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/filehandler.h"

#include <cerrno>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr QByteArrayView DefaultIndex = "index.html";

} // namespace

FileBase fileBaseOf(Exchange &exchange)
{
    const FileSettings &files = *exchange.settings().files;
    FileBase base{files.baseKind, {}, files.aliasBytes, exchange.uriState().addsUriToAlias};
    if (files.base.isLiteral())
        base.path = files.base.literalText().toByteArray();
    else
        base.path = fullPath(exchange.config().prefix, files.base.evaluated(exchange));
    return base;
}

std::optional<MappedPath> mappedPathOf(Exchange &exchange)
{
    const FileBase base = fileBaseOf(exchange);
    if (base.kind != FileBase::Kind::Root && !exchange.uriState().locationValid) {
        exchange.logError(LogLevel::Alert, "\"alias\" cannot be used in location \"" + exchange.location().path
                                               + "\" where URI was rewritten");
        return std::nullopt;
    }
    return mapUriToPath(base, exchange.uri());
}

PhaseResult FileHandler::fail(int status)
{
    m_exchange.respondError(status);
    return PhaseResult::Done;
}

PhaseResult FileHandler::redirect(QByteArray uri)
{
    const QByteArray args = m_exchange.args().toByteArray();
    m_exchange.internalRedirect(uri, args);
    return PhaseResult::Done;
}

// disable_symlinks, for one path (ngx_http_set_disable_symlinks).
SymlinkRule FileHandler::linksFor(const QByteArray &path)
{
    SymlinkRule rule{m_files.symlinks, 0};
    if (rule.mode == SymlinkRule::Mode::Follow || m_files.trustedPath.isEmptyLiteral())
        return rule;
    const QByteArray trusted = m_files.trustedPath.evaluated(m_exchange);
    if (trusted.isEmpty() || !path.startsWith(trusted))
        return rule;
    if (trusted.size() == path.size())
        rule.mode = SymlinkRule::Mode::Follow;
    else if (path[trusted.size()] == '/')
        rule.trustedBytes = trusted.size();
    else if (trusted.endsWith('/'))
        rule.trustedBytes = trusted.size() - 1;
    return rule;
}

// What nginx would open all the same is refused here: a name made of variables, or an alias that ends with a slash
// behind a prefix that does not, can lead out of the root.
bool FileHandler::staysInside(const MappedPath &mapped)
{
    if (mapped.staysInside())
        return true;
    m_exchange.logError(LogLevel::Error,
                        '"' + mapped.path + "\" leads out of \"" + mapped.path.first(mapped.rootBytes) + '"');
    return false;
}

PhaseResult FileHandler::serve()
{
    const MethodId method = m_exchange.method();
    const bool known = method == MethodId::Get || method == MethodId::Head || method == MethodId::Post;
    const bool isFolder = m_exchange.uri().endsWith('/');
    if (!known)
        return fail(405);
    if (!isFolder)
        return serveFile();
    const PhaseResult index = serveIndex();
    return index == PhaseResult::Next ? forbidFolder() : index;
}

// No index was found, and folders are not listed.
PhaseResult FileHandler::forbidFolder()
{
    if (const auto mapped = mappedPathOf(m_exchange))
        m_exchange.logError(LogLevel::Error, "directory index of \"" + mapped->path + "\" is forbidden");
    return fail(403);
}

PhaseResult FileHandler::serveIndex()
{
    const auto mapped = mappedPathOf(m_exchange);
    if (!mapped)
        return fail(500);
    bool folderSeen = false;
    const size_t count = qMax<size_t>(1, m_files.indexNames.size());
    for (size_t i = 0; i < count; ++i) {
        const QByteArray name =
            m_files.indexNames.empty() ? DefaultIndex.toByteArray() : m_files.indexNames[i].evaluated(m_exchange);
        if (name.startsWith('/'))
            return redirect(name);
        const MappedPath candidate{mapped->path + name, mapped->rootBytes};
        if (!staysInside(candidate))
            return fail(403);
        FileFacts facts;
        const FileFailure failure = inspectFile(candidate.path, linksFor(candidate.path), facts);
        if (!failure)
            return redirect(m_exchange.uri() + name);
        if (const int status = indexMissing(failure, candidate.path, mapped->path, folderSeen))
            return fail(status);
    }
    return PhaseResult::Next;
}

int FileHandler::indexMissing(const FileFailure &failure, const QByteArray &path, const QByteArray &folder,
                              bool &folderSeen)
{
    if (failure.error == EMLINK || failure.error == ELOOP)
        return 403;
    if (failure.error == ENOTDIR || failure.error == ENAMETOOLONG || failure.error == EACCES)
        return indexRefused(failure, path);
    if (!std::exchange(folderSeen, true)) {
        if (const int status = folderMissing(folder, path))
            return status;
    }
    if (failure.error == ENOENT)
        return 0;
    m_exchange.logError(LogLevel::Crit, failure.logText(path));
    return 500;
}

// ngx_http_index_error
int FileHandler::indexRefused(const FileFailure &failure, const QByteArray &path)
{
    const QByteArray reason = " (" + describeErrno(failure.error) + ')';
    if (failure.error == EACCES) {
        m_exchange.logError(LogLevel::Error, '"' + path + "\" is forbidden" + reason);
        return 403;
    }
    if (m_files.logNotFound)
        m_exchange.logError(LogLevel::Error, '"' + path + "\" is not found" + reason);
    return 404;
}

// ngx_http_index_test_dir: is the folder itself there? 0: it is.
int FileHandler::folderMissing(const QByteArray &folder, const QByteArray &indexPath)
{
    QByteArray path = folder;
    if (path.size() > 1 && path.endsWith('/'))
        path.chop(1);
    FileFacts facts;
    const FileFailure failure = inspectFile(path, linksFor(path), facts);
    switch (failure.error) {
    case 0: break;
    case EMLINK:
    case ELOOP: return 403;
    case ENOENT: return indexRefused(failure, indexPath);
    case EACCES: return 0; // the index was looked for in it
    default: m_exchange.logError(LogLevel::Crit, failure.logText(path)); return 500;
    }
    if (facts.isDirectory)
        return 0;
    m_exchange.logError(LogLevel::Alert, '"' + path + "\" is not a directory");
    return 500;
}

PhaseResult FileHandler::serveFile()
{
    const auto mapped = mappedPathOf(m_exchange);
    if (!mapped)
        return fail(500);
    if (!staysInside(*mapped))
        return fail(403);
    OpenedFile file;
    if (const FileFailure failure = file.open(mapped->path, linksFor(mapped->path))) {
        const int status = failure.status();
        if (status != 404 || m_files.logNotFound)
            m_exchange.logError(status == 500 ? LogLevel::Crit : LogLevel::Error, failure.logText(mapped->path));
        return fail(status);
    }
    if (file.facts().isDirectory)
        return redirectToFolder();
    if (!file.facts().isRegular) {
        m_exchange.logError(LogLevel::Crit, '"' + mapped->path + "\" is not a regular file");
        return fail(404);
    }
    if (m_exchange.method() == MethodId::Post)
        return fail(405);
    m_exchange.respondFile(std::move(file), mapped->path);
    return PhaseResult::Done;
}

PhaseResult FileHandler::redirectToFolder()
{
    QByteArray target;
    appendEscapedUri(target, m_exchange.uri());
    target += '/';
    if (!m_exchange.args().isEmpty())
        target += '?' + m_exchange.args().toByteArray();
    m_exchange.respondRedirect(301, target);
    return PhaseResult::Done;
}

PhaseResult FileHandler::tryFiles()
{
    const TryFiles *rules = m_exchange.location().tryFiles.get();
    if (!rules)
        return PhaseResult::Next;
    if (!mappedPathOf(m_exchange))
        return fail(500);
    const FileBase base = fileBaseOf(m_exchange);
    for (const TryFiles::Candidate &candidate : rules->candidates) {
        const QByteArray name = candidateName(candidate.name, base);
        const MappedPath mapped{base.path + name, base.path.size()};
        if (!staysInside(mapped))
            continue;
        FileFacts facts;
        if (const FileFailure failure = inspectFile(mapped.path, linksFor(mapped.path), facts)) {
            if (!failure.isNotFound())
                m_exchange.logError(LogLevel::Crit, failure.logText(mapped.path));
            continue;
        }
        if (facts.isDirectory != candidate.isFolder)
            continue;
        m_exchange.decide(Decision::Step::File, QString::fromUtf8(mapped.path),
                          candidate.isFolder ? u"try_files: a folder"_s : u"try_files: a file"_s, rules->position);
        adopt(name, candidate.isFolder, base);
        return PhaseResult::Next;
    }
    return giveUp(*rules, base);
}

// nginx takes the location's prefix off what variables gave, once, when there is an alias.
QByteArray FileHandler::candidateName(const Template &name, const FileBase &base)
{
    if (name.isLiteral())
        return name.literalText().toByteArray();
    QByteArray text = name.evaluated(m_exchange);
    const qsizetype prefix = base.droppedBytes();
    if (prefix > 0 && text.startsWith(m_exchange.uri().first(prefix)))
        text.remove(0, prefix);
    return text;
}

// The file that was found is what the URI names from now on, in the same location.
void FileHandler::adopt(const QByteArray &name, bool isFolder, const FileBase &base)
{
    switch (base.kind) {
    case FileBase::Kind::Root: m_exchange.setUri(name); break;
    case FileBase::Kind::Alias: m_exchange.setUri(m_exchange.uri().first(base.droppedBytes()) + name); break;
    case FileBase::Kind::RegexAlias:
        if (isFolder)
            break;
        m_exchange.setUri(name);
        m_exchange.uriState().addsUriToAlias = true;
        break;
    }
}

PhaseResult FileHandler::giveUp(const TryFiles &rules, const FileBase &base)
{
    if (rules.code >= 0) {
        m_exchange.decide(Decision::Step::Redirect, QString::number(rules.code), u"try_files: nothing was found"_s,
                          rules.position);
        if (rules.code != 444) // nginx: close without a response
            return fail(rules.code);
        m_exchange.respondNothing(rules.code);
        return PhaseResult::Done;
    }
    const QByteArray target = candidateName(rules.target, base);
    m_exchange.decide(Decision::Step::Redirect, QString::fromUtf8(target), u"try_files: nothing was found"_s,
                      rules.position);
    if (target.startsWith('@')) {
        m_exchange.namedRedirect(target);
        return PhaseResult::Done;
    }
    const qsizetype mark = target.indexOf('?');
    if (mark < 0)
        m_exchange.internalRedirect(target, ""); // empty arguments, not none: ngx_http_split_args
    else
        m_exchange.internalRedirect(target.first(mark), target.sliced(mark + 1));
    return PhaseResult::Done;
}

} // namespace portlight
