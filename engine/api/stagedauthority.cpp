// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/stagedauthority.h"

#include "pki/localnames.h"
#include "pki/passphrasefile.h"

#include <QDir>
#include <QFileInfo>

#include <filesystem>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Qt's own renaming copies where it cannot rename, and says not why it could not.
Result<void> moveFolder(const QString &from, const QString &to)
{
    std::error_code problem;
    std::filesystem::rename(std::filesystem::path(QFile::encodeName(from).toStdString()),
                            std::filesystem::path(QFile::encodeName(to).toStdString()), problem);
    if (!problem)
        return {};
    return Error{ErrorCode::FileNotWritable,
                 u"\"%1\" cannot be written: %2"_s.arg(to, QString::fromStdString(problem.message())),
                 {to, 0, 0},
                 {}};
}

// By an authority, a broken one, or whatever else.
bool isTaken(const QString &folder)
{
    const Result<AuthorityFacts> facts = LocalAuthority::inspect(folder);
    return facts || facts.error().code != ErrorCode::FileNotFound;
}

Error cannotLock(const QString &folder, const Error &why)
{
    if (why.code == ErrorCode::FileLocked)
        return {ErrorCode::FileLocked,
                u"%1 is making an authority in \"%2\""_s.arg(why.message, folder),
                {},
                u"wait until it has done"_s};
    return {ErrorCode::FileNotWritable,
            u"nothing can be written in \"%1\": %2"_s.arg(folder, why.message),
            {folder, 0, 0},
            u"it must be writable for you, and there must be room"_s};
}

// The name of a first certificate that the authority may sign: the demo's, where it can be.
QByteArray firstName(const QByteArrayList &suffixes)
{
    const QByteArray suffix = suffixes.contains("localhost") ? "localhost" : suffixes.value(0);
    const QByteArray name = "demo." + suffix;
    return canonicalLocalName(name) ? name : suffix; // a name has a maximum
}

} // namespace

StagedAuthority::StagedAuthority(const QString &folder, const QByteArray &passphrase, bool replace,
                                 LocalAuthority::Clock clock)
    : m_folder(folder)
    , m_staging(folder + u".staged"_s)
    , m_passphrase(passphrase)
    , m_replace(replace)
    , m_clock(std::move(clock))
{}

StagedAuthority::~StagedAuthority()
{
    discard();
}

void StagedAuthority::discard()
{
    if (!m_placed && m_lock)
        QDir(m_staging).removeRecursively();
    m_lock.reset();
}

Result<std::shared_ptr<StagedAuthority>> StagedAuthority::make(const QString &folder, const AuthorityPlan &plan,
                                                               const QByteArray &passphrase, bool replace,
                                                               LocalAuthority::Clock clock)
{
    std::shared_ptr<StagedAuthority> staged(new StagedAuthority(folder, passphrase, replace, std::move(clock)));
    if (const Result<void> built = staged->build(plan); !built)
        return built.error();
    return staged;
}

Result<void> StagedAuthority::build(const AuthorityPlan &plan)
{
    if (!m_replace && isTaken(m_folder))
        return Error{ErrorCode::AlreadyExists,
                     u"there is an authority already in %1"_s.arg(m_folder),
                     {},
                     u"replacing it sets it aside, and the new root must be trusted anew: portlightctl ca init "
                     u"--replace"_s};
    const QString above = QFileInfo(m_folder).absolutePath();
    if (!QDir().mkpath(above))
        return Error{ErrorCode::FileNotWritable,
                     u"the folder \"%1\" cannot be made"_s.arg(above),
                     {above, 0, 0},
                     u"the folder above it must be writable for you, and no file in its place"_s};
    auto lock = FileLock::take(m_folder + u".making.lock"_s, std::chrono::milliseconds(0));
    if (!lock)
        return cannotLock(above, lock.error());
    m_lock = std::move(*lock);
    QDir(m_staging).removeRecursively(); // of a program that crashed
    const auto made = LocalAuthority::create(m_staging, plan, m_passphrase, m_clock);
    if (!made)
        return made.error();
    m_facts = (*made)->facts();
    if (const auto issued = (*made)->issue({firstName(m_facts.suffixes)}); !issued)
        return issued.error();
    return plan.protection == KeyProtection::File ? writePassphraseFile(passphraseFilePath(m_staging), m_passphrase)
                                                  : Result<void>();
}

Result<void> StagedAuthority::setFormerAside()
{
    if (!m_replace || !isTaken(m_folder))
        return {};
    const Result<QString> aside = LocalAuthority::setAside(m_folder);
    if (!aside)
        return aside.error();
    m_former = *aside;
    return {};
}

Result<std::shared_ptr<LocalAuthority>> StagedAuthority::takePlace()
{
    if (const Result<void> aside = setFormerAside(); !aside)
        return aside.error();
    // Another program's authority that came in between is not empty, and stays.
    if (const Result<void> moved = moveFolder(m_staging, m_folder); !moved)
        return putBack(moved.error()).error();
    m_placed = true;
    auto opened = LocalAuthority::open(m_folder, m_passphrase, m_clock);
    if (opened)
        return opened;
    if (moveFolder(m_folder, m_staging))
        m_placed = false;
    return putBack(opened.error()).error();
}

Result<void> StagedAuthority::putBack(const Error &why)
{
    if (m_former.isEmpty())
        return why;
    const Result<void> back = moveFolder(m_former, m_folder);
    if (back)
        m_former.clear();
    return back ? why : Error{why.code, why.message, why.where, u"the former one lies in "_s + m_former};
}

} // namespace portlight
