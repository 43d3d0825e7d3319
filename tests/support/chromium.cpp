// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/chromium.h"

#include <QDir>
#include <QProcess>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace portlight::testing {

namespace {

constexpr int BrowserPatienceMs = 60'000;

QProcessEnvironment environmentIn(const QString &home, const QString &dataHome)
{
    QProcessEnvironment environment;
    environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
    environment.insert(u"HOME"_s, home);
    environment.insert(u"XDG_CONFIG_HOME"_s, home + u"/.config"_s);
    environment.insert(u"XDG_CACHE_HOME"_s, home + u"/.cache"_s);
    environment.insert(u"XDG_DATA_HOME"_s, dataHome.isEmpty() ? home + u"/.local/share"_s : dataHome);
    environment.insert(u"XDG_RUNTIME_DIR"_s, home + u"/.run"_s);
    return environment;
}

QStringList argumentsIn(const QString &home, const QString &url)
{
    QStringList arguments{u"--headless"_s,
                          u"--disable-gpu"_s,
                          u"--disable-quic"_s,
                          u"--no-first-run"_s,
                          u"--disable-background-networking"_s,
                          u"--disable-component-update"_s,
                          u"--disable-sync"_s,
                          u"--disable-dev-shm-usage"_s,
                          u"--user-data-dir="_s + home + u"/.chromium-profile"_s,
                          u"--dump-dom"_s,
                          url};
    if (::geteuid() == 0)
        arguments.prepend(u"--no-sandbox"_s); // which root cannot have
    return arguments;
}

} // namespace

QByteArray browse(const QString &home, const QString &url, const QString &dataHome)
{
    QDir(home).mkpath(u".run"_s);
    QProcess browser;
    browser.setProcessEnvironment(environmentIn(home, dataHome));
    browser.start(u"chromium"_s, argumentsIn(home, url));
    const bool ended = browser.waitForFinished(BrowserPatienceMs);
    const QByteArray words = browser.readAllStandardError();
    if (!ended)
        qFatal("chromium did not end: %s", words.constData());
    const QByteArray page = browser.readAllStandardOutput();
    if (!page.isEmpty())
        return page;
    const qsizetype error = words.indexOf("net::ERR_");
    return error < 0 ? words : words.mid(error).split('\n').first().trimmed();
}

} // namespace portlight::testing
