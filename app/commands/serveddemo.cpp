// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demoorigin.h"
#include "commands/commandline.h"
#include "commands/servedconfig.h"
#include "config/domains.h"
#include "names/listeningports.h"

#include <QTcpServer>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Ports tried from DefaultListenPort on.
constexpr int DemoPortsMax = 100;

bool isFree(quint16 port)
{
    for (const QHostAddress::SpecialAddress address : {QHostAddress::LocalHost, QHostAddress::LocalHostIPv6}) {
        QTcpServer probe;
        // A machine without IPv6 has no such address; only a port in use counts.
        if (!probe.listen(QHostAddress(address), port) && probe.serverError() == QAbstractSocket::AddressInUseError)
            return false;
    }
    return true;
}

// The built-in backend behind http://demo.localhost, with a configuration that exists in memory only.
class ServedDemo final : public ServedConfig
{
public:
    explicit ServedDemo(const ServeOptions &options)
        : m_tree(emptyConfig(u"demo"_s))
        , m_engine(options.engineOptions())
    {}

    ProxyEngine &engine() override { return m_engine; }
    const ConfigTree &tree() const override { return m_tree; }

    std::optional<int> start() override
    {
        const auto origin = m_origin.start();
        const auto port = findPort();
        const Result<int> added =
            !origin ? Result<int>(origin.error())
            : !port ? Result<int>(port.error())
                    : addDomain(m_tree, {u"demo.localhost"_s, u"http://127.0.0.1:%1"_s.arg(*origin), *port});
        if (!added) {
            printFailure(added.error());
            return ExitCannotStart;
        }
        m_url = listDomains(m_tree).value(*added).url;
        apply();
        return std::nullopt;
    }

    void reload(ServeLog &) override { apply(); }

    QString greeting() const override
    {
        QString text = u"The demo runs.\n"_s;
        if (!m_holder.isEmpty())
            text += u"Port %1 is taken by %2, so another one is used.\n"_s.arg(DefaultListenPort).arg(m_holder);
        return text;
    }

    QString advice() const override
    {
        return u"\nOpen it in a browser, or try:\n"
               u"  curl %1/api/time              JSON\n"
               u"  curl %1/headers               what the backend sees\n"
               u"  curl -N %1/events             an event each second\n"
               u"  curl -N %1/stream             an answer in pieces\n"
               u"  curl '%1/slow?ms=2000'        an answer that takes its time\n"
               u"  curl -i '%1/fail?status=503'  a failure of the backend\n"
               u"  curl -i %1/break              a backend that breaks off\n"_s.arg(m_url);
    }

private:
    void apply() { m_engine.applyConfig(std::make_shared<const ConfigTree>(m_tree), true); }

    Result<quint16> findPort()
    {
        for (int tried = 0; tried < DemoPortsMax; ++tried) {
            const auto port = static_cast<quint16>(DefaultListenPort + tried);
            if (isFree(port))
                return port;
            if (tried == 0) {
                const QString holder = portHolder(port);
                m_holder = holder.isEmpty() ? u"another process"_s : holder;
            }
        }
        return Error{
            ErrorCode::AddressInUse,
            u"the ports %1 to %2 are all taken"_s.arg(DefaultListenPort).arg(DefaultListenPort + DemoPortsMax - 1)};
    }

    ConfigTree m_tree;
    DemoOrigin m_origin;
    ProxyEngine m_engine;
    QString m_url;
    QString m_holder; // of the port we wanted first
};

} // namespace

std::unique_ptr<ServedConfig> makeServedDemo(const ServeOptions &options)
{
    return std::make_unique<ServedDemo>(options);
}

} // namespace portlight
