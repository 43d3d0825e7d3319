// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/filelock.h"
#include "base/result.h"

#include <QLocalServer>
#include <QObject>

#include <memory>

namespace portlight {

// Makes sure that a user runs one window: the first listens on a local socket that only they can reach; a later one
// sends it a word and ends. Main thread; owned by main().
class SingleInstance final : public QObject
{
    Q_OBJECT
public:
    enum class Role : quint8 { First, Later };

    // `folder` holds the socket and its lock.
    explicit SingleInstance(const QString &folder = defaultFolder(), QObject *parent = nullptr);

    // Later: the first one took `message` and is being raised. Errors: those of prepareControlFolder; SocketFailed.
    Result<Role> acquire(const QString &message);
    // Where the control socket is: readable by its owner alone.
    static QString defaultFolder();

    static constexpr qsizetype MessageBytesMax = 256;

Q_SIGNALS:
    void activated(const QString &message);

private:
    QString socketPath() const;
    bool sendToFirst(const QString &message) const;
    void receive();

    QString m_folder;
    std::unique_ptr<FileLock> m_lock; // held by the first one
    QLocalServer m_server;
};

} // namespace portlight
